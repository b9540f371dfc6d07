/**
 * Python's `http.server.BaseHTTPRequestHandler`, step for step: `handle` → `handle_one_request` → `parse_request` →
 * `do_VERB` → `send_response` / `send_header` / `end_headers`. Every step calls the next through `this`, so that a
 * subclass can replace or wrap it. One instance serves one connection; it sees it through `Connection` alone.
 */
import type { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'
import { currentHttpDate, httpDate } from '../http/date.js'
import { HeaderError, RequestError } from '../http/errors.js'
import type { RequestHead } from '../http/events.js'
import { Headers } from '../http/headers.js'
import { STATUS, statusPhrase } from '../http/status.js'
import { escapeControlCharacters } from '../logging/escape-control-characters.js'
import { SILENT_LOGGER } from '../logging/logger.js'
import { ChunkedBody } from './chunked-body.js'
import { readStaticsThroughInstances } from './class-attributes.js'
import type { Connection, RequestBody, ResponseOutput } from './connection.js'
import { DEFAULT_ERROR_CONTENT_TYPE, DEFAULT_ERROR_MESSAGE } from './error-page.js'
import { faultAnswer } from './fault-answers.js'
import type { HandlerServer } from './handler-server.js'
import { htmlEscape } from './html-escape.js'
import { PendingHead } from './pending-head.js'
import { percentFormat } from './percent-format.js'
import { pythonRepr } from './python-repr.js'
import { collectBody } from './read-body.js'
import { collapseLeadingSlashes } from './resource-path.js'

/** What a step gives that may have to wait: nothing, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>

/** A handler's method for a verb. */
type VerbMethod = () => MaybePromise<void>

const NO_HEADERS = new Headers()

/** Statuses whose responses have no body, so that an error page can't follow. Source: `send_error`. */
const WITHOUT_PAGE: ReadonlySet<number> = new Set([204, 205, 304])

export class BaseHTTPRequestHandler<TServer extends HandlerServer = HandlerServer> {
  /** Version in the status line; below `HTTP/1.1` connections do not persist. */
  static protocol_version = 'HTTP/1.1'
  /** Page of `send_error`, a Python format with `%(code)d`, `%(message)s`, `%(explain)s`. */
  static error_message_format = DEFAULT_ERROR_MESSAGE
  static error_content_type = DEFAULT_ERROR_CONTENT_TYPE
  /** Status code → short and long text. */
  static responses: ReadonlyMap<number, { readonly phrase: string; readonly description: string }> = STATUS
  /** Whether an HTTP/1.1 request without Host is refused (RFC 9112 3.2). */
  static require_host = true

  declare protocol_version: string
  declare error_message_format: string
  declare error_content_type: string
  declare responses: ReadonlyMap<number, { readonly phrase: string; readonly description: string }>
  declare require_host: boolean

  /** The connection this instance serves. */
  readonly connection: Connection
  /** The listening address the connection came in at, with whatever values the program gave it. */
  readonly server: TServer
  readonly client_address: readonly [host: string, port: number]

  /** Verb of the current request, as sent. */
  command = ''
  /** Target of the current request; `RequestHandler` normalises it. */
  path = ''
  request_version = ''
  /** Request line as received, without its line end. */
  requestline = ''
  headers: Headers = NO_HEADERS
  /** Whether the connection ends after the current exchange. */
  close_connection = true
  /** Whether field lines may still be added to the response. */
  headers_active = false

  readonly #pendingHead = new PendingHead()
  /** Head of the current request; null before the first one. */
  #requestHead: RequestHead | null = null
  /** The client waits for `100 Continue` and nobody has sent it. */
  #continueOwed = false
  #detached = false
  /** Body of the current response, when it is chunked by us. */
  #chunkedBody: ChunkedBody | null = null

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

  // ── the ladder ───────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Runs once, when the instance is complete and before its first request. Overridable; runs `do_init` by default, as the
   * documents also call it.
   */
  on_init(): MaybePromise<void> {
    const { do_init } = this as { readonly do_init?: () => MaybePromise<void> }
    if (typeof do_init === 'function') return do_init.call(this)
  }

  /** Runs once before the first request. Overridable; does nothing by default. */
  setup(): MaybePromise<void> {}

  /** Runs once after the last request. Overridable; does nothing by default. */
  finish(): MaybePromise<void> {}

  /** Answers requests until the connection is to be closed. Overridable. */
  async handle(): Promise<void> {
    do {
      const turn = this.handle_one_request()
      if (turn !== undefined) await turn
    } while (!this.close_connection)
  }

  /** Waits for one request and answers it. Overridable. */
  handle_one_request(): MaybePromise<void> {
    let next: MaybePromise<RequestHead | null>
    try {
      next = this.connection.nextRequest()
    } catch (error) {
      return this.#refuse(error)
    }
    if (!(next instanceof Promise)) return this.#exchange(next)
    return next.then(
      (head) => this.#exchange(head),
      (error: unknown) => this.#refuse(error),
    )
  }

  /**
   * Fills in the state of the current request. Overridable; false means that the request is already answered.
   *
   * @remarks Source: `http.server.BaseHTTPRequestHandler.parse_request`.
   */
  parse_request(): MaybePromise<boolean> {
    const head = this.#requestHead
    if (head === null) return false
    this.command = head.method
    this.path = collapseLeadingSlashes(head.target)
    this.request_version = head.httpVersion
    this.requestline = head.requestLine
    this.headers = head.headers
    const persistent = this.protocol_version >= 'HTTP/1.1'
    this.close_connection = !(persistent && head.keepsAlive)
    if (!head.expectsContinue || !persistent) return true
    return this.handle_expect_100()
  }

  /** Answers `Expect: 100-continue`. Overridable; may send a final response instead and give false. */
  handle_expect_100(): MaybePromise<boolean> {
    this.send_response_only(100)
    this.end_headers()
    this.#continueOwed = false
    return true
  }

  /** Calls the method of the current verb. Overridable; what has to be decided before any verb runs belongs here. */
  run_verb(method: VerbMethod): MaybePromise<void> {
    return method.call(this)
  }

  #exchange(head: RequestHead | null): MaybePromise<void> {
    if (head === null) {
      this.close_connection = true
      return
    }
    try {
      this.#beginRequest(head)
      const parsed = this.parse_request()
      if (parsed instanceof Promise) return this.#settle(parsed.then((goOn) => this.#answer(goOn)))
      const answered = this.#answer(parsed)
      return answered instanceof Promise ? this.#settle(answered) : this.#endRequest()
    } catch (error) {
      return this.#fail(error)
    }
  }

  #settle(answered: Promise<void>): Promise<void> {
    return answered.then(
      () => this.#endRequest(),
      (error: unknown) => this.#fail(error),
    )
  }

  #beginRequest(head: RequestHead): void {
    this.#requestHead = head
    this.#continueOwed = head.expectsContinue
    this.#pendingHead.clear()
    this.#chunkedBody = null
    this.headers_active = false
    this.reset_request_state()
  }

  /** Forgets what the previous request on the connection left behind. Overridable by classes that keep more. */
  protected reset_request_state(): void {}

  #answer(goOn: boolean): MaybePromise<void> {
    if (!goOn) return
    const method = this.#verbMethod()
    if (method === null) return this.send_error(501, `Unsupported method (${pythonRepr(this.command)})`)
    return this.run_verb(method)
  }

  /** `do_` and the verb, case-sensitively; `do_init` is a hook and no verb. */
  #verbMethod(): VerbMethod | null {
    const name = `do_${this.command}`
    if (name === 'do_init') return null
    const method = (this as unknown as Record<string, unknown>)[name]
    return typeof method === 'function' ? (method as VerbMethod) : null
  }

  /** The exchange is over as far as the handler is concerned: is the connection in step for another one? */
  #endRequest(): MaybePromise<void> {
    if (this.#detached) return
    if (!this.connection.responseStarted) return this.#answerForNobody()
    if (this.#dropUnfinishedHead()) this.close_connection = true
    const body = this.#chunkedBody
    if (body !== null && !body.writableFinished) return this.#endChunkedBody(body)
    return this.close_connection ? undefined : this.#finishRequest()
  }

  /** A body that was ended goes out whole before anything else does; one that was not never ends. */
  async #endChunkedBody(body: ChunkedBody): Promise<void> {
    if (!body.writableEnded) {
      this.server.logger.error(`the handler of ${this.#subject()} did not end its chunked body`)
      return this.#breakOff()
    }
    try {
      await finished(body)
    } catch {
      return this.#breakOff()
    }
    if (!this.close_connection) await this.#finishRequest()
  }

  #finishRequest(): MaybePromise<void> {
    const persists = this.connection.finishRequest()
    if (persists instanceof Promise) return persists.then((outcome) => this.#goOn(outcome))
    this.#goOn(persists)
  }

  #goOn(persists: boolean): void {
    if (!persists) this.close_connection = true
  }

  /** A handler that sent nothing leaves its client waiting: 500. */
  #answerForNobody(): MaybePromise<void> {
    this.#dropUnfinishedHead()
    this.server.logger.error(`the handler of ${this.#subject()} sent no response`)
    const answered = this.respond_to_exception(new Error('no response was sent'))
    const goOn = (): MaybePromise<void> => (this.close_connection ? undefined : this.#finishRequest())
    return answered instanceof Promise ? answered.then(goOn) : goOn()
  }

  #dropUnfinishedHead(): boolean {
    if (this.#pendingHead.empty) return false
    this.server.logger.error(`the handler of ${this.#subject()} did not end its headers`)
    this.#pendingHead.clear()
    this.headers_active = false
    return true
  }

  /** The octets were no request, or did not come in time. */
  #refuse(error: unknown): MaybePromise<void> {
    this.close_connection = true
    this.#requestHead = null
    this.#pendingHead.clear()
    this.command = ''
    this.requestline = ''
    this.headers = NO_HEADERS
    this.reset_request_state()
    if (!(error instanceof RequestError)) return this.#reportFailure(error)
    if (error.status !== 0) return this.#answerFault(error)
  }

  #answerFault(error: RequestError): MaybePromise<void> {
    const { message, explain } = faultAnswer(error, this.connection.limits)
    this.server.logger.debug(`${this.address_string()} ${error.code} at octet ${error.offset}: ${error.message}`)
    return this.send_error(error.status, message, explain)
  }

  /** A step of the ladder threw: one answer if none has begun, else an end that shows. */
  async #fail(error: unknown): Promise<void> {
    const fault = error instanceof RequestError ? error : null
    if (fault?.status === 0) {
      this.close_connection = true
      return
    }
    if (fault === null) this.#reportFailure(error)
    if (this.#detached || this.connection.responseStarted) return this.#breakOff()
    this.#pendingHead.clear()
    this.headers_active = false
    try {
      await (fault === null ? this.respond_to_exception(error) : this.#answerFault(fault))
      if (!this.close_connection) await this.#finishRequest()
    } catch (second) {
      this.#reportFailure(second)
      this.#breakOff()
    }
  }

  #breakOff(): void {
    this.close_connection = true
    if (!this.#detached) this.connection.destroy()
  }

  #reportFailure(error: unknown): void {
    this.server.logger.error(`encountered exception while processing request to: ${this.#subject()}`, error)
  }

  #subject(): string {
    return escapeControlCharacters(this.path)
  }

  /** Answers for a handler that threw before it sent anything. Overridable. */
  respond_to_exception(_error: unknown): MaybePromise<void> {
    return this.send_error(500)
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
    this.#pendingHead.final = true
    this.send_header('Server', this.version_string())
    this.send_header('Date', this.date_time_string())
  }

  /** Queues a status line alone: interim responses, or heads of the handler's own making. */
  send_response_only(code: number, message?: string | null): void {
    this.#pendingHead.addStatusLine(this.protocol_version, code, message ?? this.#phrase(code))
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
    this.#pendingHead.addField(keyword, value)
    if (keyword.length === 10 && keyword.toLowerCase() === 'connection') this.#heedConnection(String(value))
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
    this.#pendingHead.reserveConnection(insisted)
  }

  /** Ends the head and puts it on the wire. */
  end_headers(): void {
    const head = this.#pendingHead
    const interim = head.status !== 0 && !head.final
    const framing = head.framing(this.command)
    if (head.decidesConnection && !interim) this.close_connection = !this.#canPersist(framing)
    const octets = `${head.take(this.close_connection ? 'close' : 'keep-alive')}\r\n`
    head.clear()
    this.headers_active = false
    this.connection.writeHead(octets, interim ? 'interim' : framing)
  }

  #canPersist(framing: { contentLength: number; bodiless: boolean; chunked: boolean }): boolean {
    if (this.close_connection || !this.connection.mayPersist || this.#continueOwed) return false
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
    this.#chunkedBody = new ChunkedBody(this.wfile, coded)
    return this.#chunkedBody
  }

  /** Puts the lines queued so far on the wire, without ending the head. */
  flush_headers(): void {
    if (this.#pendingHead.empty) return
    this.connection.writeHead(this.#pendingHead.take(this.close_connection ? 'close' : 'keep-alive'), 'partial')
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

  /**
   * The whole body of the current request.
   *
   * @param limit - Bytes; `limits.collected_body_bytes` by default.
   * @throws RequestError `BODY_TOO_LARGE` (413) beyond the limit, and whatever ended the body early.
   */
  read_body(limit: number = this.connection.limits.collected_body_bytes): Promise<Buffer> {
    const head = this.#requestHead
    if (head?.framing === 'none') return Promise.resolve(Buffer.alloc(0))
    return collectBody(this.rfile, head?.contentLength ?? -1, limit)
  }

  /** Octets that Content-Length announces for the current request's body; -1 when it is chunked, 0 when there is none. */
  protected get announced_body_bytes(): number {
    return this.#requestHead?.contentLength ?? 0
  }

  /** Hands the raw stream and the octets received behind the request to the caller; HTTP ends on this connection. */
  detach(): { stream: Duplex; head: Buffer } {
    this.#detached = true
    this.close_connection = true
    return this.connection.detach()
  }

  // ── texts and logs ───────────────────────────────────────────────────────────────────────────────────────────

  /** Value of the Server field. Overridable. */
  version_string(): string {
    return this.server.get_config().server_version
  }

  /** @param timestamp - Seconds since 1970; now by default. */
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

  protected log_line(format: string, args: readonly unknown[]): string {
    return escapeControlCharacters(`${this.address_string()} ${percentFormat(format, args)}`)
  }

  /** @throws HeaderError `HEADERS_ENDED` when no field line can be added any more. */
  protected require_open_headers(): void {
    if (!this.headers_active) throw new HeaderError('HEADERS_ENDED', 'headers have already been ended')
  }
}

readStaticsThroughInstances(BaseHTTPRequestHandler, [
  'protocol_version',
  'error_message_format',
  'error_content_type',
  'responses',
  'require_host',
])
