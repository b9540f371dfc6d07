/**
 * From values to the octets of an RPC payload and back, as a Content-Type says: compression, charset, and a driver for the
 * format. Every failure leaves as a SerializerError. Source: AdvancedHTTPServer `Serializer`, `g_serializer_drivers`.
 */
import { Buffer } from 'node:buffer'
import { CharsetError, decodeText, encodeText } from '../http/charset.js'
import { DEFAULT_LIMITS } from '../http/limits.js'
import { deflate, inflate } from './compression.js'
import { DEFAULT_CHARSET, formatPayloadType, parsePayloadType } from './content-type.js'
import { SerializerError } from './errors.js'
import { readJson } from './json-reader.js'
import { writeJson } from './json-writer.js'
import type { RPCLimits } from './limits.js'
import { readMessagePack } from './message-pack-reader.js'
import { writeMessagePack } from './message-pack-writer.js'

/** One format. A driver may throw what it likes; {@link Serializer} wraps it. */
export interface SerializerDriver {
  /** A text is encoded in the charset of the Content-Type. */
  dumps(value: unknown, limits: Readonly<RPCLimits>): string | Uint8Array
  /**
   * Reads a payload.
   *
   * @param data - Text when the driver's name begins with `application/`, else the octets.
   * @param charset - As the Content-Type names it.
   */
  loads(data: string | Buffer, charset: string | null, limits: Readonly<RPCLimits>): unknown
}

/**
 * The formats, by their media type in lower case. A program adds its own:
 * `g_serializer_drivers.set('application/x-reversed', { dumps, loads })`.
 */
export const g_serializer_drivers = new Map<string, SerializerDriver>([
  ['application/json', { dumps: writeJson, loads: (data, _charset, limits) => readJson(String(data), limits) }],
  [
    'binary/message-pack',
    {
      dumps: writeMessagePack,
      loads: (data, _charset, limits) => readMessagePack(data as Buffer, limits),
    },
  ],
])

/** How payloads are written. */
export interface SerializerOptions {
  /** Default `UTF-8`. Kept as written; looked up when a payload is read or written. */
  charset?: string | null
  /** `zlib`, or null (default). */
  compression?: string | null
  /** What a payload that is read may hold. */
  limits?: Readonly<RPCLimits>
}

/** Turns values into the octets of a payload and back, as a Content-Type says.
 *
 * @remarks Source: AdvancedHTTPServer's `Serializer`. */
export class Serializer {
  /** Media type, in lower case. */
  readonly name: string
  /** Charset of text formats, as written in the Content-Type; null when it names none. */
  readonly charset: string | null
  /** How payloads are compressed; null when they are not. */
  readonly compression: 'zlib' | null
  readonly #driver: SerializerDriver
  readonly #limits: Readonly<RPCLimits>

  /** @throws SerializerError `BAD_CONTENT_TYPE` when there is no such driver, `UNKNOWN_COMPRESSION` for any but `zlib`. */
  constructor(name: string, options: SerializerOptions = {}) {
    const { charset = DEFAULT_CHARSET, compression = null, limits = DEFAULT_LIMITS } = options
    this.name = name.toLowerCase()
    const driver = g_serializer_drivers.get(this.name)
    if (driver === undefined) throw new SerializerError('BAD_CONTENT_TYPE', 'no serializer of this name')
    if (compression !== null && compression !== 'zlib') {
      throw new SerializerError('UNKNOWN_COMPRESSION', 'no compression of this name')
    }
    this.charset = charset
    this.compression = compression
    this.#driver = driver
    this.#limits = limits
  }

  /**
   * The serializer that a Content-Type names: `application/json; charset=UTF-8; compression=zlib`, or the old
   * `application/json+zlib`.
   *
   * @throws SerializerError `BAD_CONTENT_TYPE`, `UNKNOWN_COMPRESSION`. An unknown charset shows when a payload is read.
   */
  static from_content_type(content_type: string, options: Pick<SerializerOptions, 'limits'> = {}): Serializer {
    const { name, charset, compression } = parsePayloadType(content_type)
    const { limits = DEFAULT_LIMITS } = options
    return new Serializer(name, { charset, compression, limits })
  }

  /** The Content-Type of what {@link dumps} gives, always in the new form. */
  get content_type(): string {
    return formatPayloadType(this)
  }

  /** Python looks charsets up by their letters and digits: quotes around a name do not matter. */
  get #charsetName(): string {
    const name = String(this.charset)
    return name.startsWith('"') && name.endsWith('"') ? name.slice(1, -1) : name
  }

  /**
   * The octets of a value.
   *
   * @throws SerializerError `NOT_SERIALIZABLE`, `TOO_DEEP`, `UNKNOWN_CHARSET`, `DRIVER_FAILED`.
   */
  dumps(value: unknown): Buffer {
    const written = this.#guard(() => this.#driver.dumps(value, this.#limits))
    const octets = typeof written === 'string' ? this.#encode(written) : written
    return this.compression === 'zlib' ? deflate(octets) : bufferOf(octets)
  }

  /**
   * The value of octets. Lists come as arrays; maps as objects without a prototype, or as `Map` when a key is no text.
   *
   * @throws SerializerError `MALFORMED`, `BAD_VALUE`, `UNKNOWN_CHARSET`, `TOO_LARGE`, `TOO_DEEP`, `TOO_MANY_ELEMENTS`,
   * `DRIVER_FAILED`.
   */
  loads(octets: Uint8Array): unknown {
    const plain = this.compression === 'zlib' ? inflate(octets, this.#limits.rpc_inflated_bytes) : octets
    const data = this.name.startsWith('application/') ? this.#decode(plain) : bufferOf(plain)
    return this.#guard(() => this.#driver.loads(data, this.charset, this.#limits))
  }

  #guard<Result>(step: () => Result): Result {
    try {
      return step()
    } catch (error) {
      if (error instanceof SerializerError) throw error
      throw new SerializerError('DRIVER_FAILED', `the serializer ${this.name} failed`, { cause: error })
    }
  }

  #decode(octets: Uint8Array): string {
    try {
      return decodeText(bufferOf(octets), this.#charsetName)
    } catch (cause) {
      const unknown = cause instanceof CharsetError && cause.code === 'UNKNOWN_CHARSET'
      throw new SerializerError(unknown ? 'UNKNOWN_CHARSET' : 'MALFORMED', 'not text in this charset', { cause })
    }
  }

  #encode(text: string): Buffer {
    try {
      return encodeText(text, this.#charsetName)
    } catch (cause) {
      throw new SerializerError('UNKNOWN_CHARSET', 'this charset can not be written', { cause })
    }
  }
}

/** The same octets as a Buffer, without a copy. */
function bufferOf(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
}
