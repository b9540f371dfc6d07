/**
 * `wfile`: what a handler writes, put on the stream below octet for octet, in order. Small writes of one tick are joined
 * into one; when the stream below takes no more, `write` gives false and `drain` follows, as with any Writable.
 *
 * How a write becomes octets: write → (counted, or dropped when the response has no body) → Writable's own queue →
 * _write → #pending → #send, once a tick → stream.write. Small writes skip that queue while it is empty and has nothing
 * to tell. Nothing on the way looks into the octets.
 */
import { Buffer } from 'node:buffer'
import { Socket } from 'node:net'
import { nextTick } from 'node:process'
import { type Duplex, Writable } from 'node:stream'
import type { ResponseFraming, WaitOptions } from '../handler/connection.js'
import { isShortAscii } from '../http/ascii.js'
import { connectionEnded } from './connection-ended.js'
import { FlushWaiters } from './flush-waiters.js'
import { PendingPieces, type Piece } from './pending-pieces.js'
import { ResponseAccount } from './response-account.js'

/** Pending octets that are sent at once instead of at the end of the tick. */
const JOIN_LIMIT_BYTES = 16_384

/**
 * Octets given to the stream before it has taken them all. More of them wait here, so that a slow peer's progress shows:
 * the stream tells of what it was given together only when the last octet is taken.
 */
const LARGEST_BATCH_BYTES = 262_144

type WriteCallback = (error?: Error | null) => void

/** What a writer may give to hear of its write. */
type WriteDone = (error: Error | null | undefined) => void

/** What an output needs of its connection. */
export interface OutputOwner {
  /** The octets received are no request: what is written is the answer to that. */
  readonly answersFault: boolean
  /** Somebody waits until the peer takes octets, or waits on although it has taken some; false: nobody does any more. */
  outputWaits(waits: boolean): void
  /** The output was destroyed before the response was whole. */
  outputBroken(): void
}

export class ResponseOutput extends Writable {
  /** What is known of the response under way. */
  readonly account = new ResponseAccount()
  /** Sockets copy what they send; any other stream may hand the same memory on. */
  readonly copiesOctets: boolean

  readonly #stream: Duplex
  readonly #owner: OutputOwner
  /** Written in this tick and not yet given to the stream; strings are latin-1. */
  readonly #pending = new PendingPieces()
  #sendScheduled = false
  /** Writes given to the stream whose callback has not come. */
  #underway = 0
  /** Octets given since none were underway. */
  #batchBytes = 0
  /** The Writable's callback, held back while the stream below takes no more. */
  #held: WriteCallback | null = null
  /** Nothing more is taken; what was taken goes to the stream, full or not. */
  #sealed = false
  /** Between two exchanges: what is written now belongs to no answer. */
  #barred = false
  #whenTaken: (() => void) | null = null
  /** Null while nobody has waited, as on most connections. */
  #flushWaiters: FlushWaiters | null = null

  constructor(stream: Duplex, owner: OutputOwner, highWaterMarkBytes: number) {
    super({ highWaterMark: Math.min(highWaterMarkBytes, Number.MAX_SAFE_INTEGER), decodeStrings: false })
    this.#stream = stream
    this.copiesOctets = stream instanceof Socket
    this.#owner = owner
    // A handler may write long after the peer has gone; without a listener that error would end the process.
    this.on('error', ignore)
  }

  /** Whether every octet written so far was given to the stream and taken by it. */
  get idle(): boolean {
    return this.writableLength === 0 && this.#pending.bytes === 0 && this.#held === null
  }

  override write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    const done = doneOf(encoding, callback)
    if (this.#refuses) return this.#refuse(done)
    const piece = pieceOf(chunk, encoding)
    if (this.account.count(piece.length)) return this.#pass(piece, done)
    if (done !== undefined) nextTick(done, null)
    return true
  }

