/**
 * What a handler sends and says: the half of Python's `BaseHTTPRequestHandler` below `do_VERB`. `send_response`,
 * `send_header` and `end_headers` build a head that reaches the wire octet for octet; logs and texts that go with it are
 * here, too. How a request gets to its `do_VERB` is `base-request-handler.ts`.
 *
 * How a handler's write becomes octets: send_* → PendingHead → end_headers → connection.writeHead → wfile → one write.
 */
import { Buffer } from 'node:buffer'
import type { Duplex } from 'node:stream'
import { inspect, type InspectOptions } from 'node:util'
import { currentHttpDate, httpDate } from '../http/date.js'
import { HeaderError } from '../http/errors.js'
import { isNamed } from '../http/field-syntax.js'
import { Headers } from '../http/headers.js'
import { STATUS, statusPhrase, type StatusText } from '../http/status.js'
import { escapeControlCharacters } from '../logging/escape-control-characters.js'
import { SILENT_LOGGER } from '../logging/logger.js'
import { ChunkedBody } from './chunked-body.js'
import { readStaticsThroughInstances } from './class-attributes.js'
import type { Connection, RequestBody, ResponseFraming, ResponseOutput } from './connection.js'
import { DEFAULT_ERROR_CONTENT_TYPE, DEFAULT_ERROR_MESSAGE } from './error-page.js'
import { Exchange } from './exchange.js'
import type { HandlerServer } from './handler-server.js'
import { htmlEscape } from './html-escape.js'
import { PendingHead } from './pending-head.js'
import { percentFormat } from './percent-format.js'
import { showHandler } from './show-handler.js'

/** What a step gives that may have to wait: nothing, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>

export const NO_HEADERS = new Headers()

/** Statuses whose responses have no body, so that an error page can't follow. Source: `send_error`. */
const WITHOUT_PAGE: ReadonlySet<number> = new Set([204, 205, 304])

export abstract class ResponseSteps<TServer extends HandlerServer = HandlerServer> {
  /** Version in the status line; below `HTTP/1.1` connections do not persist. */
  static protocol_version = 'HTTP/1.1'
  /** Page of `send_error`, a Python format with `%(code)d`, `%(message)s`, `%(explain)s`. */
  static error_message_format = DEFAULT_ERROR_MESSAGE
  /** Media type of the page of `send_error`. */
  static error_content_type = DEFAULT_ERROR_CONTENT_TYPE
  /** Status code → short and long text. */
  static responses: ReadonlyMap<number, StatusText> = STATUS

  /** See the static member. */
  declare protocol_version: string
  /** See the static member. */
  declare error_message_format: string
  /** See the static member. */
  declare error_content_type: string
  /** See the static member. */
  declare responses: ReadonlyMap<number, StatusText>

  /** The connection this instance serves. */
  readonly connection: Connection
  /** The listening address the connection came in at, with whatever values the program gave it. */
  readonly server: TServer
  /** Address of the client: IP address and port. */
  readonly client_address: readonly [host: string, port: number]

  /** Verb of the current request, as sent. */
  command = ''
  /** Target of the current request; `RequestHandler` normalises it. */
  path = ''
  /** Version of the current request, as sent: `HTTP/1.1`. */
  request_version = ''
  /** Request line as received, without its line end. */
  requestline = ''
  /** Field lines of the current request, as received. */
  headers: Headers = NO_HEADERS
  /** Whether the connection ends after the current exchange. */
  close_connection = true
  /** Whether field lines may still be added to the response. */
  headers_active = false

  /** @internal The exchange under way, as far as the handler's steps share it. */
  protected readonly _exchange = new Exchange()

  constructor(connection: Connection, server: TServer) {
    this.connection = connection
    this.server = server
    this.client_address = connection.client_address
  }

  /** The stream below, as Python's `self.request`. */
  get request(): Duplex {
    return this.connection.stream
  }

  /** Decoded body of the current request. */
  get rfile(): RequestBody {
    return this.connection.rfile
  }

