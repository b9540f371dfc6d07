/**
 * MessagePack as Python's `msgpack.dumps` writes it: each value in its shortest form, floats always with 64 bits, dates and
 * times as extensions 10, 11 and 12. Our own because no package writes Map keys of any kind and refuses text that is not
 * Unicode. Specification: msgpack/spec.md.
 */
import { Buffer } from 'node:buffer'
import { SerializerError } from './errors.js'
import { type RPCLimits, tooDeep } from './limits.js'
import { MessagePackExtension } from './message-pack-extension.js'
import { type TimeKind, writeTime } from './temporal.js'
import { type DataRecord, isRecord, notSerializable, writtenEntries } from './values.js'

const EXTENSION_TYPES: Readonly<Record<TimeKind, number>> = { datetime: 10, date: 11, time: 12 }

/** Octets the first buffer has room for; it doubles from there. */
const FIRST_BUFFER_BYTES = 512

/** One family of values with a length: the first octet of each form, 0 where the family lacks it. */
interface LengthForms {
  /** First octet of the form that carries its length in itself, and the lengths below which it can. */
  readonly fixed: number
  readonly fixedLimit: number
  readonly in8: number
  readonly in16: number
  readonly in32: number
}

const TEXT: LengthForms = { fixed: 0xa0, fixedLimit: 32, in8: 0xd9, in16: 0xda, in32: 0xdb }
const BINARY: LengthForms = { fixed: 0, fixedLimit: 0, in8: 0xc4, in16: 0xc5, in32: 0xc6 }
const LIST: LengthForms = { fixed: 0x90, fixedLimit: 16, in8: 0, in16: 0xdc, in32: 0xdd }
const MAP: LengthForms = { fixed: 0x80, fixedLimit: 16, in8: 0, in16: 0xde, in32: 0xdf }
const EXTENSION: LengthForms = { fixed: 0, fixedLimit: 0, in8: 0xc7, in16: 0xc8, in32: 0xc9 }

/** First octets of extensions whose length needs no octet. */
const FIXED_EXTENSIONS = new Map([
  [1, 0xd4],
  [2, 0xd5],
  [4, 0xd6],
  [8, 0xd7],
  [16, 0xd8],
])

/**
 * The octets of a value: null, undefined (as nil), booleans, numbers, bigints of 64 bits, strings, typed arrays and
 * ArrayBuffers (as binary), arrays, plain objects, Maps, `Date`, the plain `Temporal` types, {@link MessagePackExtension}.
 *
 * @throws SerializerError `NOT_SERIALIZABLE` for anything else, and for text with half a surrogate pair; `TOO_DEEP`.
 */
export function writeMessagePack(value: unknown, limits: Readonly<RPCLimits>): Buffer {
  return new MessagePackWriter(limits).write(value)
}

/** A list, or the keys and values of a map in turn, with the place up to which they are written. */
interface Container {
  readonly items: readonly unknown[]
  place: number
}

/** Open containers stand on a list instead of on the stack: one that runs out can't be relied on to throw. */
class MessagePackWriter {
  readonly #maxDepth: number
  readonly #open: Container[] = []
  #buffer = Buffer.allocUnsafe(FIRST_BUFFER_BYTES)
  /** Octets written, at the begin of the buffer. */
  #length = 0

  constructor(limits: Readonly<RPCLimits>) {
    this.#maxDepth = limits.rpc_depth
  }

