/** What a request reader told of a stream, gathered for comparison with what another parser told. */
import { NEED_DATA, type RequestHead } from '../../src/http/events.js'
import { RequestError } from '../../src/http/errors.js'
import { resolveLimits } from '../../src/http/limits.js'
import type { RequestReader, RequestReaderOptions } from '../../src/http/llhttp/request-reader.js'

/** The reader under test: the real one, or a mutant of it. */
export type ReaderClass = new (options: RequestReaderOptions) => RequestReader

export interface ToldMessage {
  readonly head: RequestHead
  /** Content octets told so far, latin-1. */
  body: string
  /** Kept trailers, once the end was told. */
  trailers: [string, string][] | null
  /** What the end said. */
  keepsAlive: boolean
  /** Position in the stream behind the message, once its end was told. */
  end: number
}

export interface Told {
  readonly messages: ToldMessage[]
  /** The fault that ended the stream, or how the reader stands without one. */
  readonly outcome: RequestError | 'waits' | 'over'
}

/** Reads the pieces with Host not required, so that only what concerns parsing refuses. */
export function collect(
  Reader: ReaderClass,
  pieces: readonly Buffer[],
  options: Partial<RequestReaderOptions> = {},
): Told {
  const reader = new Reader({ limits: resolveLimits({}), requireHost: false, ...options })
  const messages: ToldMessage[] = []
  let received = 0
  try {
    for (const piece of pieces) {
      reader.receive(piece)
      received += piece.length
      takeAll(reader, messages, () => received)
    }
    return { messages, outcome: reader.next() === null ? 'over' : 'waits' }
  } catch (error) {
    if (error instanceof RequestError) return { messages, outcome: error }
    throw error
  } finally {
    reader.release()
  }
}

function takeAll(reader: RequestReader, messages: ToldMessage[], received: () => number): void {
  for (let event = reader.next(); event !== NEED_DATA && event !== null; event = reader.next()) {
    if (event.kind === 'head') {
      messages.push({ head: event, body: '', trailers: null, keepsAlive: false, end: -1 })
      continue
    }
    const message = messages.at(-1) as ToldMessage
    if (event.kind === 'chunk') {
      message.body += event.octets.toString('latin1')
    } else {
      message.trailers = event.trailers.items()
      message.keepsAlive = event.keepsAlive
      message.end = received() - reader.unparsedBytes
    }
  }
}
