/**
 * Python's `http.server.BaseHTTPRequestHandler`, step for step: `handle` → `handle_one_request`, both in `request-loop.ts`, →
 * `parse_request` → `do_VERB`, and from there the steps of `response-steps.ts`. Every step calls the next through `this`, so
 * that a subclass can replace or wrap it. One instance serves one connection; it sees it through `Connection` alone.
 */
import { Buffer } from 'node:buffer'
import { finished } from 'node:stream/promises'
import { RequestError } from '../http/errors.js'
import type { RequestHead } from '../http/events.js'
import type { Limits } from '../http/limits.js'
import { escapeControlCharacters } from '../logging/escape-control-characters.js'
import type { ChunkedBody } from './chunked-body.js'
import { readStaticsThroughInstances } from './class-attributes.js'
import { comesOfTheEnd } from './comes-of-the-end.js'
import type { DetachedStream, Timeouts } from './connection.js'
import { observeRequest, requestsAreObserved } from './diagnostics.js'
import { faultAnswer } from './fault-answers.js'
import type { HandlerServer } from './handler-server.js'
import { mayBeLeft } from './may-be-left.js'
import { pythonRepr } from './python-repr.js'
import { collectBody, type ReadBodyOptions } from './read-body.js'
import { collapseLeadingSlashes } from './resource-path.js'
import { RequestLoop } from './request-loop.js'
import { type MaybePromise, NO_HEADERS, ResponseSteps } from './response-steps.js'
import { returned } from './returned.js'

export type { MaybePromise } from './response-steps.js'

/** A handler's method for a verb. */
type VerbMethod = () => MaybePromise<void>

/** Serves one connection: reads its requests, and calls `do_VERB` for each. A program derives from it, or from
 * `RequestHandler`, which knows paths, queries, files and credentials.
 *
 * @typeParam TServer - What {@link server} is, with the values the program has put on it.
 * @remarks Source: `http.server.BaseHTTPRequestHandler`. */
export class BaseHTTPRequestHandler<TServer extends HandlerServer = HandlerServer> extends RequestLoop<TServer> {
  /** Whether an HTTP/1.1 request without Host is refused (RFC 9112 3.2). */
  static require_host = true
  /** See the static member. */
  declare require_host: boolean
  /**
   * Take the place of single limits and timeouts of the server on connections that this class serves. Read when the server
   * is made; a handler finds what came of them at `connection.limits` and `connection.timeouts`.
   */
  static limits: Readonly<Partial<Limits>> = {}
  /** See {@link limits}; milliseconds. */
  static timeouts: Readonly<Partial<Timeouts>> = {}

  /** There will be no further request on the connection, whatever `close_connection` says. */
  #over = false
  /** The handler had its time and is no longer waited for. */
  #abandoned = false
  /** Whether a subclass gives a stream of its own as `rfile`; null while nobody has looked. */
  #classHasOwnStream: boolean | null = null

  // ── the ladder, below `handle_one_request` ───────────────────────────────────────────────────────────────────

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

  protected override get _goesOn(): boolean {
    return !this.close_connection && !this.#over
  }

  /**
   * Fills in the state of the current request. Overridable; false means that the request is already answered.
   *
   * @remarks Source: `http.server.BaseHTTPRequestHandler.parse_request`.
   */
  parse_request(): MaybePromise<boolean> {
    const head = this._exchange.requestHead
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
    this._exchange.continueOwed = false
    return true
  }

  /** Calls the method of the current verb. Overridable; what has to be decided before any verb runs belongs here. */
  run_verb(method: VerbMethod): MaybePromise<void> {
    return method.call(this)
  }

