/**
 * MessagePack as Python's `msgpack.loads` reads it, with limits. One pass and no recursion: open lists and maps stand on a
 * list of their own. Our own because the packages allocate what a peer merely announces, read broken UTF-8, and have maps
 * with text keys only. Specification: msgpack/spec.md.
 */
import { isAscii } from 'node:buffer'
import { SerializerError } from './errors.js'
import { type RPCLimits, tooDeep, ValueCount } from './limits.js'
import { MessagePackExtension } from './message-pack-extension.js'
import { readTime, type TimeKind } from './temporal.js'
import { emptyRecord } from './values.js'

const TIME_KINDS = new Map<number, TimeKind>([
  [10, 'datetime'],
  [11, 'date'],
  [12, 'time'],
])

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Stands for "no value yet: a list or map has begun". */
const OPENED = Symbol('OPENED')

/**
 * The value of MessagePack octets. A map whose keys are all texts comes as an object without a prototype, any other map as
 * a `Map`; integers beyond 2^53 as bigint; binary as Buffer; extensions 10, 11 and 12 as `Temporal` values, other ones as
 * {@link MessagePackExtension}. Of equal keys the last one counts.
 *
 * @throws SerializerError `MALFORMED`, `BAD_VALUE`, `TOO_DEEP`, `TOO_MANY_ELEMENTS`.
 */
export function readMessagePack(octets: Buffer, limits: Readonly<RPCLimits>): unknown {
  return new MessagePackReader(octets, limits).read()
}

/** A list or map whose values are not all there. */
interface Container {
  /** Takes the next value; true when it was the last. */
  add(value: unknown): boolean
  close(): unknown
}

class OpenList implements Container {
  readonly #items: unknown[] = []
  constructor(readonly length: number) {}

  add(value: unknown): boolean {
    return this.#items.push(value) === this.length
  }

  close(): unknown[] {
    return this.#items
  }
}

class OpenMap implements Container {
  /** Keys at even, values at odd places. */
  readonly #flat: unknown[] = []
  constructor(readonly length: number) {}

  add(value: unknown): boolean {
    return this.#flat.push(value) === this.length * 2
  }

  close(): unknown {
    const record = emptyRecord()
    for (let place = 0; place < this.#flat.length; place += 2) {
      const key = this.#flat[place]
      if (typeof key !== 'string') return this.#asMap()
      record[key] = this.#flat[place + 1]
    }
    return record
  }

  #asMap(): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>()
    for (let place = 0; place < this.#flat.length; place += 2) map.set(this.#flat[place], this.#flat[place + 1])
    return map
  }
}

class MessagePackReader {
  readonly #octets: Buffer
  readonly #maxDepth: number
  readonly #count: ValueCount
  /** Place of the next octet. */
  #at = 0
  /** Containers whose values are not all there, the outermost first. */
  readonly #open: Container[] = []

  constructor(octets: Buffer, limits: Readonly<RPCLimits>) {
    this.#octets = octets
    this.#maxDepth = limits.rpc_depth
    this.#count = new ValueCount(limits)
    this.#count.add(1)
  }

  read(): unknown {
    for (;;) {
      const value = this.#next()
      if (value === OPENED) continue
      const outermost = this.#deliver(value)
      if (outermost !== undefined) return outermost.value
    }
  }

