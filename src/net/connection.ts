/**
 * One connection over any Duplex, as a handler sees it: requests come in one after the other, what the handler writes goes
 * out, and at some point both end. It knows messages, and neither verbs nor paths. The parts of its work have rooms of
 * their own:
 *
 *   stream ─► OctetIntake ─┬─► HeadIntake ─► nextRequest        handler ─► ResponseOutput (wfile) ─► stream
 *                          └─► BodyIntake ─► rfile, readBodyTo  close ─► closeInOrder
 *
 *   nextRequest ──head──► exchange open ──finishRequest──► between requests ──nextRequest──► …
 *        └─ null, fault ─► close: what was written goes out, half-close, linger, end
 */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { inspect, type InspectOptions } from 'node:util'
import type { BodyReader, Connection, RequestTaker, ResponseFraming } from '../handler/connection.js'
import type { RequestError } from '../http/errors.js'
import { NEED_DATA, type RequestHead } from '../http/events.js'
import type { Limits } from '../http/limits.js'
import { BodyIntake, peerGone } from './body-intake.js'
import { closeInOrder } from './closing.js'
import { Deadline, type Phase } from './deadline.js'
import { ExchangeSignal } from './exchange-signal.js'
import { HeadIntake, NOBODY } from './head-intake.js'
import { OctetIntake } from './octet-intake.js'
import type { RequestBody } from './request-body.js'
import { ResponseOutput } from './response-output.js'
import { ShutdownNotice } from './shutdown-notice.js'
import { publishOctets } from './tap.js'
import type { Timeouts } from './timeouts.js'
import { Turn } from './turn.js'

export interface ConnectionOptions {
  readonly client_address: readonly [host: string, port: number]
  readonly encrypted: boolean
  readonly limits: Readonly<Limits>
  readonly timeouts: Readonly<Timeouts>
  /** The TCP socket below TLS, which alone can send a reset; null when the stream is that socket, or none. */
  readonly raw: Socket | null
}

/** What the connection is doing with the stream. */
type State = 'serving' | 'closing' | 'detached' | 'gone'

export class SocketConnection implements Connection {
  readonly client_address: readonly [host: string, port: number]
  readonly encrypted: boolean
  readonly stream: Duplex
  readonly limits: Readonly<Limits>
  readonly timeouts: Readonly<Timeouts>

  readonly #raw: Socket | null
  readonly #deadline: Deadline
  readonly #intake: OctetIntake
  readonly #heads: HeadIntake
  readonly #body: BodyIntake
  readonly #turn = new Turn()
  #output: ResponseOutput
  #state: State = 'serving'
  readonly #shutdown = new ShutdownNotice()
  /** Head of the exchange under way; null between requests. */
  #head: RequestHead | null = null
  readonly #exchange = new ExchangeSignal()
  /** Made when somebody asks for it, as nobody does of most connections before their end. */
  #closed: Promise<void> | null = null
  #tellClosed: () => void = ignore
  #whenClosed: () => void = ignore

