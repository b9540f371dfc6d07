/** Puts a response into chunks when its handler has not, for the faults of chunked framing. */
import { type Send, send, type Stage, type WireAction } from './action.js'
import { headLines, isBodiless, isChunked, joinedLines, withFields, withoutField } from './head-lines.js'

export interface ChunkingOptions {
  readonly command: string
  /** Leave a Content-Length of the handler's where it is, against RFC 9112 6.2. */
  readonly keepsContentLength?: boolean
}

/** One chunk for each piece a handler writes. Responses that are chunked, or have no body, pass as they are. */
export class Chunking implements Stage {
  readonly #options: ChunkingOptions
  #chunking = false

  constructor(options: ChunkingOptions) {
    this.#options = options
  }

  *take(given: Send): Iterable<WireAction> {
    if (given.part === 'head') yield this.#announce(given)
    else if (given.part === 'body' && this.#chunking) yield* chunk(given.octets)
    else yield given
  }

  *finish(): Iterable<WireAction> {
    if (this.#chunking) yield send('lastChunk', '0\r\n\r\n')
  }

  #announce(given: Send): Send {
    const lines = headLines(given.octets)
    if (isChunked(lines) || isBodiless(lines, this.#options.command)) return given
    this.#chunking = true
    const kept = this.#options.keepsContentLength ? lines : withoutField(lines, 'Content-Length')
    return send('head', joinedLines(withFields(kept, 'Transfer-Encoding: chunked')))
  }
}

function* chunk(octets: Buffer): Iterable<Send> {
  yield send('chunkLine', `${octets.length.toString(16)}\r\n`)
  yield send('chunkData', octets)
  yield send('chunkEnd', '\r\n')
}
