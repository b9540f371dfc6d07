/**
 * `rfile`: the decoded body of one request as a Readable. It pulls: octets are parsed when somebody reads, so a handler
 * that doesn't read stops the peer by TCP itself. Where they come from is the connection's business.
 */
import { Readable } from 'node:stream'
import { Headers } from '../http/headers.js'

/** What a body needs of its connection. */
export interface BodySource {
  /** Asks for the next piece: {@link RequestBody.push}, {@link RequestBody.finish} or destroy follows, now or later. */
  pullBody(body: RequestBody): void
  /** The reader of the body went away before its end. */
  abandonBody(body: RequestBody): void
}

const NO_TRAILERS = new Headers()

export class RequestBody extends Readable {
  /** Trailer fields of a chunked body; empty until the body has ended. */
  trailers: Headers = NO_TRAILERS
  readonly #source: BodySource

  constructor(source: BodySource) {
    super({ highWaterMark: 65_536 })
    this.#source = source
    // Whoever reads hears of an error by its own listener; nobody else may be taken down by it.
    this.on('error', ignore)
  }

  finish(trailers: Headers): void {
    this.trailers = trailers
    this.push(null)
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