  write(value: unknown): Buffer {
    this.#value(value)
    for (let container = this.#open.at(-1); container !== undefined; container = this.#open.at(-1)) {
      if (container.place < container.items.length) this.#value(container.items[container.place++])
      else this.#open.pop()
    }
    return this.#buffer.subarray(0, this.#length)
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
        return this.#number(value)
      case 'bigint':
        return this.#bigint(value)
      case 'boolean':
        return this.#octet(value ? 0xc3 : 0xc2)
      case 'undefined':
        return this.#octet(0xc0)
      case 'object':
        return value === null ? this.#octet(0xc0) : this.#object(value)
      default:
        throw notSerializable(value)
    }
  }

  #object(value: object): void {
    if (Array.isArray(value)) return this.#begin(LIST, value.length, value)
    if (value instanceof Map) return this.#begin(MAP, value.size, [...value].flat())
    if (isRecord(value)) return this.#record(value)
    if (ArrayBuffer.isView(value)) return this.#binary(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
    if (value instanceof ArrayBuffer) return this.#binary(Buffer.from(value))
    if (value instanceof MessagePackExtension) return this.#extension(value.type, Buffer.from(value.data))
    const time = writeTime(value)
    if (time === null) throw notSerializable(value)
    this.#extension(EXTENSION_TYPES[time.kind], Buffer.from(time.text, 'latin1'))
  }

  #record(record: DataRecord): void {
    const flat: unknown[] = []
    for (const [name, value] of writtenEntries(record)) flat.push(name, value)
    this.#begin(MAP, flat.length / 2, flat)
  }

  #begin(forms: LengthForms, length: number, items: readonly unknown[]): void {
    if (this.#open.length >= this.#maxDepth) throw tooDeep()
    this.#head(forms, length)
    this.#open.push({ items, place: 0 })
  }

  #text(text: string): void {
    if (/\p{Surrogate}/u.test(text)) {
      throw new SerializerError('NOT_SERIALIZABLE', 'half a surrogate pair has no form in UTF-8')
    }
    const length = Buffer.byteLength(text)
    this.#head(TEXT, length)
    const place = this.#reserve(length)
    this.#buffer.write(text, place)
  }

  #binary(octets: Buffer): void {
    this.#head(BINARY, octets.length)
    this.#copy(octets)
  }

  #extension(type: number, data: Buffer): void {
    const fixed = FIXED_EXTENSIONS.get(data.length)
    if (fixed === undefined) this.#head(EXTENSION, data.length)
    else this.#octet(fixed)
    this.#octet(type & 0xff)
    this.#copy(data)
  }

  /** Whole numbers that JavaScript holds exactly are integers; the rest, and the zero with a sign, are floats. */
  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return this.#integer(value)
    const place = this.#tagged(0xcb, 8)
    this.#buffer.writeDoubleBE(value, place)
  }

  #bigint(value: bigint): void {
    if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return this.#integer(Number(value))
    this.#integer64(value)
  }

  #integer(value: number): void {
    if (value >= -32 && value < 128) return this.#octet(value & 0xff)
    if (value > 0xffff_ffff || value < -0x8000_0000) return this.#integer64(BigInt(value))
    const bytes = value < 0 ? signedBytes(value) : unsignedBytes(value)
    const place = this.#tagged((value < 0 ? 0xd0 : 0xcc) + (bytes >> 1), bytes)
    if (value < 0) this.#buffer.writeIntBE(value, place, bytes)
    else this.#buffer.writeUIntBE(value, place, bytes)
  }

  #integer64(value: bigint): void {
    if (value >= 2n ** 64n || value < -(2n ** 63n)) {
      throw new SerializerError('NOT_SERIALIZABLE', 'MessagePack has no integers beyond 64 bits')
    }
    const place = this.#tagged(value < 0n ? 0xd3 : 0xcf, 8)
    if (value < 0n) this.#buffer.writeBigInt64BE(value, place)
    else this.#buffer.writeBigUInt64BE(value, place)
  }

  #head(forms: LengthForms, length: number): void {
    if (length < forms.fixedLimit) return this.#octet(forms.fixed | length)
    const bytes = Math.max(unsignedBytes(length), forms.in8 === 0 ? 2 : 1)
    const place = this.#tagged(bytes === 1 ? forms.in8 : bytes === 2 ? forms.in16 : forms.in32, bytes)
    this.#buffer.writeUIntBE(length, place, bytes)
  }

  #copy(octets: Buffer): void {
    const place = this.#reserve(octets.length)
    octets.copy(this.#buffer, place)
  }

  #octet(octet: number): void {
    const place = this.#reserve(1)
    this.#buffer[place] = octet
  }

  /** Writes a first octet and makes room for what belongs to it. Gives the place of that room. */
  #tagged(firstOctet: number, length: number): number {
    this.#octet(firstOctet)
    return this.#reserve(length)
  }

  /** Makes room and gives its place. The buffer may be another one afterwards: take `#buffer` only then. */
  #reserve(length: number): number {
    const place = this.#length
    const needed = place + length
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
      this.#buffer.copy(larger, 0, 0, place)
      this.#buffer = larger
    }
    this.#length = needed
    return place
  }
}

function unsignedBytes(value: number): number {
  return value <= 0xff ? 1 : value <= 0xffff ? 2 : 4
}

function signedBytes(value: number): number {
  return value >= -0x80 ? 1 : value >= -0x8000 ? 2 : 4
}
