/**
 * A stream's octets on their way to the request reader. Octets that nobody waits for stay, and once they pile up the
 * stream is paused, so that TCP stops the peer; whoever needs more of them waits here. Heads and bodies look alike to it.
 *
 *   stream 'data' ─► reader.receive ─► somebody waits: it goes on ─► nobody does: kept ─► too many: paused
 */
import type { Duplex } from 'node:stream'
import type { RequestError } from '../http/errors.js'
import type { NEED_DATA, RequestEvent } from '../http/events.js'
import type { Limits } from '../http/limits.js'
import { RequestReader } from '../http/llhttp/request-reader.js'

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
  readonly reader: RequestReader
  /** The peer has ended its sending side. */
  peerEnded = false
  /** The octets were no request, or did not come in time: nothing more is parsed. */
  faulted = false
  readonly #stream: Duplex
  #waiter: Waiter | null = null
  /** Pieces received since anybody waited. */
  #pieces = 0
  #paused = false

  constructor(stream: Duplex, limits: Readonly<Limits>) {
    this.#stream = stream
    this.reader = new RequestReader({ limits })
    stream.on('data', this.#onData)
    stream.on('end', this.#onEnd)
    // What happened before anybody listened is not told again.
    if (stream.readableEnded) this.#onEnd()
  }

  /** As the reader's. @throws RequestError when the octets are not a request, now and whenever it is asked again. */
  next(): RequestEvent | typeof NEED_DATA | null {
    try {
      return this.reader.next()
    } catch (error) {
      this.faulted = true
      throw error
    }
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
    this.reader.release()
  }

  readonly #onData = (octets: Buffer): void => {
    this.reader.receive(octets)
    this.#pieces += 1
    this.endWait()?.octetsCame(octets.length)
    if (this.#paused || this.#waiter !== null) return
    if (this.reader.unparsedBytes + this.#pieces * PIECE_OVERHEAD_BYTES < READ_AHEAD_BYTES) return
    this.#paused = true
    this.#stream.pause()
  }

  readonly #onEnd = (): void => {
    this.peerEnded = true
    this.reader.receiveEnd()
    this.endWait()?.octetsCame(0)
  }
}
