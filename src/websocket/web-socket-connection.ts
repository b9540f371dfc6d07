/**
 * One WebSocket over a stream that was handed over after the opening handshake: it reads frames and delivers messages one
 * after the other, sends, keeps the connection alive, and closes it by the rules of RFC 6455 section 7. Requests, handlers
 * and what a message means are not known here.
 *
 *   open ──── close() ────► closing ──── peer's close frame, or time is up ────► closed
 *     └──── peer's close frame, a fault, the end of the stream ────────────────────▲
 *
 * closing: our close frame is on its way; messages that still come are dropped.
 * closed: nothing is decoded any more; our side of the stream is shut, the peer has a while to shut its own.
 */
import { AsyncResource } from 'node:async_hooks'
import { Buffer } from 'node:buffer'
import type { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { NEED_DATA } from '../http/events.js'
import type { Limits } from '../http/limits.js'
import { Countdown } from './countdown.js'
import { mayBeLeft, refusedSend, WebSocketClosedError } from './errors.js'
import {
  type CloseEvent,
  type Deflate,
  type FrameDone,
  type FrameEvent,
  FrameReader,
  FrameWriter,
} from './frame-stream.js'
import { OctetSource } from './octet-source.js'
import { CLOSE_CODE, OPCODE } from './opcodes.js'
import { PacedOutput } from './paced-output.js'

/** How a WebSocket ended. */
export interface Closure {
  /** The peer's close code; 1005 when it gave none, 1006 when it left without a word; what we said of it after a fault. */
  readonly code: number
  readonly reason: string
}

export interface WebSocketConnectionOptions {
  readonly stream: Duplex
  /** Octets taken off the stream before. */
  readonly head: Buffer
  readonly limits: Readonly<Limits>
  readonly deflate: Deflate | null
  /** Silence of the peer after which it is sent a ping; after as much silence again it counts as gone. */
  readonly pingIntervalMs: number
  /** How long the peer may take to close, from our close frame to the end of the stream. */
  readonly closeTimeoutMs: number
  /** How long the peer may take nothing of what was sent. */
  readonly writeIdleMs: number
  /** Takes a message, ping, pong or close frame. Reading goes on when it has settled; it never throws or rejects. */
  readonly deliver: (opcode: number, payload: Buffer) => Promise<void> | void
  /** Hears why a connection was ended that did not end in good order. */
  readonly onTrouble: (explanation: string) => void
}

/** What `send` gives when the stream took the frame at once. Who gets this very promise has nothing to wait for. */
export const SENT: Promise<void> = Promise.resolve()

/** The peer left without a word (RFC 6455 7.1.5). */
const ABNORMAL: Closure = Object.freeze({ code: CLOSE_CODE.abnormal, reason: '' })

type State = 'open' | 'closing' | 'closed'

/** Messages delivered in a row before other connections get a turn. */
const TURN_LENGTH = 64

/** What a message that waits to be sent costs besides its payload, about: so that empty ones count, too. */
const WAITING_OVERHEAD_BYTES = 128

export class WebSocketConnection {
  readonly #options: WebSocketConnectionOptions
  readonly #source: OctetSource
  readonly #reader: FrameReader
  /** Frames on their way; what is written to it after the stream is gone fails. */
  readonly #output: PacedOutput
  readonly #writer: FrameWriter
  readonly #quiet: Countdown
  readonly #closing: Countdown
  #state: State = 'open'
  /** What the peer said last, or what it did wrong; null while, and if, it does neither. */
  #closure: Closure | null = null
  /** The peer was silent for an interval and has been sent a ping. */
  #pinged = false
  /** Lets the reading go on although a delivery has not settled; set while one is waited for. */
  #release: (() => void) | null = null
  #delivered = 0
  /** A message was delivered, and nobody has asked whether to pause behind it. */
  #hasDelivered = false
  /** All octets received are decoded. */
  #isUsedUp = true
  #tellAllRead: () => void = ignore
  #tellUnreadable: (error: unknown) => void = ignore
  readonly #context = new AsyncResource('ADVANCEDHTTPSERVER_WEBSOCKET')
  /** Messages given to the writer whose last octet the stream has not taken, as octets. */
  #unsentBytes = 0
  /** Settles when the frame written last was taken, and with it all before; rejects when they can't be. */
  #lastSent: Promise<void> = SENT
  /** The stream is closed or as good as that. */
  #gone = false
  #whenGone: (() => void) | null = null

  constructor(options: WebSocketConnectionOptions) {
    const { stream, head, limits, deflate } = options
    this.#options = options
    this.#source = new OctetSource(stream, head)
    this.#reader = new FrameReader(limits, deflate)
    this.#output = new PacedOutput(stream, options.writeIdleMs, () => this.#abandon('the peer takes nothing'))
    this.#writer = new FrameWriter(this.#output, deflate)
    this.#quiet = new Countdown(options.pingIntervalMs, () => this.#peerIsQuiet())
    this.#closing = new Countdown(options.closeTimeoutMs, () => this.#abandon('the peer does not close'))
    stream.on('error', (error: Error) => this.#lost(error))
    stream.on('close', () => this.#lost(null))
    if (stream.destroyed) this.#lost(null)
  }

  /** Whether messages can be sent. */
  get open(): boolean {
    return this.#state === 'open'
  }

  /**
   * Reads until the stream is closed on both sides, whoever ends it. Never rejects.
   *
   * @param begin - What to settle before the first message is delivered; it never throws or rejects.
   */
  async run(begin: () => Promise<void> | void): Promise<Closure> {
    this.#quiet.restart()
    await this.#settled(begin())
    await this.#readAll()
    if (this.#state !== 'closed') this.#conclude()
    await this.#streamGone()
    this.#quiet.stop()
    this.#closing.stop()
    this.#options.deflate?.release()
    return this.#closure ?? ABNORMAL
  }

  /**
   * Resolves when the stream took the whole frame.
   *
   * @throws RangeError when the opcode is none, is that of a close frame, or its payload is too long for it.
   */
  send(opcode: number, payload: Buffer): Promise<void> {
    if (!isSendable(opcode)) throw new RangeError(`no message has the opcode ${opcode}`)
    if (this.#state !== 'open') return refusedSend()
    if (this.#unsentBytes > this.#options.limits.websocket_message_bytes) {
      this.#abandon('the peer is too slow for what it is sent')
      return refusedSend()
    }
    return this.#written(payload.length, (done) => this.#writer.send(opcode, payload, done))
  }

  /**
   * Sends a close frame and waits, in the background, for the peer's. Resolves when the stream took the frame; at once when
   * the connection is closing already.
   *
   * @param code - None for an empty close frame; a reason makes it 1000.
   * @throws TypeError when the code may not be sent, RangeError when the reason is longer than 123 octets of UTF-8.
   */
  close(code?: number, reason = ''): Promise<void> {
    if (this.#state !== 'open') return Promise.resolve()
    const sent = this.#sendClose(code ?? (reason === '' ? undefined : CLOSE_CODE.normal), reason)
    this.#enter('closing')
    return sent
  }

  /** Reads until no octet will come any more. */
  #readAll(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tellAllRead = resolve
      this.#tellUnreadable = reject
      this.#readOn()
    })
  }

  /** Reads on as far as there is nothing to wait for. A message that comes by itself has no promise for being read. */
  #readOn(): void {
    try {
      this.#readFrames()
    } catch (error) {
      this.#tellUnreadable(error)
    }
  }

  #readFrames(): void {
    for (;;) {
      if (this.#isUsedUp || this.#state === 'closed') {
        const octets = this.#source.read(this.#octetsCame)
        if (octets === undefined) return
        if (octets === null) return this.#tellAllRead()
        this.#receive(octets)
      } else {
        const wait = this.#readFrame()
        if (wait === undefined) continue
        this.#reader.keepUnread()
        return void wait.then(this.#goOn, this.#tellUnreadable)
      }
    }
  }

  /** Octets that were waited for are here: what they mean is heard in the context in which reading began. */
  readonly #octetsCame = (octets: Buffer | null): void => {
    if (octets === null) return this.#tellAllRead()
    this.#receive(octets)
    this.#context.runInAsyncScope(this.#readOn, this)
  }

  readonly #goOn = (): void => this.#readOn()

  #receive(octets: Buffer): void {
    this.#pinged = false
    this.#quiet.restart()
    if (this.#state === 'closed') return
    this.#reader.receive(octets)
    this.#isUsedUp = false
  }

  /** One event, or the pause behind a delivery. @returns What to wait for before the next. */
  #readFrame(): Promise<unknown> | void {
    if (this.#hasDelivered) {
      this.#hasDelivered = false
      const pause = this.#pause()
      if (pause !== undefined) return pause
    }
    const event = this.#reader.next()
    return event instanceof Promise ? event.then((inflated) => this.#take(inflated)) : this.#take(event)
  }

  #take(event: FrameEvent | typeof NEED_DATA): Promise<void> | void {
    if (event === NEED_DATA) {
      this.#isUsedUp = true
      return
    }
    this.#hasDelivered = event.kind === 'message' && this.#state === 'open'
    return this.#handle(event)
  }

  /** What to wait for behind a delivery. */
  #pause(): Promise<unknown> | undefined {
    this.#delivered += 1
    // A peer that does not read what it causes us to send is not read from, either.
    if (this.#unsentBytes > this.#options.limits.output_bytes) return this.#lastSent.catch(ignore)
    return this.#delivered % TURN_LENGTH === 0 ? setImmediate() : undefined
  }

  #handle(event: FrameEvent): Promise<void> | void {
    if (event.kind === 'failure') return this.#fail(event.code, event.explanation)
    if (event.kind === 'close') return this.#peerCloses(event)
    if (this.#state === 'open') return this.#settled(this.#options.deliver(event.opcode, event.payload))
  }

  /** Waits for a delivery, but not once the connection is being closed. */
  #settled(delivery: Promise<void> | void): Promise<void> | void {
    if (delivery === undefined || this.#state !== 'open') return
    return new Promise((resolve) => {
      this.#release = resolve
      void delivery.then(resolve)
    })
  }

  async #peerCloses({ code, reason }: CloseEvent): Promise<void> {
    // What the peer said stands, though it may be gone before the hook has settled.
    this.#closure = { code, reason }
    if (this.#state === 'open') {
      await this.#settled(this.#options.deliver(OPCODE.close, closePayload(code, reason)))
    }
    if (this.#state === 'open') void this.#sendClose(code === CLOSE_CODE.noCode ? undefined : code)
    this.#conclude()
  }

  /** The peer broke the protocol or a limit: say so and read nothing more (RFC 6455 7.1.7). */
  #fail(code: number, explanation: string): void {
    this.#options.onTrouble(explanation)
    this.#closure = { code, reason: explanation }
    if (this.#state === 'open') void this.#sendClose(code)
    this.#conclude()
  }

  #sendClose(code: number | undefined, reason = ''): Promise<void> {
    return this.#written(0, (done) => this.#writer.close(code, reason, done))
  }

  /** Both sides have said all they will: shut ours once it is sent. */
  #conclude(): void {
    this.#enter('closed')
    const { stream } = this.#options
    const shut = (): void => {
      if (!stream.destroyed) stream.end()
    }
    void this.#lastSent.then(shut, shut)
  }

  #enter(state: State): void {
    if (this.#state === 'open') this.#closing.restart()
    this.#state = state
    this.#release?.()
    this.#release = null
  }

  #peerIsQuiet(): void {
    this.#quiet.restart()
    // While we are not reading, its silence is our doing.
    if (this.#state !== 'open' || !this.#source.awaited) return
    if (this.#pinged) return this.#abandon('the peer is silent')
    this.#pinged = true
    void this.send(OPCODE.ping, Buffer.alloc(0))
  }

  /** Waiting for the peer has no end in sight. */
  #abandon(explanation: string): void {
    this.#options.onTrouble(explanation)
    this.#options.stream.destroy()
    this.#lost(null)
  }

  /** The stream is gone, by whoever's doing. */
  #lost(error: Error | null): void {
    this.#enter('closed')
    this.#output.fail(closedError(error))
    this.#source.end()
    this.#gone = true
    this.#whenGone?.()
  }

  #streamGone(): Promise<void> | void {
    if (this.#gone) return
    return new Promise((resolve) => {
      this.#whenGone = resolve
    })
  }

  /** Counts a frame that `write` gives to the writer, until it is taken. What `write` throws, this throws. */
  #written(payloadBytes: number, write: (done: FrameDone) => void): Promise<void> {
    const before = this.#lastSent
    let atOnce = null as 'taken' | Error | null
    let done: FrameDone = (error) => {
      atOnce = error ?? 'taken'
    }
    write((error) => done(error))
    if (atOnce instanceof Error) return mayBeLeft(Promise.reject(closedError(atOnce)))
    // What was sent meanwhile, as within a stream in memory, is behind this.
    const isLast = this.#lastSent === before
    if (atOnce === 'taken') {
      if (isLast) this.#lastSent = SENT
      return SENT
    }
    const bytes = payloadBytes + WAITING_OVERHEAD_BYTES
    const written = new Promise<void>((resolve, reject) => {
      done = (error) => {
        this.#unsentBytes -= bytes
        if (!error) return resolve()
        void mayBeLeft(written)
        reject(closedError(error))
      }
    })
    this.#unsentBytes += bytes
    if (isLast) this.#lastSent = written
    return written
  }
}

function isSendable(opcode: number): boolean {
  return Number.isInteger(opcode) && opcode >= 0 && opcode <= 0xf && opcode !== OPCODE.close
}

function closedError(cause: Error | null): WebSocketClosedError {
  if (cause instanceof WebSocketClosedError) return cause
  return new WebSocketClosedError(undefined, cause === null ? {} : { cause })
}

/** Payload of a close frame, as it was before it was decoded. */
function closePayload(code: number, reason: string): Buffer {
  if (code === CLOSE_CODE.noCode) return Buffer.alloc(0)
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason))
  payload.writeUInt16BE(code)
  payload.write(reason, 2)
  return payload
}

function ignore(): void {}
