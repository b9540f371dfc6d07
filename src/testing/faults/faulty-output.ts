/**
 * A handler's `wfile` while faults act on it: octets go in as the handler writes them, and what the faults make of them
 * goes out through the wire, one action after the other. A write is done when its actions are, so that a pause or a slow
 * peer holds the handler up as it would without faults.
 */
import { Buffer } from 'node:buffer'
import { finished, Writable } from 'node:stream'
import { abortable } from '../../handler/abortable.js'
import type { ResponseFraming, ResponseOutput, WaitOptions } from '../../handler/connection.js'
import { mayBeLeft } from '../../handler/may-be-left.js'
import { RequestError } from '../../http/errors.js'
import { connectionEnded } from '../../net/connection-ended.js'
import { ResponseAccount } from '../../net/response-account.js'
import { type Pipeline, send } from './action.js'
import { callBack, type Wire } from './wire.js'

type WriteCallback = (error?: Error | null) => void

export interface FaultyOutputOptions {
  /** What becomes of the handler's octets. */
  readonly pipeline: Pipeline
  readonly wire: Wire
  readonly highWaterMark: number
  /** The handler gave its response up before it was whole. */
  readonly onBroken: () => void
}

export class FaultyOutput extends Writable implements ResponseOutput {
  /** What is known of the handler's own response. */
  readonly account = new ResponseAccount()
  readonly pipeline: Pipeline
  readonly wire: Wire
  readonly #onBroken: () => void
  #gone = false
  #finished: Promise<void> | null = null

  constructor({ pipeline, wire, highWaterMark, onBroken }: FaultyOutputOptions) {
    super({ highWaterMark: Math.min(highWaterMark, Number.MAX_SAFE_INTEGER) })
    this.wire = wire
    this.pipeline = pipeline
    this.#onBroken = onBroken
    // A handler may write long after the peer has gone.
    this.on('error', ignore)
    wire.onGone = () => {
      this.#gone = true
      this.destroy(new RequestError('PEER_GONE', 'the peer is gone', 0))
    }
  }

  override write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    const done = callbackAmong([encoding, callback])
    const octets = octetsOf(chunk, encoding)
    if (this.account.count(octets.length)) return super.write(octets, done)
    if (done !== undefined) process.nextTick(done, null)
    return true
  }

  /** As the method of a connection. */
  writeHead(octets: string, framing: ResponseFraming | 'interim' | 'partial'): void {
    if (framing === 'interim') this.account.noteInterim()
    else this.account.noteHead(framing === 'partial' ? null : framing)
    super.write(octetsOf(octets, 'latin1'))
  }

  override end(...given: unknown[]): this {
    const [chunk, encoding] = given
    const isChunk = chunk !== undefined && chunk !== null && typeof chunk !== 'function'
    if (isChunk) this.write(chunk, typeof encoding === 'function' ? undefined : encoding)
    const done = callbackAmong(given)
    return done === undefined ? super.end() : super.end(done)
  }

  override _write(octets: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    void callBack(this.wire.perform(this.pipeline.take(send('body', octets))), callback)
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    if (!this.#gone && !this.writableFinished) this.#onBroken()
    callback(error)
  }

  flush({ signal }: WaitOptions = {}): Promise<void> {
    return mayBeLeft(abortable(this.#flush(), signal))
  }

  async #flush(): Promise<void> {
    await this.performed()
    await this.wire.flush()
  }

  /** Resolves when all that was written so far was done. @throws the error that ended the connection. */
  performed(): Promise<void> {
    if (this.writableFinished) return Promise.resolve()
    if (this.destroyed) return Promise.reject(this.errored ?? connectionEnded())
    return new Promise((resolve, reject) => {
      if (this.writableEnded) finished(this, (error) => (error ? reject(error) : resolve()))
      else super.write(EMPTY, (error) => (error ? reject(error) : resolve()))
    })
  }

  /** The handler has written its whole response: what the faults do behind it is done, too. Never rejects. */
  finish(): Promise<void> {
    this.#finished ??= this.#performEnd()
    return this.#finished
  }

  async #performEnd(): Promise<void> {
    try {
      await this.performed()
      await this.wire.perform(this.pipeline.finish())
    } catch {
      // The connection has ended; whoever ended it has told.
    }
    this.wire.release()
  }
}

const EMPTY = Buffer.alloc(0)

/** @throws TypeError for what is neither text nor octets. */
function octetsOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  if (ArrayBuffer.isView(chunk)) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  throw new TypeError('wfile.write takes a string, a Buffer or another view of octets')
}

function callbackAmong(given: readonly unknown[]): WriteCallback | undefined {
  return given.find((argument): argument is WriteCallback => typeof argument === 'function')
}

function ignore(): void {}