  /** Whether what is written now comes too late: it belongs to no answer. */
  get #refuses(): boolean {
    return this.#sealed || (this.#barred && !this.#owner.answersFault)
  }

  #pass(piece: Piece, done: WriteDone | undefined): boolean {
    if (done !== undefined || !this.#canSkipQueue(piece.length)) return super.write(piece, 'latin1', done)
    this.#keep(piece)
    return true
  }

  override end(...given: unknown[]): this {
    const [chunk, encoding] = given
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function')
      this.write(chunk, typeof encoding === 'function' ? undefined : encoding)
    const done = given.find((argument): argument is () => void => typeof argument === 'function')
    return done === undefined ? super.end() : super.end(done)
  }

  /**
   * Resolves when the stream below took all that was written.
   *
   * @param options - `signal`: ends the wait; what was written stays on its way.
   * @throws the error that ended the connection; the signal's reason.
   */
  flush({ signal }: WaitOptions = {}): Promise<void> {
    if (signal?.aborted === true) return rejected(signal.reason)
    this.#uncorkAll()
    this.sendPending()
    if (this.idle && this.#underway === 0) return Promise.resolve()
    if (this.destroyed) return rejected(this.errored ?? connectionEnded())
    this.#flushWaiters ??= new FlushWaiters(() => this.#flushGivenUp())
    const flushed = this.#flushWaiters.wait(signal)
    this.#owner.outputWaits(true)
    return flushed
  }

  /** Nobody waits for a flush any more. */
  #flushGivenUp(): void {
    if (!this.#isAwaited) this.#owner.outputWaits(false)
  }

  /** Gives what is pending to the stream now instead of at the end of the tick. */
  sendPending(): void {
    if (this.#pending.bytes > 0) this.#send()
  }

  /** Takes nothing more. Resolves when the stream has taken all there is. */
  seal(): Promise<void> {
    this.#sealed = true
    this.#uncorkAll()
    this.#releaseHeld()
    this.sendPending()
    return new Promise((resolve) => {
      if (this.#underway === 0) return resolve()
      this.#whenTaken = resolve
      this.#owner.outputWaits(true)
    })
  }

  /** Gives the stream all there is, however full it is, and takes nothing more: others will write to it. */
  handOver(): void {
    this.#batchBytes = -Infinity
    void this.seal()
  }

  /**
   * Writes lines of a response's head.
   *
   * @param framing - What the head, now whole, says of the octets that follow; null when its end is still to come.
   */
  writeHead(octets: string, framing: ResponseFraming | null): void {
    if (this.#refuses) return
    this.account.noteHead(framing)
    this.#pass(octets, undefined)
  }

  /** Writes an interim response, which is none yet. */
  writeInterim(octets: string): void {
    if (this.#refuses) return
    this.account.noteInterim()
    this.#pass(octets, undefined)
  }

  /** Whether the response ends where its head said it would, so that another can follow it. */
  get whole(): boolean {
    return this.account.whole ?? (this.writableFinished || !(this.destroyed || this.#isFed))
  }

  /** What its writer has left undone, or overdone, if the response ends now; null when nothing. */
  get fault(): string | null {
    const { fault, whole } = this.account
    if (fault !== null || whole === true || !this.#isFed) return fault
    return 'did not wait for the stream that it sends'
  }

  /** Whether the response would end before its end, and nothing but a reset would show it. */
  get secretlyCut(): boolean {
    return this.account.delimitedByClosing && this.#isFed
  }

  /** Whether a stream that is piped into this one has not come to its end: it listens for being taken off. */
  get #isFed(): boolean {
    return !this.writableEnded && this.listenerCount('unpipe') > 0
  }

  /** The exchange is over: whoever writes on is too late, and must not be heard in front of the next answer. */
  bar(): void {
    this.#barred = true
  }

  /** An exchange is under way: its handler may write. */
  admit(): void {
    this.#barred = false
  }

  /**
   * The connection is gone: nothing written from now on goes anywhere.
   *
   * @param why - Makes the error. When all was said and taken before, nothing is lost, and nobody is told of one.
   */
  fail(why: () => Error): void {
    if (this.#sealed && this.idle && this.#underway === 0) return void this.destroy()
    const error = why()
    this.#pending.clear()
    this.#flushWaiters?.fail(error)
    this.destroy(error)
  }

  override _write(piece: Piece, _encoding: BufferEncoding, callback: WriteCallback): void {
    // Held until the connection's end is told: a source that is never refused would keep that from ever being told.
    if (this.#stream.destroyed) {
      this.#held = callback
      return
    }
    // Somebody has ended the stream under us.
    if (this.#stream.writableEnded) return callback(connectionEnded())
    this.#keep(piece)
    if (this.#sealed || this.#hasRoom) return callback()
    this.#held = callback
    this.#owner.outputWaits(true)
  }

  override _final(callback: WriteCallback): void {
    this.sendPending()
    callback()
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    this.#held = null
    if (!this.writableFinished) this.#owner.outputBroken()
    callback(error)
  }

  /** Whether Writable's own queue would pass a write of so many octets on at once, and have nothing to tell of it. */
  #canSkipQueue(bytes: number): boolean {
    const { writable, writableLength, writableCorked, writableHighWaterMark } = this
    const passes = writable && writableLength === 0 && writableCorked === 0 && bytes < writableHighWaterMark
    return passes && !this.#stream.destroyed && !this.#stream.writableEnded && this.#hasRoom
  }

  #scheduleSend(): void {
    if (this.#sendScheduled) return
    this.#sendScheduled = true
    nextTick(sendScheduled, this)
  }

  /** The tick is over. */
  tick(): void {
    this.#sendScheduled = false
    this.sendPending()
  }

  #send(): void {
    const pending = this.#pending
    if (this.#stream.destroyed || this.#stream.writableEnded) return pending.clear()
    const room = LARGEST_BATCH_BYTES - this.#batchBytes
    const single = pending.bytes > room ? null : pending.takeSingle()
    if (single === null) this.#giveTogether(pending.take(room))
    else this.#give(single)
  }

  #keep(piece: Piece): void {
    this.#pending.add(piece)
    if (this.#pending.bytes < JOIN_LIMIT_BYTES) this.#scheduleSend()
    else this.#send()
  }

  #giveTogether(pieces: readonly Piece[]): void {
    this.#stream.cork()
    for (const piece of pieces) this.#give(piece)
    this.#stream.uncork()
  }

  #give(piece: Piece): void {
    this.#underway += 1
    this.#batchBytes += piece.length
    if (typeof piece === 'string') this.#stream.write(piece, 'latin1', this.#taken)
    else this.#stream.write(piece, this.#taken)
  }

  get #hasRoom(): boolean {
    return !this.#stream.writableNeedDrain && this.#batchBytes < LARGEST_BATCH_BYTES
  }

  /** The stream below took, or lost, one of our writes. */
  readonly #taken = (error?: Error | null): void => {
    this.#underway -= 1
    if (error) return
    if (this.#underway === 0) {
      this.#batchBytes = 0
      this.sendPending()
    }
    if (!this.#isAwaited) return
    if (this.#hasRoom) this.#releaseHeld()
    if (this.#underway === 0) this.#tellTaken()
    this.#owner.outputWaits(this.#isAwaited)
  }

  get #isAwaited(): boolean {
    return this.#held !== null || this.#flushWaiters?.any === true || this.#whenTaken !== null
  }

  /** Who corked and forgot it must not be waited for. */
  #uncorkAll(): void {
    while (this.writableCorked > 0) this.uncork()
  }

  #releaseHeld(): void {
    const held = this.#held
    this.#held = null
    held?.()
  }

  /** The stream took all it was given. */
  #tellTaken(): void {
    const whenTaken = this.#whenTaken
    this.#whenTaken = null
    whenTaken?.()
    if (this.idle) this.#flushWaiters?.tellTaken()
  }

  #refuse(done: WriteDone | undefined): boolean {
    if (done !== undefined) nextTick(done, connectionEnded())
    return false
  }
}

function sendScheduled(output: ResponseOutput): void {
  output.tick()
}

/** @throws TypeError for what is neither text nor octets, as any Writable does. */
function pieceOf(chunk: unknown, encoding: unknown): Piece {
  if (typeof chunk === 'string') {
    const given = typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'
    if (given === 'latin1' || given === 'binary') return chunk
    if ((given === 'utf8' || given === 'utf-8') && isShortAscii(chunk)) return chunk
    return Buffer.from(chunk, given)
  }
  if (Buffer.isBuffer(chunk)) return chunk
  if (ArrayBuffer.isView(chunk)) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  throw new TypeError('wfile.write takes a string, a Buffer or another view of octets')
}

function doneOf(encoding: unknown, callback: unknown): WriteDone | undefined {
  const done = typeof encoding === 'function' ? encoding : callback
  return typeof done === 'function' ? (done as WriteDone) : undefined
}

/** Who does not wait for it must not be ended by it. */
function rejected(reason: unknown): Promise<never> {
  const promise = Promise.reject(reason)
  promise.catch(ignore)
  return promise
}

function ignore(): void {}
