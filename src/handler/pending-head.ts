/**
 * The lines of a response head between `send_response` and `end_headers`, and what they say about the response's
 * framing. The one line the library words itself, Connection, keeps its place open until the head is complete, so that
 * it can tell the truth about what follows.
 */
import { isNamed } from '../http/field-syntax.js'
import { isInterim } from '../http/response-checks.js'
import { fieldLine, statusLine } from '../http/response-head.js'
import type { ResponseFraming } from './connection.js'

const DIGITS = /^[0-9]{1,15}$/
const LONGEST_BODY = 999_999_999_999_999

export class PendingHead {
  /** Status code; 0 while no status line was queued. */
  status = 0
  /** A response of its own, and no interim one in front of it (RFC 9110 15.2). */
  final = false
  /** Lines in front of the automatic Connection line. */
  #before = ''
  /** Lines behind it; all lines when there is none. */
  #after = ''
  /** Whether a place is kept for the automatic Connection line. */
  #reserved = false
  /** What the automatic line says although the handler may say otherwise; null: its own line takes the place. */
  #insisted: string | null = null
  /** The handler's own Connection value, in lower case; null when it has written none. */
  #own: string | null = null
  #contentLength = -1
  #chunked = false

  get empty(): boolean {
    return this.#before === '' && this.#after === ''
  }

  /** @throws RangeError, HeaderError as {@link statusLine}; nothing is queued then. */
  addStatusLine(protocolVersion: string, code: number, reason: string): void {
    this.#after += statusLine(protocolVersion, code, reason)
    this.status = code
    this.final ||= code >= 200 || code === 101
  }

  /** @throws HeaderError as {@link fieldLine}; nothing is queued then. */
  addField(name: string, value: string | number | bigint): void {
    this.#after += fieldLine(name, value)
    if (isNamed(name, 'Content-Length')) this.#contentLength = lengthOf(value)
    else if (isNamed(name, 'Connection')) this.#own = String(value).toLowerCase()
    else if (isNamed(name, 'Transfer-Encoding')) this.#chunked = isChunked(value)
  }

  /**
   * Keeps a place for the automatic Connection line; a line of the handler's own leaves it unused.
   *
   * @param insisted - What the automatic line says beside a line of the handler's own that says something else.
   */
  reserveConnection(insisted: string | null = null): void {
    this.#before += this.#after
    this.#after = ''
    this.#reserved = true
    this.#insisted = insisted
  }

  /** Whether the automatic line is the only one to tell what becomes of the connection. */
  get decidesConnection(): boolean {
    return this.#reserved && this.#own === null
  }

  framing(command: string): ResponseFraming {
    const { status } = this
    const bodiless = command === 'HEAD' || status === 204 || status === 304 || (status >= 100 && status < 200)
    const interim = status !== 0 && isInterim(status)
    return { contentLength: this.#contentLength, bodiless, interim, chunked: this.#chunked }
  }

  /** The queued lines; the queue is empty afterwards. */
  take(connection: string): string {
    const automatic = this.decidesConnection ? connection : this.#own === this.#insisted ? null : this.#insisted
    const lines = this.#before + (automatic === null ? '' : fieldLine('Connection', automatic)) + this.#after
    this.#before = ''
    this.#after = ''
    this.#reserved = false
    this.#insisted = null
    return lines
  }

  /** Forgets everything: the next head starts from nothing. */
  clear(): void {
    this.#before = ''
    this.#after = ''
    this.#reserved = false
    this.#insisted = null
    this.#own = null
    this.#contentLength = -1
    this.#chunked = false
    this.status = 0
    this.final = false
  }
}

/** -1 for what is no length: such a response is not taken to be delimited. */
function lengthOf(value: string | number | bigint): number {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 && value <= LONGEST_BODY ? value : -1
  const text = String(value)
  return DIGITS.test(text) ? Number(text) : -1
}

function isChunked(value: string | number | bigint): boolean {
  return /(?:^|,)[ \t]*chunked[ \t]*$/i.test(String(value))
}
