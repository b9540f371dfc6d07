/**
 * JSON as Python's `json.loads` reads it, with limits. One pass and no recursion: open arrays and objects stand on a list,
 * so that depth is a number that can be refused. JSON.parse can't be used for the whole: it has no limits, rounds long
 * integers, and takes `__proto__` for a name with a meaning when its result is copied. Knows nothing of octets.
 */
import { SerializerError } from './errors.js'
import { type RPCLimits, tooDeep, ValueCount } from './limits.js'
import { readTime, type TimeKind } from './temporal.js'
import { type DataRecord, emptyRecord } from './values.js'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** Longest integer that is converted, in digits, as in Python: conversion takes more than linear time. */
const MAX_INTEGER_DIGITS = 4_300
/** Longest slice that V8 copies; a longer one would keep the whole payload alive. */
const MAX_COPIED_SLICE = 12

const NUMBER = /(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
const LITERALS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])

const TIME_KINDS = new Map<unknown, TimeKind>([
  ['datetime.datetime', 'datetime'],
  ['datetime.date', 'date'],
  ['datetime.time', 'time'],
])

/**
 * The value of a JSON text. Objects come without a prototype; integers beyond 2^53 as bigint; `__complex_type__` objects of
 * exactly two keys as `Temporal` values. Of equal keys the last one counts.
 *
 * @throws SerializerError `MALFORMED`, `BAD_VALUE`, `TOO_DEEP`, `TOO_MANY_ELEMENTS`.
 */
export function readJson(text: string, limits: Readonly<RPCLimits>): unknown {
  return new JsonReader(text, limits).read()
}

/** An array or object that is not yet closed. */
interface Container {
  readonly closer: number
  add(value: unknown): void
  /** The finished value. */
  close(): unknown
}

class OpenArray implements Container {
  readonly closer = CLOSE_BRACKET
  readonly #items: unknown[] = []

  add(value: unknown): void {
    this.#items.push(value)
  }

  close(): unknown[] {
    return this.#items
  }
}

class OpenObject implements Container {
  readonly closer = CLOSE_BRACE
  readonly #record = emptyRecord()
  /** Name of the member whose value comes next. */
  nextKey = ''

  add(value: unknown): void {
    this.#record[this.nextKey] = value
  }

  close(): unknown {
    return '__complex_type__' in this.#record ? complexValue(this.#record) : this.#record
  }
}

/**
 * Differs from Python: an object with more than the two keys is data, so that a peer can't turn what merely contains such
 * a key into something else.
 */
function complexValue(record: DataRecord): unknown {
  const kind = TIME_KINDS.get(record['__complex_type__'])
  const keys = Object.keys(record).length
  if (kind === undefined || (keys > 2 && 'value' in record)) return record
  return readTime(kind, record['value'])
}

class JsonReader {
  readonly #text: string
  readonly #maxDepth: number
  readonly #count: ValueCount
  /** Place of the next character. */
  #at = 0
  /** Containers that are not yet closed, the outermost first. */
  readonly #open: Container[] = []

  constructor(text: string, limits: Readonly<RPCLimits>) {
    this.#text = text
    this.#maxDepth = limits.rpc_depth
    this.#count = new ValueCount(limits)
  }

  read(): unknown {
    for (;;) {
      const container = this.#openContainer()
      if (container !== null && !this.#closes(container)) {
        this.#readKey(container)
        continue
      }
      const value = container === null ? this.#scalar() : this.#close()
      const outermost = this.#deliver(value)
      if (outermost !== undefined) return outermost.value
    }
  }

  /** The container that begins here, now the innermost open one; null when something else does. */
  #openContainer(): Container | null {
    this.#count.add(1)
    const code = this.#nextCode()
    if (code !== OPEN_BRACKET && code !== OPEN_BRACE) return null
    if (this.#open.length >= this.#maxDepth) throw tooDeep()
    this.#at += 1
    const container = code === OPEN_BRACKET ? new OpenArray() : new OpenObject()
    this.#open.push(container)
    return container
  }

  /** Gives a finished value to its container, and that to its own if it ends here, and so on. The outermost is wrapped. */
  #deliver(finished: unknown): { value: unknown } | undefined {
    let value = finished
    for (;;) {
      const container = this.#open.at(-1)
      if (container === undefined) return this.#end(value)
      container.add(value)
      if (!this.#closes(container)) {
        this.#expect(COMMA)
        this.#readKey(container)
        return undefined
      }
      value = this.#close()
    }
  }

  #closes(container: Container): boolean {
    return this.#nextCode() === container.closer
  }

  #close(): unknown {
    this.#at += 1
    return (this.#open.pop() as Container).close()
  }

  #end(value: unknown): { value: unknown } {
    if (!Number.isNaN(this.#nextCode())) throw this.#malformed()
    return { value }
  }

  /** In an object a name and its colon come before each value. */
  #readKey(container: Container): void {
    if (!(container instanceof OpenObject)) return
    if (this.#nextCode() !== QUOTE) throw this.#malformed()
    container.nextKey = this.#string()
    this.#expect(COLON)
  }

  #expect(code: number): void {
    if (this.#nextCode() !== code) throw this.#malformed()
    this.#at += 1
  }

  #scalar(): unknown {
    return this.#nextCode() === QUOTE ? this.#string() : (this.#number() ?? this.#literal())
  }

  #number(): number | bigint | undefined {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (match === null) return undefined
    this.#at = NUMBER.lastIndex
    const [text, integer, fraction, exponent] = match
    return fraction === undefined && exponent === undefined ? integerOf(integer as string) : floatOf(text)
  }

  #literal(): boolean | null {
    for (const [text, value] of LITERALS) {
      if (!this.#text.startsWith(text, this.#at)) continue
      this.#at += text.length
      return value
    }
    throw this.#malformed()
  }

  /** Escapes and forbidden characters are left to JSON.parse, which also makes a copy that does not hold on to the payload. */
  #string(): string {
    const begin = this.#at
    let escaped = false
    let at = begin + 1
    for (let code = this.#text.charCodeAt(at); code !== QUOTE; code = this.#text.charCodeAt(at)) {
      if (!(code >= 0x20)) throw this.#malformed()
      if (code === BACKSLASH) escaped = true
      at += code === BACKSLASH ? 2 : 1
    }
    this.#at = at + 1
    if (!escaped && at - begin <= MAX_COPIED_SLICE) return this.#text.slice(begin + 1, at)
    return this.#unescaped(begin)
  }

  #unescaped(begin: number): string {
    try {
      return JSON.parse(this.#text.slice(begin, this.#at)) as string
    } catch (cause) {
      throw new SerializerError('MALFORMED', `a broken string at character ${begin}`, { cause })
    }
  }

  /** Code of the next character that is no blank; NaN at the end. */
  #nextCode(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
      this.#at += 1
    }
  }

  #malformed(): SerializerError {
    return new SerializerError('MALFORMED', `not JSON at character ${this.#at}`)
  }
}

function integerOf(text: string): number | bigint {
  const value = Number(text)
  // Python: -0 is the integer 0.
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  if (text.length - (text.startsWith('-') ? 1 : 0) > MAX_INTEGER_DIGITS)
    throw new SerializerError('BAD_VALUE', 'an integer with too many digits')
  return BigInt(text)
}

/** Differs from Python: what is beyond the largest float is refused instead of becoming Infinity. */
function floatOf(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new SerializerError('BAD_VALUE', 'a number beyond the finite ones')
  return value
}
