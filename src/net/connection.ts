/**
 * One connection over any Duplex: it feeds the stream's octets to the request reader, tells heads and body pieces to
 * whoever asks, and gives the handler's octets back to the stream. It knows messages, and neither verbs nor paths.
 *
 * How octets become a request: stream 'data' → reader.receive → nobody waits: they stay, and once they pile up the
 * stream is paused; somebody waits (a head, a body piece, the drain): #waiting() asks reader.next() again.
 *
 *      nextRequest ──head──► exchange open ──finishRequest──► between requests ──nextRequest──► …
 *           └─ null, fault ─► close: flush, half-close, linger, end        detach: the stream is somebody else's
 */
import { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { Duplex } from 'node:stream'
import type { Connection, ResponseFraming } from '../handler/connection.js'
import { RequestError } from '../http/errors.js'
import { NEED_DATA, type RequestHead } from '../http/events.js'
import type { Limits } from '../http/limits.js'
import { RequestReader } from '../http/llhttp/request-reader.js'
import { BodyPace } from './body-pace.js'
import { Deadline, type Phase } from './deadline.js'
import { RequestBody } from './request-body.js'
import { ResponseOutput } from './response-output.js'
import type { Timeouts } from './timeouts.js'

/** Received octets that wait unparsed before the stream is paused: one socket read. */
const READ_AHEAD_BYTES = 65_536

/** Requests answered in one go before other connections get their turn. */
const REQUESTS_PER_TURN = 64
/** How long one connection may go on answering what is already here. */
const TURN_MS = 10

/** Octets read and dropped after the last answer (robustness: the same as the drain limit's default). */
const LINGER_BYTES = 262_144

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
  /** Resolves when the stream is closed, whoever closed it. */
  readonly closed: Promise<void>

  readonly #timeouts: Readonly<Timeouts>
  readonly #raw: Socket | null
  readonly #reader: RequestReader
  readonly #deadline: Deadline
  readonly #tellClosed: () => void
  #state: State = 'serving'
  /** The peer has ended its sending side. */
  #peerEnded = false
  /** The octets were no request, or did not come in time: nothing more is parsed. */
  #faulted = false
  /** No further request is wanted (shutdown). */
  #winding = false
  readonly #shutdownListeners = new Set<() => void>()
  /** Head of the exchange under way; null between requests. */
  #head: RequestHead | null = null
  /** The end of the current request's body was read. */
  #messageEnded = true
  #body: RequestBody | null = null
  #output: ResponseOutput
  #abort: AbortController | null = null
  readonly #pace: BodyPace
  /** Who goes on when more octets, or the end, have come; null while nobody waits. */
  #waiting: (() => void) | null = null
  /** What the wait ends with when the connection ends first. */
  #giveUp: ((error: RequestError | null) => void) | null = null
  #paused = false
  #turnRequests = 0
  #turnEndsAt = 0

  constructor(stream: Duplex, options: ConnectionOptions) {
    this.stream = stream
    this.client_address = options.client_address
    this.encrypted = options.encrypted
    this.limits = options.limits
    this.#timeouts = options.timeouts
    this.#raw = options.raw ?? (stream instanceof Socket ? stream : null)
    this.#reader = new RequestReader({ limits: options.limits })
    this.#deadline = new Deadline((phase) => this.#expired(phase))
    this.#pace = new BodyPace(options.timeouts.body_bytes_per_second)
    this.#output = this.#newOutput()
    let tellClosed: () => void = ignore
    this.closed = new Promise((resolve) => {
      tellClosed = resolve
    })
    this.#tellClosed = tellClosed
    stream.on('error', ignore)
    stream.on('close', this.#onClose)
    stream.on('data', this.#onData)
    stream.on('end', this.#onEnd)
    this.#deadline.start('head', options.timeouts.head_ms)
    // What happened before anybody listened is not told again.
    if (stream.destroyed) this.#onClose()
    else if (stream.readableEnded) this.#onEnd()
  }

  /** Whether an HTTP/1.1 request without Host is refused (RFC 9112 3.2); set before the first request is asked for. */
  set requireHost(required: boolean) {
    this.#reader.requireHost = required
  }

  // ── requests in ──────────────────────────────────────────────────────────────────────────────────────────────

  nextRequest(): Promise<RequestHead | null> | RequestHead | null {
    if (this.#state !== 'serving' || this.#faulted) return null
    this.#output.reset()
    if (this.#output.writableEnded) this.#output = this.#newOutput()
    const head = this.#readHead()
    if (head === NEED_DATA) return this.#awaitHead()
    if (head === null || !this.#turnIsOver()) return head
    return new Promise((resolve) => setImmediate(resolve, head))
  }

  get rfile(): RequestBody {
    this.#body ??= new RequestBody(this)
    return this.#body
  }

  get signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController()
      if (this.#state === 'gone') this.#abort.abort(new Error('the peer is gone'))
    }
    return this.#abort.signal
  }

  get drainable(): boolean {
    const head = this.#head
    if (head === null || this.#faulted) return false
    // A body that somebody reads is taken to be read to its end.
    if (this.#messageEnded || head.framing === 'none' || this.#body !== null) return true
    return head.framing === 'length' && head.contentLength <= this.limits.drain_bytes
  }

  pullBody(body: RequestBody): void {
    if (body === this.#body && this.#state === 'serving') this.#pumpBody()
  }

  abandonBody(_body: RequestBody): void {
    // What is left unread is finishRequest's to read away.
    if (this.#waiting === this.#pumpBody) this.#stopWaiting()
  }

  /** Asks the reader for a head. A head it tells opens an exchange. */
  #readHead(): RequestHead | null | typeof NEED_DATA {
    try {
      const event = this.#reader.next()
      if (event === NEED_DATA) return NEED_DATA
      // The client asked to close and the handler insists on going on: whatever comes is dropped.
      if (event === null) return this.#peerEnded ? null : NEED_DATA
      if (event.kind !== 'head') throw new Error(`the reader told ${event.kind} between requests`)
      this.#openExchange(event)
      return event
    } catch (error) {
      this.#faulted = true
      throw error
    }
  }

  #openExchange(head: RequestHead): void {
    this.#head = head
    this.#messageEnded = false
    this.#body = null
    this.#abort = null
    this.#pace.reset()
    this.#deadline.stop()
  }

  #awaitHead(): Promise<RequestHead | null> {
    this.#turnRequests = 0
    this.#output.sendPending()
    if (this.#winding) return Promise.resolve(null)
    if (this.#deadline.phase !== 'head') this.#startHeadOrIdle()
    return new Promise((resolve, reject) => {
      this.#wait(
        () => {
          try {
            const head = this.#readHead()
            if (head === NEED_DATA) return this.#stillNoHead()
            this.#stopWaiting()
            resolve(head)
          } catch (error) {
            this.#stopWaiting()
            reject(error as Error)
          }
        },
        (error) => {
          if (error === null) return resolve(null)
          this.#faulted = true
          reject(error)
        },
      )
    })
  }

  #stillNoHead(): void {
    if (this.#deadline.phase === 'idle') this.#startHeadOrIdle()
  }

  #startHeadOrIdle(): void {
    if (this.#reader.requestBegun) this.#deadline.start('head', this.#timeouts.head_ms)
    else if (this.#deadline.phase !== 'idle') this.#deadline.start('idle', this.#timeouts.idle_ms)
  }

  /** A connection that pipelines lets others have their turn now and then. */
  #turnIsOver(): boolean {
    this.#turnRequests += 1
    if (this.#turnRequests === 1) this.#turnEndsAt = 0
    if (this.#turnRequests % 8 !== 0) return false
    const now = performance.now()
    if (this.#turnEndsAt === 0) this.#turnEndsAt = now + TURN_MS
    if (this.#turnRequests < REQUESTS_PER_TURN && now < this.#turnEndsAt) return false
    this.#turnRequests = 0
    return true
  }

  /** Tells the next body event to `rfile`. */
  readonly #pumpBody = (): void => {
    const body = this.#body
    if (body === null) return
    try {
      const event = this.#reader.next()
      if (event === NEED_DATA) return this.#awaitBody(this.#pumpBody, (error) => body.destroy(error ?? peerGone()))
      this.#stopWaiting()
      if (event === null) throw peerGone()
      if (event.kind === 'chunk') body.push(event.octets)
      else if (event.kind === 'end') {
        this.#messageEnded = true
        body.finish(event.trailers)
      }
    } catch (error) {
      this.#faulted = true
      this.#stopWaiting()
      body.destroy(error as Error)
    }
  }

  #awaitBody(goOn: () => void, giveUp: (error: RequestError | null) => void): void {
    this.#deadline.start('body', this.#timeouts.body_idle_ms)
    this.#pace.waitBegins()
    this.#wait(goOn, giveUp)
  }

  // ── responses out ────────────────────────────────────────────────────────────────────────────────────────────

  get wfile(): ResponseOutput {
    return this.#output
  }

  get responseStarted(): boolean {
    return this.#output.touched
  }

  get mayPersist(): boolean {
    return !this.#winding && !this.#faulted && this.#state === 'serving'
  }

  writeHead(octets: string, framing: ResponseFraming | 'interim' | 'partial'): void {
    const output = this.#output
    const { touched } = output
    output.framing = null
    output.write(octets, 'latin1')
    if (framing === 'interim') output.touched = touched
    else if (framing !== 'partial') output.begin(framing)
  }

  outputStalled(stalled: boolean): void {
    if (stalled) this.#deadline.start('write', this.#timeouts.write_idle_ms)
    else if (this.#waiting === this.#pumpBody) this.#deadline.start('body', this.#timeouts.body_idle_ms)
    else this.#deadline.stop()
  }

  outputBroken(): void {
    if (this.#state === 'serving') this.destroy()
  }

  #newOutput(): ResponseOutput {
    return new ResponseOutput(this.stream, this, this.limits.output_bytes)
  }

  // ── the end of an exchange ───────────────────────────────────────────────────────────────────────────────────

  finishRequest(): Promise<boolean> | boolean {
    const output = this.#output
    if (this.#state !== 'serving' || this.#faulted || !isWhole(output)) return false
    if (this.#reader.unparsedBytes === 0) output.sendPending()
    if (output.writableLength > 0) return output.flush().then(() => this.#drainBody(), refuse)
    return this.#drainBody()
  }

  #drainBody(): Promise<boolean> | boolean {
    if (this.#messageEnded) return this.#closeExchange()
    const unread = this.#body
    this.#body = null
    unread?.destroy()
    let left = this.limits.drain_bytes
    const drained = this.#drainSome((bytes) => {
      left -= bytes
      return left >= 0
    })
    return drained
  }

  /** Reads body events away while `admit` allows their octets. */
  #drainSome(admit: (bytes: number) => boolean): Promise<boolean> | boolean {
    const step = (): boolean | null => {
      try {
        for (;;) {
          const event = this.#reader.next()
          if (event === NEED_DATA) return null
          if (event === null) return false
          if (event.kind === 'end') return this.#closeExchange()
          if (event.kind === 'chunk' && !admit(event.octets.length)) return false
        }
      } catch {
        this.#faulted = true
        return false
      }
    }
    return step() ?? this.#awaitDrained(step)
  }

  #awaitDrained(step: () => boolean | null): Promise<boolean> {
    this.#output.sendPending()
    return new Promise((resolve) => {
      const goOn = (): void => {
        const outcome = step()
        if (outcome === null) return this.#awaitBody(goOn, () => resolve(false))
        this.#stopWaiting()
        resolve(outcome)
      }
      this.#awaitBody(goOn, () => resolve(false))
    })
  }

  #closeExchange(): boolean {
    this.#messageEnded = true
    this.#head = null
    this.#body = null
    return true
  }

  // ── the end of the connection ────────────────────────────────────────────────────────────────────────────────

  detach(): { stream: Duplex; head: Buffer } {
    this.#output.sendPending()
    const head = this.#reader.takeRest()
    this.#leaveStream('detached')
    return { stream: this.stream, head }
  }

  onShutdown(listener: () => void): () => void {
    if (this.#winding) listener()
    else this.#shutdownListeners.add(listener)
    return () => void this.#shutdownListeners.delete(listener)
  }

  close(): Promise<void> {
    if (this.#state === 'serving') {
      this.#leaveServing()
      void this.#closeInOrder()
    }
    return this.closed
  }

  destroy(): void {
    if (this.#state === 'gone' || this.#state === 'detached') return
    this.#output.sendPending()
    this.#state = 'closing'
    this.#deadline.start('write', this.#timeouts.write_idle_ms)
    // Where closing delimits the body, only a reset shows that it is not whole.
    if (isDelimitedByClosing(this.#output.framing)) this.#reset()
    else if (this.stream instanceof Socket) this.stream.destroySoon()
    else this.stream.destroy()
  }

  #reset(): void {
    if (this.#raw !== null && !this.#raw.destroyed) this.#raw.resetAndDestroy()
    this.stream.destroy()
  }

  /** No more requests are wanted: the one under way is answered, what is already in the socket is still served. */
  windDown(): void {
    this.#winding = true
    for (const listener of this.#shutdownListeners) listener()
    if (this.#state !== 'serving' || this.#head !== null) return
    // Two turns of the loop: one reads what the kernel holds, one lets it be answered.
    setImmediate(() => setImmediate(() => this.#endIdleWait()))
  }

  #endIdleWait(): void {
    if (this.#head === null && this.#giveUp !== null) this.#stopWaiting()?.(null)
  }

  /** Flush, half-close, read and drop for a while, end: a reset could destroy an answer on its way to a client that sends. */
  async #closeInOrder(): Promise<void> {
    this.#deadline.start('write', this.#timeouts.write_idle_ms)
    try {
      await this.#output.flush()
    } catch {
      return
    }
    this.stream.end()
    if (this.stream.readableEnded || this.#peerEnded) return this.#afterBothEnds()
    this.#deadline.start('linger', this.#timeouts.linger_ms)
    this.stream.resume()
  }

  /** Some Duplex streams do not destroy themselves when both their sides have ended. */
  #afterBothEnds(): void {
    this.#deadline.start('linger', this.#timeouts.linger_ms)
    if (this.stream.writableFinished) this.stream.destroy()
    else this.stream.once('finish', () => this.stream.destroy())
  }

  #leaveServing(): void {
    this.#state = 'closing'
    this.#waiting = null
    this.#giveUp = null
    this.stream.off('data', this.#onData)
    let left = LINGER_BYTES
    this.stream.on('data', (octets: Buffer) => {
      left -= octets.length
      if (left < 0 && this.stream.writableFinished) this.stream.destroy()
    })
    this.#reader.release()
  }

  #leaveStream(state: 'detached'): void {
    this.#state = state
    this.#waiting = null
    this.#giveUp = null
    this.#deadline.dispose()
    this.stream.off('data', this.#onData)
    this.stream.off('end', this.#onEnd)
    this.stream.pause()
    this.#reader.release()
  }

  // ── events of the stream ─────────────────────────────────────────────────────────────────────────────────────

  readonly #onData = (octets: Buffer): void => {
    this.#reader.receive(octets)
    if (this.#deadline.phase === 'body' && !this.#pace.keepsUp(octets.length)) {
      return this.#bodyIsLate('the body arrives too slowly')
    }
    this.#waiting?.()
    if (!this.#paused && this.#reader.unparsedBytes >= READ_AHEAD_BYTES) {
      this.#paused = true
      this.stream.pause()
    }
  }

  readonly #onEnd = (): void => {
    this.#peerEnded = true
    if (this.#state === 'closing') return this.#afterPeerEnd()
    this.#reader.receiveEnd()
    this.#waiting?.()
  }

  #afterPeerEnd(): void {
    if (this.stream.writableEnded) this.#afterBothEnds()
  }

  readonly #onClose = (): void => {
    if (this.#state === 'gone') return
    const wasServing = this.#state === 'serving'
    this.#state = 'gone'
    this.#deadline.dispose()
    this.#reader.release()
    const error = peerGone()
    this.#output.fail(error)
    if (wasServing) this.#stopWaiting()?.(null)
    this.#body?.destroy(error)
    this.#abort?.abort(error)
    this.#tellClosed()
  }

  #expired(phase: Phase): void {
    switch (phase) {
      case 'idle':
        this.#stopWaiting()?.(null)
        break
      case 'head':
        this.#stopWaiting()?.(
          this.#reader.requestBegun ? new RequestError('HEAD_TIMEOUT', 'the request head is not complete', 408) : null,
        )
        break
      case 'body':
        this.#bodyIsLate('the rest of the body did not come')
        break
      case 'write':
        this.#reset()
        break
      case 'linger':
        this.stream.destroy()
        break
      case 'none':
    }
  }

  #bodyIsLate(message: string): void {
    this.#faulted = true
    this.#stopWaiting()?.(new RequestError('BODY_TIMEOUT', message, 408))
  }

  #wait(goOn: () => void, giveUp: (error: RequestError | null) => void): void {
    this.#waiting = goOn
    this.#giveUp = giveUp
    if (this.#paused) {
      this.#paused = false
      this.stream.resume()
    }
  }

  /** Nobody waits any more; gives what would have told the one who did that there is nothing to come. */
  #stopWaiting(): ((error: RequestError | null) => void) | null {
    const giveUp = this.#giveUp
    this.#waiting = null
    this.#giveUp = null
    if (this.#deadline.phase !== 'write') this.#deadline.stop()
    return giveUp
  }
}

/** Whether the response ends where its head said it would, so that another can follow it. */
function isWhole(output: ResponseOutput): boolean {
  const { framing } = output
  if (framing === null || framing.bodiless || framing.chunked) return !output.destroyed || output.writableFinished
  return framing.contentLength === output.bodyOctets
}

function isDelimitedByClosing(framing: ResponseFraming | null): boolean {
  return framing !== null && framing.contentLength < 0 && !framing.chunked && !framing.bodiless
}

function peerGone(): RequestError {
  return new RequestError('PEER_GONE', 'the peer is gone', 0)
}

function refuse(): boolean {
  return false
}

function ignore(): void {}
