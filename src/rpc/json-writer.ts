/**
 * JSON as Python's `json.dumps` writes it: a blank after each comma and colon, ASCII only, floats with Python's exponents.
 * Dates and times become objects of two keys. Knows nothing of octets and charsets.
 */
import { SerializerError } from './errors.js'
import { type RPCLimits, tooDeep } from './limits.js'
import { writeTime } from './temporal.js'
import { isRecord, notSerializable, writtenEntries } from './values.js'

/** Text that is the same within quotes. */
const PLAIN = /^[ !#-[\]-~]*$/

/** First integer with more digits than Python converts (`sys.get_int_max_str_digits()`). */
const TOO_MANY_DIGITS = 10n ** 4_300n

/**
 * The JSON text of a value: null, booleans, numbers, bigints, strings, arrays, plain objects, Maps, `Date` and the three
 * plain `Temporal` types. undefined is written as null, and left out as the value of a property.
 *
 * @throws SerializerError `NOT_SERIALIZABLE` for anything else, NaN and Infinity included; `TOO_DEEP`.
 */
export function writeJson(value: unknown, limits: Readonly<RPCLimits>): string {
  return new JsonWriter(limits).write(value)
}

/** An array or object whose members are not all written. */
interface Container {
  readonly closer: string
  /** Whether there is a member left. */
  readonly more: boolean
  /** What stands in front of the next member's value. */
  lead(): string
  /** The next member's value; moves on. */
  next(): unknown
}

class ArrayMembers implements Container {
  readonly closer = ']'
  #place = 0
  constructor(readonly items: readonly unknown[]) {}

  get more(): boolean {
    return this.#place < this.items.length
  }

  lead(): string {
    return this.#place === 0 ? '' : ', '
  }

  next(): unknown {
    return this.items[this.#place++]
  }
}

class ObjectMembers implements Container {
  readonly closer = '}'
  #place = 0
  constructor(readonly entries: readonly (readonly [unknown, unknown])[]) {}

  get more(): boolean {
    return this.#place < this.entries.length
  }

  lead(): string {
    return `${this.#place === 0 ? '' : ', '}${keyText(this.entries[this.#place]?.[0])}: `
  }

  next(): unknown {
    return this.entries[this.#place++]?.[1]
  }
}

/** Open containers stand on a list instead of on the stack: one that runs out can't be relied on to throw. */
class JsonWriter {
  readonly #maxDepth: number
  readonly #open: Container[] = []
  #text = ''

  constructor(limits: Readonly<RPCLimits>) {
    this.#maxDepth = limits.rpc_depth
  }

  write(value: unknown): string {
    this.#value(value)
    for (let container = this.#open.at(-1); container !== undefined; container = this.#open.at(-1)) {
      if (container.more) {
        this.#text += container.lead()
        this.#value(container.next())
      } else {
        this.#text += container.closer
        this.#open.pop()
      }
    }
    return this.#text
  }

  #value(value: unknown): void {
    if (typeof value === 'object' && value !== null) this.#object(value)
    else this.#text += scalarText(value)
  }

  #object(value: object): void {
    if (this.#open.length >= this.#maxDepth) throw tooDeep()
    if (Array.isArray(value)) return this.#begin('[', new ArrayMembers(value))
    if (value instanceof Map) return this.#begin('{', new ObjectMembers([...value]))
    if (isRecord(value)) return this.#begin('{', new ObjectMembers(writtenEntries(value)))
    const time = writeTime(value)
    if (time === null) throw notSerializable(value)
    this.#text += `{"__complex_type__": "datetime.${time.kind}", "value": "${time.text}"}`
  }

  #begin(opener: string, container: Container): void {
    this.#text += opener
    this.#open.push(container)
  }
}

function scalarText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return stringText(value)
    case 'number':
      return numberText(value)
    case 'bigint':
      return bigintText(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'undefined':
    case 'object':
      return 'null'
    default:
      throw notSerializable(value)
  }
}

/** Python writes keys that are numbers, booleans or None as text. */
function keyText(key: unknown): string {
  if (typeof key === 'string') return stringText(key)
  if (key === null || typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean') {
    return `"${scalarText(key)}"`
  }
  throw new SerializerError('NOT_SERIALIZABLE', 'JSON has no such keys')
}

function stringText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, unicodeEscape)
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * A whole number that JavaScript holds exactly is written as Python's int, any other number as its float: so 1.0 becomes
 * 1, and 1e16, no integer type here or there, comes back as the number it was.
 */
function numberText(value: number): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value)
  if (!Number.isFinite(value)) throw new SerializerError('NOT_SERIALIZABLE', `${value} has no form in JSON`)
  return floatText(value)
}

/** Python's `repr(float)`: both languages print the shortest digits, but choose the exponent at other places. */
function floatText(value: number): string {
  const [mantissa, exponentText] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 16) return Number.isInteger(value) ? `${decimalText(value)}.0` : String(value)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function decimalText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function bigintText(value: bigint): string {
  if (value >= TOO_MANY_DIGITS || value <= -TOO_MANY_DIGITS) {
    throw new SerializerError('NOT_SERIALIZABLE', 'an integer with more digits than Python reads')
  }
  return String(value)
}
