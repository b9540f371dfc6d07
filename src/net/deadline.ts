/**
 * One timer for the many deadlines of a connection. Three things are waited for side by side: what the peer is to send,
 * room for what it is sent, and its handler. Starting and ending a wait is two assignments; the timer itself is armed
 * again only when it fires early or far too late.
 */
import { performance } from 'node:perf_hooks'

/** What the peer is to send; `none` while it is not its turn. */
export type PeerPhase = 'none' | 'head' | 'body' | 'idle' | 'linger'

/** Whose time is up. */
export type Phase = Exclude<PeerPhase, 'none'> | 'write' | 'handler'

function fire(deadline: Deadline): void {
  deadline.fire()
}

/** Longest delay `setTimeout` can express. */
const LONGEST_DELAY_MS = 2_147_483_647

export interface DeadlineOwner {
  /** The time for this is over. */
  expired(phase: Phase): void
}

export class Deadline {
  phase: PeerPhase = 'none'
  /** When each wait is over, on the monotonic clock; Infinity when it has no limit, or nobody waits. */
  #peerEndsAt = Infinity
  #writeEndsAt = Infinity
  #handlerEndsAt = Infinity
  /** When the timer will fire; Infinity when it is not running. */
  #firesAt = Infinity
  #timer: NodeJS.Timeout | undefined
  readonly #owner: DeadlineOwner

  constructor(owner: DeadlineOwner) {
    this.#owner = owner
  }

  /** Waits for the peer, instead of for what was waited for before. */
  start(phase: PeerPhase, lengthMs: number): void {
    this.phase = phase
    this.#peerEndsAt = this.#after(lengthMs)
  }

  /** Ends the wait for the peer. The timer keeps running: the next wait most often finds it early enough. */
  stop(): void {
    this.phase = 'none'
    this.#peerEndsAt = Infinity
  }

  /** Waits no longer for the peer than so many milliseconds from now. */
  shorten(lengthMs: number): void {
    const endsAt = performance.now() + Math.max(lengthMs, 0)
    if (endsAt < this.#peerEndsAt) this.#peerEndsAt = this.#after(Math.max(lengthMs, 0))
  }

  startWrite(lengthMs: number): void {
    this.#writeEndsAt = this.#after(lengthMs)
  }

  stopWrite(): void {
    this.#writeEndsAt = Infinity
  }

  startHandler(lengthMs: number): void {
    this.#handlerEndsAt = this.#after(lengthMs)
  }

  stopHandler(): void {
    this.#handlerEndsAt = Infinity
  }

  /** Ends all waits but the one for the handler: there is no peer any more. */
  endPeer(): void {
    this.stop()
    this.stopWrite()
    if (this.#handlerEndsAt === Infinity) this.#disarm()
  }

  /** Ends all waits and the timer, for good. */
  dispose(): void {
    this.stopHandler()
    this.endPeer()
  }

  #after(lengthMs: number): number {
    if (lengthMs === Infinity) return Infinity
    const endsAt = performance.now() + lengthMs
    if (endsAt < this.#firesAt) this.#arm(lengthMs)
    return endsAt
  }

  #arm(lengthMs: number): void {
    clearTimeout(this.#timer)
    const delay = Math.min(Math.max(lengthMs, 1), LONGEST_DELAY_MS)
    this.#firesAt = performance.now() + delay
    this.#timer = setTimeout(fire, delay, this)
    // A connection keeps the process alive by its socket, not by its timer.
    this.#timer.unref()
  }

  #disarm(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#firesAt = Infinity
  }

  /** The timer has fired. */
  fire(): void {
    this.#firesAt = Infinity
    // Timers may fire a fraction of a millisecond early.
    const due = performance.now() + 1
    if (this.#handlerEndsAt <= due) {
      this.stopHandler()
      this.#owner.expired('handler')
    }
    if (this.#writeEndsAt <= due) {
      this.stopWrite()
      this.#owner.expired('write')
    }
    if (this.#peerEndsAt <= due) this.#expirePeer()
    const endsAt = Math.min(this.#peerEndsAt, this.#writeEndsAt, this.#handlerEndsAt)
    if (endsAt < this.#firesAt) this.#arm(endsAt - performance.now())
  }

  #expirePeer(): void {
    const { phase } = this
    this.stop()
    if (phase !== 'none') this.#owner.expired(phase)
  }
}
