/**
 * `rfile`: the decoded body of one request as a Readable. It pulls: octets are parsed when somebody reads, so a handler
 * that doesn't read stops the peer by TCP itself. Where they come from is the connection's business. Who wants all of them
 * gets them past the stream: for a short body, all that a stream does would cost more than the body.
 */
import { Readable } from 'node:stream'
import type { BodyReader } from '../handler/connection.js'
import type { Headers } from '../http/headers.js'
import { NO_TRAILERS } from '../http/trailers.js'

/** What a body needs of its connection. */
export interface BodySource {
  /** Asks for the next piece: {@link RequestBody.give}, {@link RequestBody.finish} or destroy follows, now or later. */
  pullBody(body: RequestBody): void
  /** The reader of the body went away before its end. */
  abandonBody(body: RequestBody): void
}

/** Nothing is read ahead: octets that nobody has asked for wait in front of the parser, where they are counted as they cost. */
const READ_AHEAD_BYTES = 1

export class RequestBody extends Readable {
  /** Trailer fields of a chunked body; empty until the body has ended. */
  trailers: Headers = NO_TRAILERS
  readonly #source: BodySource
  /** Who gets the pieces past the stream; null while the stream does. */
  #reader: BodyReader | null = null
  #finished = false

  constructor(source: BodySource) {
    super({ highWaterMark: READ_AHEAD_BYTES })
    this.#source = source
    // Whoever reads hears of an error by its own listener; nobody else may be taken down by it.
    this.on('error', ignore)
  }

  /** Whether it asks for nothing: all pieces are to be given as they come. */
  get takesAll(): boolean {
    return this.#reader !== null
  }

  give(octets: Buffer): void {
    if (this.#reader === null) this.push(octets)
    else this.#reader.takePiece(octets)
  }

  finish(trailers: Headers): void {
    this.trailers = trailers
    this.#finished = true
    this.push(null)
    if (!this.destroyed) this.#reader?.takeEnd()
  }

  readTo(reader: BodyReader): boolean {
    const isUntouched = this.readableFlowing === null && this.readableLength === 0 && !this.readableDidRead
    if (!isUntouched || this.#reader !== null || this.#finished || this.destroyed) return false
    this.#reader = reader
    this.#source.pullBody(this)
    return true
  }

  override _read(): void {
    this.#source.pullBody(this)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.abandonBody(this)
    if (!this.#finished) this.#reader?.takeFailure(error)
    callback(error)
  }
}

function ignore(): void {}
