/** One response off a connection's inbox: as it was received, and as it was meant. What follows it stays in the inbox. */
import { Buffer } from 'node:buffer'
import { NEED_DATA, type BodyFraming, type ResponseEvent, type ResponseHead } from '../http/events.js'
import type { Headers } from '../http/headers.js'
import { DEFAULT_LIMITS } from '../http/limits.js'
import { ResponseReader } from '../http/llhttp/response-reader.js'
import type { Inbox, Patience } from './inbox.js'
import { WireError } from './wire-error.js'

/** A response as it was received. */
export interface WireResponse {
  /** Status line and field lines exactly as received, with their line ends and without the empty line; latin-1. */
  readonly head: string
  /** As received: `HTTP/1.1`. */
  readonly httpVersion: string
  /** Status code. */
  readonly status: number
  /** Reason phrase, as received. */
  readonly reason: string
  /** Field lines, as received. */
  readonly headers: Headers
  /** How the end of the body was known. */
  readonly framing: BodyFraming
  /** Decoded from chunks. */
  readonly body: Buffer
  /** Field lines behind a chunked body. */
  readonly trailers: Headers
  /** Whether the server lets the connection go on. */
  readonly keepsAlive: boolean
  /** Heads of the 1xx responses in front. */
  readonly interim: readonly ResponseHead[]
}

/** @throws WireError `NO_RESPONSE`, `TIMEOUT`, `CLOSED`, `RESET`, `ABORTED`; what came is then still unread. */
export async function readResponse(inbox: Inbox, method: string, patience: Patience): Promise<WireResponse> {
  const reading = new ResponseReading(inbox, method)
  const deadline = performance.now() + patience.timeoutMs
  try {
    for (let response = reading.advance(); ; response = reading.advance()) {
      if (response !== null) return response
      if (inbox.end === 'reset') throw new WireError('RESET', 'the server reset the connection within a response')
      const timeoutMs = Math.max(0, deadline - performance.now())
      if (await inbox.more({ ...patience, timeoutMs })) continue
      throw new WireError('TIMEOUT', `no whole response in ${patience.timeoutMs} ms`)
    }
  } catch (error) {
    reading.giveBack()
    if (!(error instanceof WireError)) throw new WireError('NO_RESPONSE', String(error), inbox.peek(), { cause: error })
    throw new WireError(error.code, error.message, inbox.peek(), { cause: error.cause })
  }
}

class ResponseReading {
  readonly #inbox: Inbox
  readonly #reader = new ResponseReader({ limits: DEFAULT_LIMITS })
  /** Everything that was given to the reader. */
  readonly #seen: Buffer[] = []
  readonly #interim: ResponseHead[] = []
  readonly #body: Buffer[] = []
  #head: ResponseHead | null = null

  constructor(inbox: Inbox, method: string) {
    this.#inbox = inbox
    this.#reader.expect(method)
  }

  /** Reads on in what has come; null while the response is not whole. */
  advance(): WireResponse | null {
    for (const chunk of this.#inbox.takeChunks()) {
      this.#seen.push(chunk)
      this.#reader.receive(chunk)
    }
    if (this.#inbox.end === 'closed') this.#reader.receiveEnd()
    for (let event = this.#reader.next(); event !== NEED_DATA; event = this.#reader.next()) {
      if (event === null) throw new WireError('CLOSED', 'the server closed the connection before a response')
      const response = this.#heed(event)
      if (response !== null) return response
    }
    return null
  }

  /** Puts everything back that was taken from the inbox. */
  giveBack(): void {
    this.#reader.release()
    this.#inbox.unread(Buffer.concat(this.#seen))
  }

  #heed(event: ResponseEvent): WireResponse | null {
    if (event.kind === 'chunk') this.#body.push(Buffer.from(event.octets))
    else if (event.kind === 'end') return this.#finished(event.keepsAlive, event.trailers)
    else if (event.interim) this.#interim.push(event)
    else this.#head = event
    return null
  }

  /** The end of an interim response is not the end. */
  #finished(keepsAlive: boolean, trailers: Headers): WireResponse | null {
    const head = this.#head
    if (head === null) return null
    this.#inbox.unread(this.#reader.takeRest())
    const { raw, httpVersion, status, reason, headers, framing } = head
    const body = Buffer.concat(this.#body)
    return {
      head: raw,
      httpVersion,
      status,
      reason,
      headers,
      framing,
      body,
      trailers,
      keepsAlive,
      interim: this.#interim,
    }
  }
}
