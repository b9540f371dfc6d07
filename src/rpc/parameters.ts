/**
 * The parameters of a JavaScript function, read from its source text, in the terms in which Python binds arguments. The only
 * file that knows acorn. Native and bound functions have no text and therefore no names.
 */
import { createRequire } from 'node:module'
import type { AssignmentProperty, Expression, Pattern, Property } from 'acorn'

/** One parameter that takes a positional argument. */
export interface Parameter {
  /** Name that a keyword argument can use; null for a pattern, which has none. */
  readonly name: string | null
  readonly required: boolean
}

/** What a function takes. */
export interface Signature {
  readonly positional: readonly Parameter[]
  /** `...rest` takes any number of further positional arguments. */
  readonly rest: boolean
  /**
   * Names in a trailing `{ a = 1, b = 2 } = {}`, which take keyword arguments only; null when there is no such parameter, and
   * `'any'` when it takes all names (`{ ...others } = {}`).
   */
  readonly keywords: ReadonlySet<string> | 'any' | null
}

/** A function that may carry its parameter list as text. */
// oxlint-disable-next-line typescript/no-unsafe-function-type -- any function can be called by its positional arguments
export type Callee = Function & {
  /**
   * The parameter list as in source text, for code whose names a minifier changes:
   * `rpc_add.rpc_parameters = 'a, b = 10'`. Only names, and whether there is a default, count.
   */
  rpc_parameters?: string
}

const require = createRequire(import.meta.url)

const signatures = new WeakMap<Callee, Signature | null>()

/**
 * The signature of a function, from its `rpc_parameters` if it has them, else from its source. Read once per function.
 *
 * @returns null when there is nothing to read: native and bound functions, classes.
 * @throws SyntaxError when `rpc_parameters` is no parameter list.
 */
export function signatureOf(callee: Callee): Signature | null {
  let signature = signatures.get(callee)
  if (signature === undefined) {
    signature = readSignature(callee)
    signatures.set(callee, signature)
  }
  return signature
}

function readSignature(callee: Callee): Signature | null {
  const declared: unknown = callee.rpc_parameters
  const patterns = typeof declared === 'string' ? declaredParameters(declared) : sourceParameters(String(callee))
  return patterns === null ? null : signatureFrom(patterns)
}

function declaredParameters(list: string): Pattern[] {
  const patterns = parametersIn(`((${list}\n) => 0)`)
  if (patterns === null) throw new SyntaxError('rpc_parameters is no parameter list')
  return patterns
}

/** A function's text is an expression, or, for a method, something that only stands in an object or a class. */
function sourceParameters(source: string): Pattern[] | null {
  for (const text of [`(${source}\n)`, `({${source}\n})`, `(class{${source}\n})`]) {
    try {
      return parametersIn(text)
    } catch {
      // Not this kind of function; `[native code]` is none of them.
    }
  }
  return null
}

/** @throws SyntaxError when the text is no expression. */
function parametersIn(text: string): Pattern[] | null {
  // Loaded with the first function that is called: most servers have none.
  const { parse } = require('acorn') as typeof import('acorn')
  // Private names belong to the class around the method, which is not in its text.
  const program = parse(text, { ecmaVersion: 'latest', checkPrivateFields: false, allowSuperOutsideMethod: true })
  const statement = program.body[0]
  return statement?.type === 'ExpressionStatement' ? parametersOf(statement.expression) : null
}

function parametersOf(expression: Expression): Pattern[] | null {
  switch (expression.type) {
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return expression.params
    case 'ObjectExpression': {
      const member = expression.properties[0]
      return member?.type === 'Property' ? parametersOf(member.value) : null
    }
    case 'ClassExpression': {
      const member = expression.body.body[0]
      return member?.type === 'MethodDefinition' ? parametersOf(member.value) : null
    }
    default:
      return null
  }
}

function signatureFrom(patterns: readonly Pattern[]): Signature {
  const rest = patterns.at(-1)?.type === 'RestElement'
  const ordinary = rest ? patterns.slice(0, -1) : [...patterns]
  const keywords = rest ? null : keywordsIn(patterns.at(-1))
  if (keywords !== null) ordinary.pop()
  return { positional: ordinary.map(parameterOf), rest, keywords }
}

/** Only with a default is a trailing object pattern for keywords: without it, it takes a positional argument apart. */
function keywordsIn(pattern: Pattern | undefined): Signature['keywords'] {
  if (pattern?.type !== 'AssignmentPattern' || pattern.left.type !== 'ObjectPattern') return null
  const names = new Set<string>()
  for (const property of pattern.left.properties) {
    const name = property.type === 'Property' ? propertyName(property) : null
    if (name === null) return 'any'
    names.add(name)
  }
  return names
}

/** null for a computed one. */
function propertyName({ key, computed }: Property | AssignmentProperty): string | null {
  if (computed) return null
  if (key.type === 'Identifier') return key.name
  return key.type === 'Literal' ? String(key.value) : null
}

function parameterOf(pattern: Pattern): Parameter {
  const required = pattern.type !== 'AssignmentPattern'
  const target = pattern.type === 'AssignmentPattern' ? pattern.left : pattern
  return { name: target.type === 'Identifier' ? target.name : null, required }
}