  /** The exchange that begins with this head; null: there will be none. */
  protected override _serveRequest(head: RequestHead | null): MaybePromise<void> {
    if (head === null) {
      this.close_connection = true
      this.#over = true
      return
    }
    if (!requestsAreObserved()) return this.#serve(head)
    return observeRequest(this, this._exchange, head, () => this.#serve(head))
  }

  #serve(head: RequestHead): MaybePromise<void> {
    try {
      this.#beginRequest(head)
      const parsed = returned(this.parse_request())
      if (parsed instanceof Promise) return this.#settle(parsed.then((goOn) => this.#answer(goOn)))
      const answered = returned(this.#answer(parsed))
      return answered instanceof Promise ? this.#settle(answered) : this.#endRequest()
    } catch (error) {
      return this.#fail(error)
    }
  }

  #settle(answered: Promise<void>): Promise<void> {
    const settled = answered.then(
      () => this.#endRequest(),
      (error: unknown) => this.#fail(error),
    )
    if (this.connection.timeouts.handler_ms === Infinity) return settled
    return Promise.race([settled, this.connection.overdue().catch((reason: unknown) => this.#abandon(reason))])
  }

  /** The handler has not settled in time: 503 if nothing was sent, and an end to the connection either way. */
  async #abandon(reason: unknown): Promise<void> {
    this.#abandoned = true
    this._exchange.error = reason
    this.close_connection = true
    this.server.logger.error(
      `the handler of ${this.#subject()} took longer than ${this.connection.timeouts.handler_ms} ms`,
    )
    if (this.connection.responseStarted) return this.#breakOff()
    this._exchange.pendingHead.clear()
    await this.send_error(503)
    // From now on the handler, which may still be at it, writes into the void.
    void this.connection.close()
  }

  #beginRequest(head: RequestHead): void {
    this._exchange.begin(head)
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
    const name = methodNameOf(this.command)
    if (name === 'do_init') return null
    const method = (this as unknown as Record<string, unknown>)[name]
    return typeof method === 'function' ? (method as VerbMethod) : null
  }

  /** The exchange is over as far as the handler is concerned: is the connection in step for another one? */
  #endRequest(): MaybePromise<void> {
    if (this._exchange.detached || this.#abandoned) return
    if (!this.connection.responseStarted) return this.#answerForNobody()
    const body = this._exchange.chunkedBody
    if (body !== null && !body.writableFinished) return this.#endChunkedBody(body)
    return this.#conclude()
  }

  /** The answer was given: the connection goes on behind one that is whole. */
  #conclude(): MaybePromise<void> {
    if (this.#dropUnfinishedHead()) this.close_connection = true
    // At once, while what makes it look like one that is whole may still be held back.
    else if (this.close_connection && this.#reportResponseFault()) this.#breakOff()
    if (!this.close_connection) return this.#finishRequest()
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
    await this.#conclude()
  }

  #finishRequest(): MaybePromise<void> {
    const persists = this.connection.finishRequest()
    if (persists instanceof Promise) return persists.then((outcome) => this.#goOn(outcome))
    this.#goOn(persists)
  }

  #goOn(persists: boolean): void {
    if (persists) return this._exchange.end()
    this.close_connection = true
    this.#reportResponseFault()
  }

  /**
   * A handler that sent nothing leaves its client waiting: 500. What it may still mean to send must not reach the client as
   * the answer to another request, so the connection ends, unless a head begun shows that this was all.
   */
  #answerForNobody(): MaybePromise<void> {
    if (this.signal.aborted) return void (this.close_connection = true)
    if (!this.#dropUnfinishedHead()) this.close_connection = true
    this.server.logger.error(`the handler of ${this.#subject()} sent no response`)
    const answered = returned(this.respond_to_exception(new Error('no response was sent')))
    const goOn = (): MaybePromise<void> => (this.close_connection ? undefined : this.#finishRequest())
    return answered instanceof Promise ? answered.then(goOn) : goOn()
  }

  #dropUnfinishedHead(): boolean {
    if (this._exchange.pendingHead.empty) return false
    this.server.logger.error(`the handler of ${this.#subject()} did not end its headers`)
    this._exchange.pendingHead.clear()
    this.headers_active = false
    return true
  }

  /** The octets were no request, or did not come in time. */
  protected override _refuseRequest(error: unknown): MaybePromise<void> {
    this.close_connection = true
    this.#over = true
    this._exchange.requestHead = null
    this._exchange.status = 0
    this._exchange.pendingHead.clear()
    this.command = ''
    this.requestline = ''
    this.headers = NO_HEADERS
    this.reset_request_state()
    if (!(error instanceof RequestError)) return this.#reportFailure(error)
    if (error.status === 0) return
    if (!requestsAreObserved()) return this.#answerFault(error)
    this._exchange.error = error
    return observeRequest(this, this._exchange, null, () => this.#answerFault(error))
  }

  #answerFault(error: RequestError): MaybePromise<void> {
    const { message, explain } = faultAnswer(error, this.connection.limits)
    this.server.logger.debug(`${this.address_string()} ${error.code} at octet ${error.offset}: ${error.message}`)
    return this.send_error(error.status, message, explain)
  }

  /** A step of the ladder threw: one answer if none has begun, else an end that shows. */
  async #fail(error: unknown): Promise<void> {
    const fault = error instanceof RequestError ? error : null
    this._exchange.error = error
    if (fault === null && !comesOfTheEnd(error, this.signal)) this.#reportFailure(error)
    if (this.#abandoned) return
    if (this._exchange.detached || this.connection.responseStarted) return this.#breakOff()
    if (fault?.status === 0 || this.signal.aborted) return void (this.close_connection = true)
    this._exchange.pendingHead.clear()
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
    this.connection.destroy()
  }

  #reportFailure(error: unknown): void {
    this.server.logger.error(`encountered exception while processing request to: ${this.#subject()}`, error)
  }