  /** Raw octets to the client; after the head of a response without body it swallows what is written. */
  get wfile(): ResponseOutput {
    return this.connection.wfile
  }

  /** Aborted when the client is gone. */
  get signal(): AbortSignal {
    return this.connection.signal
  }

  // ── responses ────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Queues status line, Server and Date, and logs the request. Nothing reaches the wire before {@link end_headers}.
   *
   * @throws RangeError for a code without three digits; HeaderError for a reason that can't be a line.
   */
  send_response(code: number, message?: string | null): void {
    this.send_response_only(code, message)
    this.log_request(code)
    // An interim code given here is meant as the answer: what the handler wrote is all there is.
    this._exchange.pendingHead.final = true
    this.send_header('Server', this.version_string())
    this.send_header('Date', this.date_time_string())
  }

  /** Queues a status line alone: interim responses, or heads of the handler's own making. */
  send_response_only(code: number, message?: string | null): void {
    this._exchange.pendingHead.addStatusLine(this.protocol_version, code, message ?? this.#phrase(code))
  }

  #phrase(code: number): string {
    return this.responses === STATUS ? statusPhrase(code) : (this.responses.get(code)?.phrase ?? '')
  }

  /**
   * Queues one field line of the response head.
   *
   * @param keyword - Field name, sent exactly as given.
   * @param value - Field value; numbers are written in decimal.
   * @throws HeaderError when either holds CR, LF, NUL or a character beyond latin-1.
   * @remarks `close` and `keep-alive` as value of Connection also set {@link close_connection}.
   */
  send_header(keyword: string, value: string | number | bigint): void {
    this._exchange.pendingHead.addField(keyword, value)
    if (isNamed(keyword, 'Connection')) this.#heedConnection(String(value))
  }