  constructor(stream: Duplex, { client_address, encrypted, limits, timeouts, raw }: ConnectionOptions) {
    this.stream = stream
    this.client_address = client_address
    this.encrypted = encrypted
    this.limits = limits
    this.timeouts = timeouts
    this.#raw = raw ?? (stream instanceof Socket ? stream : null)
    this.#deadline = new Deadline(this)
    this.#intake = new OctetIntake(stream, limits)
    this.#heads = new HeadIntake(this.#intake, this.#deadline, timeouts, this)
    this.#body = new BodyIntake(this.#intake, this.#deadline, timeouts)
    this.#output = this.#newOutput()
    stream.on('error', ignore)
    stream.on('close', this.#onClose)
    publishOctets(this)
    if (stream.destroyed) this.#onClose()
  }

  /** Whether an HTTP/1.1 request without Host is refused (RFC 9112 3.2); set before the first request is asked for. */
  set requireHost(required: boolean) {
    this.#intake.requireHost = required
  }

  // ── requests in ──────────────────────────────────────────────────────────────────────────────────────────────

  nextRequest(): Promise<RequestHead | null> | RequestHead | null {
    let taker: RequestTaker = NOBODY
    const waited = new Promise<RequestHead | null>((requestCame, requestFailed) => {
      taker = { requestCame, requestFailed }
    })
    const head = this.takeRequest(taker)
    return head === undefined ? waited : head
  }

  takeRequest(taker: RequestTaker): RequestHead | null | undefined {
    // An exchange that was not finished leaves nothing that another could begin with.
    if (this.#state !== 'serving' || this.#intake.faulted || this.#head !== null) return null
    this.#output.account.reset()
    if (this.#output.writableEnded) this.#renewOutput()
    const head = this.#heads.read()
    if (head === NEED_DATA) {
      this.#turn.begin()
      this.#output.sendPending()
      this.#heads.wait(taker)
      return undefined
    }
    if (head === null || !this.#turn.isOver()) return head
    this.#output.sendPending()
    setImmediate(tellRequest, taker, head)
    return undefined
  }

  /** An exchange begins. */
  headCame(head: RequestHead): void {
    this.#head = head
    this.#output.admit()
    this.#body.begin()
    this.#exchange.begin()
    this.#deadline.stop()
    this.#deadline.startHandler(this.timeouts.handler_ms)
  }

  get rfile(): RequestBody {
    return this.#body.rfile
  }

  readBodyTo(reader: BodyReader): boolean {
    return this.#body.readTo(reader)
  }

  get drainable(): boolean {
    const head = this.#head
    if (head === null || this.#intake.faulted) return false
    // A body that somebody reads is taken to be read to its end.
    if (this.#body.ended || head.framing === 'none' || this.#body.used) return true
    return head.framing === 'length' && head.contentLength <= this.limits.drain_bytes
  }

  // ── responses out ────────────────────────────────────────────────────────────────────────────────────────────

  get wfile(): ResponseOutput {
    return this.#output
  }

  get responseStarted(): boolean {
    return this.#output.account.touched
  }

  get responseFault(): string | null {
    return this.#output.fault
  }

  get mayPersist(): boolean {
    if (this.#intake.faulted || this.#state !== 'serving' || this.#isClosedByTrailers) return false
    // Even while winding down, what the client has sent already is answered.
    return !this.#shutdown.given || (this.#head?.framing === 'none' && this.#intake.unparsedBytes > 0)
  }

  writeHead(octets: string, framing: ResponseFraming | 'interim' | 'partial'): void {
    if (framing === 'interim') this.#output.writeInterim(octets)
    else this.#output.writeHead(octets, framing === 'partial' ? null : framing)
  }

  get answersFault(): boolean {
    return this.#intake.faulted
  }

  outputWaits(waits: boolean): void {
    if (waits && (this.#state === 'serving' || this.#state === 'closing')) {
      this.#deadline.startWrite(this.timeouts.write_idle_ms)
    } else this.#deadline.stopWrite()
  }

  outputBroken(): void {
    if (this.#state === 'serving') this.destroy()
  }

  #newOutput(): ResponseOutput {
    return new ResponseOutput(this.stream, this, this.limits.output_bytes)
  }

  /** A response that was ended has ended its stream: the next one needs its own. */
  #renewOutput(): void {
    this.#output = this.#newOutput()
    this.#output.bar()
  }

  // ── the end of an exchange ───────────────────────────────────────────────────────────────────────────────────

  get signal(): AbortSignal {
    return this.#exchange.signal
  }

  overdue(): Promise<never> {
    return this.#exchange.overdue()
  }

  finishRequest(): Promise<boolean> | boolean {
    const output = this.#output
    this.#handlerIsDone()
    if (this.#state !== 'serving' || this.#intake.faulted || !output.whole || this.stream.writableEnded) return false
    const drained = this.#body.drain(this.limits.drain_bytes)
    if (drained instanceof Promise) {
      output.sendPending()
      return drained.then((outcome) => outcome && this.#closeExchange())
    }
    return drained && this.#closeExchange()
  }

  /** The client has said close behind its body, and not before. */
  get #isClosedByTrailers(): boolean {
    return !this.#body.endKeepsAlive && this.#head?.keepsAlive === true
  }

  /** The next request is served when the answer to this one has been given to the stream. */
  #closeExchange(): Promise<boolean> | boolean {
    if (this.#isClosedByTrailers) return false
    this.#head = null
    this.#output.bar()
    if (this.#output.writableLength === 0) return true
    return this.#output.flush().then(agree, refuse)
  }

  #handlerIsDone(): void {
    this.#deadline.stopHandler()
    this.#exchange.handlerIsDone()
  }

  // ── the end of the connection ────────────────────────────────────────────────────────────────────────────────

  detach(): { stream: Duplex; head: Buffer } {
    this.#handlerIsDone()
    const head = this.#intake.takeRest()
    if (this.#state === 'serving') {
      this.#state = 'detached'
      this.#output.handOver()
      this.#intake.endWait()?.gaveUp(null)
      this.#intake.stop()
      this.#deadline.dispose()
    }
    return { stream: this.stream, head }
  }

  close(): Promise<void> {
    this.#handlerIsDone()
    if (this.#state === 'serving' && this.#output.secretlyCut) this.abort()
    else if (this.#state === 'serving') this.#closeInOrder()
    else if (this.#state === 'gone') this.#deadline.dispose()
    return this.closed
  }

  destroy(): void {
    this.#handlerIsDone()
    if (this.#state === 'detached') this.stream.destroy()
    if (this.#state !== 'serving') return
    // Where closing delimits the body, only a reset shows that it is not whole. Otherwise its head shows it.
    if (this.#output.account.delimitedByClosing) this.abort()
    else this.#closeInOrder()
  }

  /** Ends the connection at once, sending nothing more; with a reset where an end alone would not look like one. */
  abort(): void {
    if (this.#output.account.delimitedByClosing && this.#state !== 'detached') this.#reset()
    else this.stream.destroy()
  }

  #closeInOrder(): void {
    const mayHearMore = this.#mayHearMore
    this.#state = 'closing'
    this.#intake.endWait()?.gaveUp(null)
    this.#intake.stop()
    void closeInOrder(this.stream, this.#output, this.#deadline, this.timeouts, mayHearMore)
  }

  /** Whether the client may be sending still. One that asked to close has said that nothing follows (RFC 9112 9.6). */
  get #mayHearMore(): boolean {
    // Only below a socket somebody keeps what the peer has yet to read. Elsewhere its own end shows that it has.
    if (this.#raw === null) return true
    const head = this.#head
    if (head === null || head.keepsAlive || this.#intake.faulted) return true
    // Octets for a tunnel that was refused may be on their way.
    if (head.upgrade) return true
    const isWhole = head.framing === 'none' || this.#body.ended
    return !isWhole || this.#intake.unparsedBytes > 0
  }

  #reset(): void {
    try {
      // Node never closes a socket that it can't reset, and it can't while an end is on its way.
      if (!this.stream.writableEnded) this.#raw?.resetAndDestroy()
    } catch {
      // Pipes can't be reset, and TLS over anything but TCP neither.
    }
    this.stream.destroy()
  }

  /** Resolves when the stream is closed, whoever closed it. */
  get closed(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      if (this.#state === 'gone') resolve()
      else this.#tellClosed = resolve
    })
    return this.#closed
  }

  /** Has the one listener called when the stream is closed, at once if it is. */
  whenClosed(listener: () => void): void {
    if (this.#state === 'gone') listener()
    else this.#whenClosed = listener
  }

  onShutdown(listener: () => void): () => void {
    return this.#shutdown.listen(listener)
  }

  /**
   * No more requests are wanted: the one under way is answered, what is already in the socket is still served.
   *
   * @throws what a listener of {@link onShutdown} throws.
   */
  windDown(): void {
    this.#heads.windDown()
    this.#shutdown.give()
  }

  /** What `util.inspect` shows: whose connection it is and how far it is, and nothing of what the stream below holds. */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    const { client_address, encrypted } = this
    const shown = { client_address, encrypted, state: this.#state, request: this.#head?.requestLine ?? null }
    return `${this.constructor.name} ${inspect(shown, options)}`
  }

  readonly #onClose = (): void => {
    if (this.#state === 'gone') return
    this.#state = 'gone'
    this.#deadline.endPeer()
    this.#intake.endWait()?.gaveUp(null)
    this.#intake.release()
    // Most connections end when all is said: there is nobody to be told why, and an error is made for somebody only.
    let error: RequestError | null = null
    const why = (): RequestError => (error ??= peerGone())
    this.#output.fail(why)
    this.#body.peerIsGone(why)
    this.#exchange.abort(why)
    this.#whenClosed()
    this.#tellClosed()
  }

  expired(phase: Phase): void {
    switch (phase) {
      case 'head':
      case 'idle':
        return this.#heads.timeIsUp(phase)
      case 'body':
        return this.#body.timeIsUp()
      case 'linger':
        return void this.stream.destroy()
      case 'write':
        return this.#reset()
      case 'handler':
        return this.#exchange.handlerIsOverdue()
    }
  }
}

function tellRequest(taker: RequestTaker, head: RequestHead): void {
  taker.requestCame(head)
}

function agree(): boolean {
  return true
}

function refuse(): boolean {
  return false
}

function ignore(): void {}
