/**
 * `rfile`: the decoded body of one request as a Readable. It pulls: octets are parsed when somebody reads, so a handler
 * that doesn't read stops the peer by TCP itself. Where they come from is the connection's business. Who wants all of them
 * gets them past the stream: for most bodies, all that a stream does would cost more than the body.
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

/** Where the octets of a body go. */
export interface BodySink {
  /** Whether it asks for nothing: all pieces are to be given as they come. */
  readonly takesAll: boolean
  /** Nothing is taken any more. */
  readonly destroyed: boolean
  give(octets: Buffer): void
  finish(trailers: Headers): void
  destroy(error?: Error): unknown
}

/** A body that one reader gets all of, as long as nobody asks for its stream. */
export class UnstreamedBody implements BodySink {
  readonly takesAll = true
  /** Null once there is nothing more to be told. */
  #reader: BodyReader | null
  #failure: { readonly reason: Error | undefined } | null = null

  constructor(reader: BodyReader) {
    this.#reader = reader
  }

  get destroyed(): boolean {
    return this.#reader === null
  }

  give(octets: Buffer): void {
    this.#reader?.takePiece(octets)
  }

  finish(): void {
    this.#leave()?.takeEnd()
  }

  destroy(error?: Error): void {
    if (this.#reader !== null) this.#failure = { reason: error }
    this.#leave()?.takeFailure(error ?? null)
  }

  /** A stream for what is left, which the reader goes on to get; one that has failed when this has. */
  streamed(source: BodySource): RequestBody {
    const body = new RequestBody(source, this.#leave())
    if (this.#failure !== null) body.destroy(this.#failure.reason)
    return body
  }

  /** Lets go of the reader, which may hold all there was of the body. */
  #leave(): BodyReader | null {
    const reader = this.#reader
    this.#reader = null
    return reader
  }
}

/** Nothing is read ahead: octets that nobody has asked for wait in front of the parser, where they are counted as they cost. */
const READ_AHEAD_BYTES = 1

export class RequestBody extends Readable implements BodySink {
  /** Trailer fields of a chunked body; empty until the body has ended. */
  trailers: Headers = NO_TRAILERS
  readonly #source: BodySource
  /** Where the pieces go past the stream, which then looks as if the body had nothing in it; null: they go through it. */
  readonly #past: UnstreamedBody | null

  constructor(source: BodySource, reader: BodyReader | null = null) {
    super({ highWaterMark: READ_AHEAD_BYTES })
    this.#source = source
    this.#past = reader === null ? null : new UnstreamedBody(reader)
    // Whoever reads hears of an error by its own listener; nobody else may be taken down by it.
    this.on('error', ignore)
  }

  get takesAll(): boolean {
    return this.#past !== null
  }

  give(octets: Buffer): void {
    if (this.#past === null) this.push(octets)
    else this.#past.give(octets)
  }

  finish(trailers: Headers): void {
    this.trailers = trailers
    this.push(null)
    this.#past?.finish()
  }

  override _read(): void {
    this.#source.pullBody(this)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.abandonBody(this)
    this.#past?.destroy(error ?? undefined)
    callback(error)
  }
}

function ignore(): void {}