  /** Gives a finished value to its container, and that to its own if it is now full, and so on. The outermost is wrapped. */
  #deliver(finished: unknown): { value: unknown } | undefined {
    let value = finished
    for (;;) {
      const container = this.#open.at(-1)
      if (container === undefined) return this.#end(value)
      if (!container.add(value)) return undefined
      this.#open.pop()
      value = container.close()
    }
  }

  #end(value: unknown): { value: unknown } {
    if (this.#at < this.#octets.length) throw this.#malformed('octets behind the value')
    return { value }
  }

  /** The next value, or OPENED. */
  #next(): unknown {
    const first = this.#octets[this.#take(1)] as number
    if (first < 0x80) return first
    if (first < 0x90) return this.#map(first & 0x0f)
    if (first < 0xa0) return this.#list(first & 0x0f)
    if (first < 0xc0) return this.#text(first & 0x1f)
    if (first >= 0xe0) return first - 0x100
    return first < 0xca || (first >= 0xd4 && first < 0xd9) ? this.#plain(first) : this.#sized(first)
  }

  /** nil, booleans, binary and extensions. */
  #plain(first: number): unknown {
    switch (first) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return Buffer.from(this.#slice(this.#length(first - 0xc4)))
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#length(first - 0xc7))
      case 0xc1:
        throw this.#malformed('an octet that is never used')
      default:
        return this.#extension(2 ** (first - 0xd4))
    }
  }

  /** Numbers, and the texts, lists and maps that are preceded by their length. */
  #sized(first: number): unknown {
    switch (first) {
      case 0xca:
        return this.#octets.readFloatBE(this.#take(4))
      case 0xcb:
        return this.#octets.readDoubleBE(this.#take(8))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#length(first - 0xcc)
      case 0xcf:
        return exactNumber(this.#octets.readBigUInt64BE(this.#take(8)))
      case 0xd0:
        return this.#octets.readInt8(this.#take(1))
      case 0xd1:
        return this.#octets.readInt16BE(this.#take(2))
      case 0xd2:
        return this.#octets.readInt32BE(this.#take(4))
      case 0xd3:
        return exactNumber(this.#octets.readBigInt64BE(this.#take(8)))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#length(first - 0xd9))
      case 0xdc:
      case 0xdd:
        return this.#list(this.#length(first - 0xdb))
      default:
        return this.#map(this.#length(first - 0xdd))
    }
  }

  #list(length: number): unknown {
    return this.#openContainer(new OpenList(length), length)
  }

  #map(length: number): unknown {
    return this.#openContainer(new OpenMap(length), length * 2)
  }

  /**
   * OPENED, or the container's value when it is empty.
   *
   * @param values - How many values are announced; each takes an octet at least.
   */
  #openContainer(container: Container, values: number): unknown {
    if (this.#open.length >= this.#maxDepth) throw tooDeep()
    if (values > this.#octets.length - this.#at) throw this.#malformed('fewer values than announced')
    if (values === 0) return container.close()
    this.#count.add(values)
    this.#open.push(container)
    return OPENED
  }

  #text(length: number): string {
    const octets = this.#slice(length)
    if (isAscii(octets)) return octets.toString('latin1')
    try {
      return UTF8.decode(octets)
    } catch (cause) {
      throw new SerializerError('MALFORMED', `text that is not UTF-8 before octet ${this.#at}`, { cause })
    }
  }

  #extension(length: number): unknown {
    const type = this.#octets.readInt8(this.#take(1))
    const kind = TIME_KINDS.get(type)
    if (kind !== undefined) return readTime(kind, this.#text(length))
    return new MessagePackExtension(type, Buffer.from(this.#slice(length)))
  }

  /** An unsigned number of 1, 2 or 4 octets. */
  #length(form: number): number {
    if (form === 0) return this.#octets[this.#take(1)] as number
    return form === 1 ? this.#octets.readUInt16BE(this.#take(2)) : this.#octets.readUInt32BE(this.#take(4))
  }

  #slice(length: number): Buffer {
    const begin = this.#take(length)
    return this.#octets.subarray(begin, begin + length)
  }

  /** Moves past so many octets. Gives the place where they begin. */
  #take(length: number): number {
    const begin = this.#at
    if (length > this.#octets.length - begin) throw this.#malformed('the octets end too early')
    this.#at = begin + length
    return begin
  }

  #malformed(what: string): SerializerError {
    return new SerializerError('MALFORMED', `not MessagePack: ${what}, at octet ${this.#at}`)
  }
}

function exactNumber(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
