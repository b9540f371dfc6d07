/**
 * The body of the request under way: told to `rfile` piece by piece as somebody reads, or all of it to one reader past that
 * stream, and read away when the exchange ends. Either way it is read to its end or not at all: its octets are never the
 * next request's.
 *
 *   begin ──► read by `rfile`, by a reader, or by nobody ──► drain: read away up to a limit ──► over, until the next begin
 */
import type { Buffer } from 'node:buffer'
import { RequestError } from '../http/errors.js'
import { type BodyChunk, type MessageEnd, NEED_DATA, type RequestEvent } from '../http/events.js'
import { joined } from '../http/octets.js'
import { NO_TRAILERS } from '../http/trailers.js'
import type { BodyReader } from '../handler/connection.js'
import { BodyPace } from './body-pace.js'
import type { Deadline } from './deadline.js'
import type { OctetIntake, Waiter } from './octet-intake.js'
import { type BodySink, type BodySource, RequestBody, UnstreamedBody } from './request-body.js'
import type { Timeouts } from './timeouts.js'

/** Pieces are joined up to this size as far as they are here: each costs more than a few octets. */
const JOIN_BYTES = 16_384

export class BodyIntake implements BodySource, Waiter {
  /** The end of the body was read, or there is no request. */
  ended = true
  /** What the end said: whether the client lets the connection go on. Trailers may take back what the head said. */
  endKeepsAlive = true
  readonly #intake: OctetIntake
  readonly #deadline: Deadline
  readonly #timeouts: Readonly<Timeouts>
  /** Null while nobody has waited for octets of this body. */
  #pace: BodyPace | null = null
  /** Where the octets go; null while no handler has asked for them. */
  #sink: BodySink | null = null
  /** The piece that the reader has told and nobody has been given; null when there is none. */
  #told: BodyChunk | null = null
  /** What came behind the content, once the end was read. */
  #trailers = NO_TRAILERS
  /** No handler may read any more. */
  #closed = true
  /** Octets that may still be read away. */
  #drainableBytes = 0
  /** Who waits until the body is read away; null while it is not. */
  #settleDrain: ((drained: boolean) => void) | null = null

  constructor(intake: OctetIntake, deadline: Deadline, timeouts: Readonly<Timeouts>) {
    this.#intake = intake
    this.#deadline = deadline
    this.#timeouts = timeouts
  }

  /** A request has begun. */
  begin(): void {
    this.ended = false
    this.endKeepsAlive = true
    this.#closed = false
    this.#sink = null
    this.#told = null
    this.#pace = null
  }

  /** Whether a handler has asked for the body. */
  get used(): boolean {
    return this.#sink !== null
  }

