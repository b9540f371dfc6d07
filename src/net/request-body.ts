/**
 * `rfile`: the decoded body of one request as a Readable. It pulls: octets are parsed when somebody reads, so a handler
 * that doesn't read stops the peer by TCP itself. Where they come from is the connection's business. A body that is here
 * already can be had without reading: for a short one, all that a stream does would cost more than the body.
 */
import { Readable } from 'node:stream'
import type { Headers } from '../http/headers.js'
import { NO_TRAILERS } from '../http/trailers.js'

/** What a body needs of its connection. */
export interface BodySource {
  /** Asks for the next piece: {@link RequestBody.push}, {@link RequestBody.finish} or destroy follows, now or later. */
  pullBody(body: RequestBody): void
  /** The reader of the body went away before its end. */
  abandonBody(body: RequestBody): void
  /** The whole body, if it has come and is not longer than so many bytes; else null, and what has come is pushed. */
  takeWhole(body: RequestBody, limitBytes: number): Buffer | null
}

/** Nothing is read ahead: octets that nobody has asked for wait in front of the parser, where they are counted as they cost. */
const READ_AHEAD_BYTES = 1

export class RequestBody extends Readable {
  /** Trailer fields of a chunked body; empty until the body has ended. */
  trailers: Headers = NO_TRAILERS
  readonly #source: BodySource

  constructor(source: BodySource) {
    super({ highWaterMark: READ_AHEAD_BYTES })
    this.#source = source
    // Whoever reads hears of an error by its own listener; nobody else may be taken down by it.
    this.on('error', ignore)
  }

  finish(trailers: Headers): void {
    this.trailers = trailers
    this.push(null)
  }

  takeWhole(limitBytes: number): Buffer | null {
    const isUntouched = this.readableFlowing === null && this.readableLength === 0 && !this.readableDidRead
    return isUntouched && !this.destroyed ? this.#source.takeWhole(this, limitBytes) : null
  }

  override _read(): void {
    this.#source.pullBody(this)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.abandonBody(this)
    callback(error)
  }
}

function ignore(): void {}
