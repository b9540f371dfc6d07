/**
 * Positional and keyword arguments of a call: the marker by which a client writes them, and the binding of what arrived to
 * a function's parameters by Python's rules. Knows nothing of formats and of the wire.
 */
import { type Callee, type Parameter, type Signature, signatureOf } from './parameters.js'
import { type DataRecord, emptyRecord } from './values.js'

/** Keyword arguments of a remote call; made by {@link kwargs}. */
export class KeywordArguments {
  constructor(
    /** By name. */
    readonly values: Readonly<Record<string, unknown>>,
  ) {}
}

/**
 * Marks the last argument of a remote call as its keyword arguments.
 *
 * @example await rpc('add', 1, kwargs({ b: 2 }))
 */
export function kwargs(values: Readonly<Record<string, unknown>>): KeywordArguments {
  return new KeywordArguments(values)
}

/** Arguments do not fit the parameters of the function. Its text is Python's; its name is what the answer says. */
export class ArgumentError extends TypeError {
  override readonly name = 'builtins.TypeError'
}

/**
 * The arguments to call a function with, so that each lands at its parameter. A trailing `{ a = null } = {}` receives the
 * keyword arguments that no other parameter takes. Parameters that got nothing are undefined, which makes their default apply.
 *
 * @param callee - Its parameters are read from its source, once; code that will be minified declares them:
 * `rpc_add.rpc_parameters = 'a, b = 10'`. Native and bound functions take positional arguments only.
 * @param keywords - As they arrived: names that are no texts are refused.
 * @throws ArgumentError when Python would raise `TypeError`: missing, unexpected, duplicate or too many arguments.
 * @throws SyntaxError when `rpc_parameters` is no parameter list.
 */
export function bindArguments(
  callee: Callee,
  args: readonly unknown[],
  keywords: Readonly<Record<string, unknown>> | ReadonlyMap<unknown, unknown>,
): unknown[] {
  const signature = signatureOf(callee)
  const named = keywords instanceof Map ? [...keywords] : Object.entries(keywords)
  if (signature !== null) return new Binding(`${callee.name}()`, signature, args).bind(named)
  if (named.length > 0) throw new ArgumentError(`${callee.name}() takes no keyword arguments`)
  return [...args]
}

class Binding {
  readonly #bound: unknown[]
  readonly #options: DataRecord = emptyRecord()
  /** Places in `positional` that a keyword filled. */
  readonly #filled = new Set<number>()

  constructor(
    readonly title: string,
    readonly signature: Signature,
    readonly args: readonly unknown[],
  ) {
    this.#bound = [...args]
  }

  bind(keywords: readonly (readonly [unknown, unknown])[]): unknown[] {
    const { positional, rest } = this.signature
    if (this.args.length > positional.length && !rest) throw this.#tooMany()
    for (const [name, value] of keywords) this.#keyword(name, value)
    this.#checkMissing()
    if (Object.keys(this.#options).length > 0) this.#put(positional.length, this.#options)
    return this.#bound
  }

  #keyword(name: unknown, value: unknown): void {
    if (typeof name !== 'string') throw new ArgumentError('keywords must be strings')
    const place = this.signature.positional.findIndex((parameter) => parameter.name === name)
    if (place < 0) return this.#option(name, value)
    if (place < this.args.length) throw new ArgumentError(`${this.title} got multiple values for argument '${name}'`)
    this.#filled.add(place)
    this.#put(place, value)
  }

  #option(name: string, value: unknown): void {
    const { keywords } = this.signature
    if (keywords !== 'any' && !keywords?.has(name)) {
      throw new ArgumentError(`${this.title} got an unexpected keyword argument '${name}'`)
    }
    this.#options[name] = value
  }

  /** Puts a value at its place; what is left out before it is undefined. */
  #put(place: number, value: unknown): void {
    while (this.#bound.length < place) this.#bound.push(undefined)
    this.#bound[place] = value
  }

  #checkMissing(): void {
    const missing = this.signature.positional
      .filter(({ required }, place) => required && place >= this.args.length && !this.#filled.has(place))
      .map(({ name }) => `'${name ?? '{}'}'`)
    if (missing.length === 0) return
    const what = counted(missing.length, 'required positional argument')
    throw new ArgumentError(`${this.title} missing ${what}: ${missing.join(', ')}`)
  }

  #tooMany(): ArgumentError {
    const most = this.signature.positional.length
    const least = this.signature.positional.filter(isRequired).length
    const takes =
      least === most ? counted(most, 'positional argument') : `from ${least} to ${most} positional arguments`
    const given = this.args.length
    return new ArgumentError(`${this.title} takes ${takes} but ${given} ${given === 1 ? 'was' : 'were'} given`)
  }
}

function isRequired(parameter: Parameter): boolean {
  return parameter.required
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