  /** Decoded octets of the body; of none when there is no request, or another reader has had them. */
  get rfile(): RequestBody {
    const sink = this.#sink
    if (sink instanceof RequestBody) return sink
    const body = sink instanceof UnstreamedBody ? sink.streamed(this) : new RequestBody(this)
    this.#sink = body
    if (this.#closed) body.finish(NO_TRAILERS)
    else if (this.ended) body.finish(this.#trailers)
    return body
  }

  /** Gives all of the body to a reader; false, and nothing is read, when somebody has asked for it or it is over. */
  readTo(reader: BodyReader): boolean {
    if (this.#closed || this.ended || this.used) return false
    this.#sink = new UnstreamedBody(reader)
    this.#pump()
    return true
  }

  pullBody(body: RequestBody): void {
    // While a stream hands over what it holds, it would copy what it is given into one piece with that.
    if (body.readableLength > 0) process.nextTick(pumpLater, this, body)
    else this.pump(body)
  }

  /** Tells the next piece, or the end, to whoever reads. */
  pump(body: RequestBody): void {
    if (body === this.#sink && !this.#closed) this.#pump()
  }

  abandonBody(body: RequestBody): void {
    // What is left unread is for drain() to read away.
    if (body === this.#sink && !this.#closed && this.#intake.isAwaitedBy(this)) this.#stopWaiting()
  }

  /**
   * Reads away what is left of the body. False when there is more than so many octets of it, or no end.
   *
   * @param limitBytes - Decoded octets.
   */
  drain(limitBytes: number): Promise<boolean> | boolean {
    this.#closed = true
    if (this.#intake.isAwaitedBy(this)) this.#stopWaiting()
    this.#sink?.destroy()
    this.#sink = null
    this.#trailers = NO_TRAILERS
    this.#drainableBytes = limitBytes
    const outcome = this.#readAway()
    if (outcome !== null) return outcome
    this.#wait()
    return new Promise((resolve) => {
      this.#settleDrain = resolve
    })
  }

  octetsCame(bytes: number): void {
    this.#deadline.stop()
    if (this.#pace?.keepsUp(bytes) === false) return this.#late('the body arrives too slowly')
    if (this.#settleDrain !== null) return this.#drainOn()
    if (this.#sink !== null) this.#pump()
  }

  gaveUp(error: RequestError | null): void {
    this.#deadline.stop()
    if (this.#settleDrain !== null) this.#tellDrained(false)
    else this.#sink?.destroy(error ?? peerGone())
  }

  /** The time for more of the body is over. */
  timeIsUp(): void {
    if (!this.#intake.isAwaitedBy(this)) return
    this.#intake.endWait()
    this.#late('the rest of the body did not come')
  }

  /** The connection is gone. A body that has come whole may still be read. */
  peerIsGone(why: () => RequestError): void {
    if (!this.ended) this.#sink?.destroy(why())
  }

  #late(message: string): void {
    this.#intake.faulted = true
    this.gaveUp(new RequestError('BODY_TIMEOUT', message, 408))
  }

  #pump(): void {
    try {
      do this.#pumpPiece()
      while (this.#wantsAll && !this.ended && !this.#intake.isAwaitedBy(this))
    } catch (error) {
      // Also what a listener of the body has thrown: whoever else reads must not wait for what it has lost.
      this.#intake.faulted = true
      this.#sink?.destroy(error as Error)
    }
  }

  get #wantsAll(): boolean {
    return this.#sink !== null && this.#sink.takesAll && !this.#sink.destroyed
  }

  #pumpPiece(): void {
    const event = this.#next()
    if (event === NEED_DATA) this.#wait()
    else if (isChunk(event) && event.octets.length < JOIN_BYTES) this.#giveJoined(event.octets)
    else this.#tell(event)
  }

  /** Gives a small piece and those behind it that are here already. */
  #giveJoined(first: Buffer): void {
    const pieces = [first]
    let bytes = first.length
    let event = this.#nextOrLater()
    // What does not fit is told apart, and when it is asked for: a stream copies all it holds into one piece.
    while (isChunk(event) && bytes + event.octets.length <= JOIN_BYTES) {
      pieces.push(event.octets)
      bytes += event.octets.length
      event = this.#nextOrLater()
    }
    this.#sink?.give(joined(pieces))
    if (isChunk(event)) this.#told = event
    else if (event !== NEED_DATA) this.#tell(event)
  }

  #next(): RequestEvent | typeof NEED_DATA | null {
    const told = this.#told
    this.#told = null
    return told ?? this.#intake.next()
  }

  /** The next event. A fault waits until it is asked for again: the octets in front of it come first. */
  #nextOrLater(): RequestEvent | typeof NEED_DATA | null {
    try {
      return this.#next()
    } catch {
      return NEED_DATA
    }
  }

  #tell(event: RequestEvent | null): void {
    if (event === null) throw peerGone()
    if (event.kind === 'chunk') return this.#sink?.give(event.octets)
    if (event.kind !== 'end') throw new Error(`the reader told ${event.kind} within a body`)
    this.#noteEnd(event)
    this.#trailers = event.trailers
    this.#sink?.finish(event.trailers)
  }

  #noteEnd(end: MessageEnd): true {
    this.ended = true
    this.endKeepsAlive = end.keepsAlive
    return true
  }

  #drainOn(): void {
    const outcome = this.#readAway()
    if (outcome === null) this.#wait()
    else this.#tellDrained(outcome)
  }

  #tellDrained(drained: boolean): void {
    const settle = this.#settleDrain
    this.#settleDrain = null
    settle?.(drained)
  }

  /** Whether the rest of the body was read away; null when octets are missing. */
  #readAway(): boolean | null {
    if (this.ended) return true
    try {
      for (;;) {
        const event = this.#next()
        if (event === NEED_DATA) return null
        if (event === null) return false
        if (event.kind === 'end') return this.#noteEnd(event)
        if (isChunk(event)) this.#drainableBytes -= event.octets.length
        if (this.#drainableBytes < 0) return false
      }
    } catch {
      return false
    }
  }

  #wait(): void {
    this.#deadline.start('body', this.#timeouts.body_idle_ms)
    this.#pace ??= new BodyPace(this.#timeouts.body_bytes_per_second)
    this.#pace.waitBegins()
    this.#intake.wait(this)
  }

  #stopWaiting(): void {
    this.#intake.endWait()
    this.#deadline.stop()
  }
}

/** What is said of a peer that left before all was said. */
export function peerGone(): RequestError {
  return new RequestError('PEER_GONE', 'the peer is gone', 0)
}

function pumpLater(intake: BodyIntake, body: RequestBody): void {
  // Whoever read may have left meanwhile; then nobody waits for more.
  if (!body.destroyed) intake.pump(body)
}

function isChunk(event: RequestEvent | typeof NEED_DATA | null): event is BodyChunk {
  return event !== NEED_DATA && event !== null && event.kind === 'chunk'
}