  /** Says why the client can't take the response for whole, unless the client has gone: then nobody is to blame. */
  #reportResponseFault(): boolean {
    const fault = this.connection.responseFault
    if (fault === null || this.signal.aborted) return false
    this.server.logger.error(`the handler of ${this.#subject()} ${fault}`)
    return true
  }

  #subject(): string {
    return escapeControlCharacters(this.path)
  }

  /** Answers for a handler that threw before it sent anything. Overridable. */
  respond_to_exception(_error: unknown): MaybePromise<void> {
    return this.send_error(500)
  }

  // ── the request's body and what follows it ───────────────────────────────────────────────────────────────────

  /**
   * The whole body of the current request.
   *
   * @param given - `limit`, alone or as an option: bytes, `limits.collected_body_bytes` by default. `signal`: what has not
   * been read by the time it is aborted is left unread.
   * @throws RequestError `BODY_TOO_LARGE` (413) beyond the limit; the reason of the signal; whatever ended the body early.
   */
  read_body(given: number | ReadBodyOptions = {}): Promise<Buffer> {
    const { limit = this.connection.limits.collected_body_bytes, signal } =
      typeof given === 'number' ? { limit: given } : given
    try {
      return Promise.resolve(this.#collect(limit, signal))
    } catch (error) {
      return mayBeLeft(Promise.reject(error as Error))
    }
  }

  /** @internal What {@link read_body} gives, and without a promise when the body is here and the step the library's own. */
  protected _readBody(): MaybePromise<Buffer> {
    if (this.read_body !== BaseHTTPRequestHandler.prototype.read_body) return returned(this.read_body())
    return this.#collect(this.connection.limits.collected_body_bytes)
  }

  #collect(limitBytes: number, signal?: AbortSignal): MaybePromise<Buffer> {
    const head = this._exchange.requestHead
    if (head?.framing === 'none') return Buffer.alloc(0)
    // A getter of a subclass may give another stream each time: it is asked once.
    const source = this.#hasOwnStream ? { rfile: this.rfile } : this.connection
    return collectBody(source, head?.contentLength ?? -1, limitBytes, signal)
  }

  /** Whether there is another stream in the place of the connection's. */
  get #hasOwnStream(): boolean {
    this.#classHasOwnStream ??= !inheritsStream(this)
    return this.#classHasOwnStream || Object.hasOwn(this, 'rfile')
  }

  /** Octets that Content-Length announces for the current request's body; -1 when it is chunked, 0 when there is none. */
  protected get announced_body_bytes(): number {
    return this._exchange.requestHead?.contentLength ?? 0
  }

  /** Hands the raw stream and the octets received behind the request to the caller; HTTP ends on this connection. */
  detach(): DetachedStream {
    this._exchange.detached = true
    this.close_connection = true
    return this.connection.detach()
  }
}

/** The verb asked for last and its method's name, which as a key costs more to make than to keep: most verbs are alike. */
let lastVerb = ''
let lastMethodName = 'do_'

function methodNameOf(verb: string): string {
  if (verb !== lastVerb) {
    lastVerb = verb
    lastMethodName = `do_${verb}`
  }
  return lastMethodName
}

/** Whether its class has `rfile` from the library. */
function inheritsStream(handler: BaseHTTPRequestHandler): boolean {
  let level: object = Object.getPrototypeOf(handler) as object
  while (!Object.hasOwn(level, 'rfile')) level = Object.getPrototypeOf(level) as object
  return level === ResponseSteps.prototype
}

readStaticsThroughInstances(BaseHTTPRequestHandler, {
  require_host: (handler) => handler.require_host,
})