  #heedConnection(value: string): void {
    const option = value.toLowerCase()
    if (option === 'close') this.close_connection = true
    else if (option === 'keep-alive') this.close_connection = false
  }

  /**
   * Keeps the place where the library's own Connection line goes, if the handler writes none.
   *
   * @param insisted - Written even beside a line of the handler's own, unless that says the same.
   */
  protected reserve_connection_header(insisted: string | null = null): void {
    this._exchange.pendingHead.reserveConnection(insisted)
  }

  /** Ends the head and puts it on the wire. */
  end_headers(): void {
    const head = this._exchange.pendingHead
    const interim = head.status !== 0 && !head.final
    const framing = head.framing(this.command)
    if (head.decidesConnection && !interim) this.close_connection = !this.#canPersist(framing)
    if (!interim) this._exchange.status = head.status
    const octets = `${head.take(this.close_connection ? 'close' : 'keep-alive')}\r\n`
    head.clear()
    this.headers_active = false
    this.connection.writeHead(octets, interim ? 'interim' : framing)
  }

  #canPersist(framing: ResponseFraming): boolean {
    if (this.close_connection || !this.connection.mayPersist || this._exchange.continueOwed) return false
    if (this.protocol_version < 'HTTP/1.1') return false
    // What follows a CONNECT that became no tunnel is no request (RFC 9110 9.3.6).
    if (this.command === 'CONNECT') return false
    const delimited = framing.contentLength >= 0 || framing.chunked || framing.bodiless
    return delimited && this.connection.drainable
  }

  /**
   * Sends an interim response (RFC 9110 15.2) in front of the response proper, which may be queued already. Not sent to
   * clients of HTTP/1.0, which know none.
   *
   * @param code - 100 to 199 without 101, which is a final response.
   * @throws RangeError for another code; HeaderError for a field that can't be one.
   */
  send_interim_response(code: number, headers: Iterable<readonly [string, string | number]> = []): void {
    if (!(code >= 100 && code < 200) || code === 101)
      throw new RangeError(`not the code of an interim response: ${code}`)
    const head = new PendingHead()
    head.addStatusLine(this.protocol_version, code, this.#phrase(code))
    for (const [name, value] of headers) head.addField(name, value)
    if (this.request_version !== 'HTTP/1.0') this.connection.writeHead(`${head.take('')}\r\n`, 'interim')
  }

  /**
   * Ends the head with `Transfer-Encoding: chunked` and gives the body as a Writable whose writes become chunks. A client
   * of HTTP/1.0 gets neither: its body ends with the connection. The response is whole when the body was ended.
   */
  chunked(): ChunkedBody {
    const coded = this.request_version !== 'HTTP/1.0'
    if (coded) this.send_header('Transfer-Encoding', 'chunked')
    this.end_headers()
    this._exchange.chunkedBody = new ChunkedBody(this.wfile, coded)
    return this._exchange.chunkedBody
  }

  /** Puts the lines queued so far on the wire, without ending the head. */
  flush_headers(): void {
    if (this._exchange.pendingHead.empty) return
    this.connection.writeHead(
      this._exchange.pendingHead.take(this.close_connection ? 'close' : 'keep-alive'),
      'partial',
    )
  }

  /**
   * Sends a complete error page and marks the connection to be closed.
   *
   * @param message - Reason phrase and heading; the status code's own by default.
   * @param explain - Longer text; the status code's own by default.
   * @remarks Source: `http.server.BaseHTTPRequestHandler.send_error`.
   */
  send_error(code: number, message?: string | null, explain?: string | null): MaybePromise<void> {
    const known = this.responses.get(code)
    const reason = message ?? known?.phrase ?? '???'
    this.log_error('code %d, message %s', code, reason)
    this.send_response(code, reason)
    this.send_header('Connection', 'close')
    const page = code < 200 || WITHOUT_PAGE.has(code) ? null : this.#page(code, reason, explain ?? known?.description)
    if (page !== null) {
      this.send_header('Content-Type', this.error_content_type)
      this.send_header('Content-Length', page.length)
    }
    this.end_headers()
    if (page !== null) this.wfile.write(page)
  }

  #page(code: number, message: string, explain = '???'): Buffer {
    const values = { code, message: htmlEscape(message, false), explain: htmlEscape(explain, false) }
    return Buffer.from(percentFormat(this.error_message_format, values))
  }

  // ── texts and logs ───────────────────────────────────────────────────────────────────────────────────────────

  /** Value of the Server field. Overridable. */
  version_string(): string {
    return this.server.get_config().server_version
  }

  /** Date as HTTP writes it (RFC 9110 5.6.7). @param timestamp - Seconds since 1970; now by default. */
  date_time_string(timestamp?: number): string {
    return timestamp === undefined ? currentHttpDate(Date.now()) : httpDate(timestamp)
  }

  /** The client's address as logs show it. */
  address_string(): string {
    return this.client_address[0]
  }

  /** Logs a request whose response begins. Overridable. */
  log_request(code: number | string = '-', size: number | string = '-'): void {
    this.log_message('"%s" %s %s', this.requestline, code, size)
  }

  /** Logs an error of the peer's or the handler's making. Overridable. */
  log_error(format: string, ...args: unknown[]): void {
    this.log_message(format, ...args)
  }

  /** Logs one line at info level, control characters escaped. Overridable. */
  log_message(format: string, ...args: unknown[]): void {
    if (this.server.logger !== SILENT_LOGGER) this.server.logger.info(this.log_line(format, args))
  }

  /** Text of a log line: the client, and the format filled in, control characters escaped. */
  protected log_line(format: string, args: readonly unknown[]): string {
    return escapeControlCharacters(`${this.address_string()} ${percentFormat(format, args)}`)
  }

  /** What `util.inspect` shows. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    return showHandler(this, depth, options)
  }

  /** @throws HeaderError `HEADERS_ENDED` when no field line can be added any more. */
  protected require_open_headers(): void {
    if (!this.headers_active) throw new HeaderError('HEADERS_ENDED', 'headers have already been ended')
  }
}

readStaticsThroughInstances(ResponseSteps, {
  protocol_version: (handler) => handler.protocol_version,
  error_message_format: (handler) => handler.error_message_format,
  error_content_type: (handler) => handler.error_content_type,
  responses: (handler) => handler.responses,
})
