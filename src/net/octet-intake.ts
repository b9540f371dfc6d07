/**
 * A stream's octets on their way to the request reader. Octets that nobody waits for stay, and once they pile up the
 * stream is paused, so that TCP stops the peer; whoever needs more of them waits here. Heads and bodies look alike to it.
 *
 *   stream 'data' ─► the reader ─► somebody waits: it goes on ─► nobody does: kept ─► too many: paused
 */
import { Buffer } from 'node:buffer'
import type { Duplex } from 'node:stream'
import type { RequestError } from '../http/errors.js'
import { NEED_DATA, type RequestEvent } from '../http/events.js'
import type { Limits } from '../http/limits.js'
import type { RequestReader } from '../http/llhttp/request-reader.js'
import { type ReaderPool, readersFor } from './reader-pool.js'

/** Received octets that wait unparsed before the stream is paused: one socket read. */
const READ_AHEAD_BYTES = 65_536

/** What a piece costs in memory besides its octets: a peer that sends octet by octet must not fill it sooner. */
const PIECE_OVERHEAD_BYTES = 512

/** Somebody who can't go on before more octets have come. */
export interface Waiter {
  /** The wait is over: so many octets have come, or 0 and the end of the stream. */
  octetsCame(bytes: number): void
  /** The wait is over without them. `null`: there is nothing more to come. */
  gaveUp(error: RequestError | null): void
}

export class OctetIntake {
  /** Whether an HTTP/1.1 request without Host is refused (RFC 9112 3.2); set before the first octet comes. */
  requireHost = true
  /** The peer has ended its sending side. */
  peerEnded = false
  /** The octets were no request, or did not come in time: nothing more is parsed. */
  faulted = false
  readonly #stream: Duplex
  readonly #readers: ReaderPool
  /** Null while it would be at rest, and when nothing more is parsed. */
  #reader: RequestReader | null = null
  #released = false
  /** Octets received before the reader was lent. */
  #bytesBefore = 0
  #waiter: Waiter | null = null
  /** Pieces received since anybody waited. */
  #pieces = 0
  #paused = false

  constructor(stream: Duplex, limits: Readonly<Limits>) {
    this.#stream = stream
    this.#readers = readersFor(limits)
    stream.on('data', this.#onData)
    stream.on('end', this.#onEnd)
    // What happened before anybody listened is not told again.
    if (stream.readableEnded) this.#onEnd()
  }

  /** As the reader's. @throws RequestError when the octets are not a request, now and whenever it is asked again. */
  next(): RequestEvent | typeof NEED_DATA | null {
    const reader = this.#reader
    if (reader === null) return this.#released || this.peerEnded ? null : NEED_DATA
    try {
      const event = reader.next()
      if (event === NEED_DATA && reader.atRest) this.#giveBack(reader)
      return event
    } catch (error) {
      this.faulted = true
      throw error
    }
  }

  #giveBack(reader: RequestReader): void {
    this.#reader = null
    this.#bytesBefore = reader.receivedBytes
    this.#readers.takeBack(reader)
  }

  /** Octets received and not yet told by an event. */
  get unparsedBytes(): number {
    return this.#reader?.unparsedBytes ?? 0
  }

  /** Whether an octet of a verb has come whose head was not told yet. */
  get requestBegun(): boolean {
    return this.#reader?.requestBegun ?? false
  }

  /** The octets that no event has told; nothing is parsed any more. */
  takeRest(): Buffer {
    const rest = this.#reader?.takeRest() ?? Buffer.alloc(0)
    this.release()
    return rest
  }

  /** Nothing is parsed any more, and what was received is forgotten. */
  release(): void {
    this.#released = true
    this.#reader?.release()
    this.#reader = null
  }

  /** Only one can wait at a time; whoever waited before is forgotten. */
  wait(waiter: Waiter): void {
    this.#waiter = waiter
    this.#pieces = 0
    if (!this.#paused) return
    this.#paused = false
    this.#stream.resume()
  }

  isAwaitedBy(waiter: Waiter): boolean {
    return this.#waiter === waiter
  }

  /** Ends the wait without telling whoever waited, and gives it. */
  endWait(): Waiter | null {
    const waiter = this.#waiter
    this.#waiter = null
    return waiter
  }

  /** Leaves the stream, paused, and frees the reader. Whoever waits goes on waiting, for {@link endWait}. */
  stop(): void {
    this.#stream.off('data', this.#onData)
    this.#stream.off('end', this.#onEnd)
    this.#stream.pause()
    this.release()
  }

  readonly #onData = (octets: Buffer): void => {
    if (!this.#released) this.#receive(octets)
    this.#pieces += 1
    this.endWait()?.octetsCame(octets.length)
    if (this.#paused || this.#waiter !== null) return
    if (this.unparsedBytes + this.#pieces * PIECE_OVERHEAD_BYTES < READ_AHEAD_BYTES) return
    this.#paused = true
    this.#stream.pause()
  }

  #receive(octets: Buffer): void {
    this.#reader ??= this.#readers.lend(this.#bytesBefore, this.requireHost)
    this.#reader.receive(octets)
  }

  readonly #onEnd = (): void => {
    this.peerEnded = true
    this.#reader?.receiveEnd()
    this.endWait()?.octetsCame(0)
  }
}
