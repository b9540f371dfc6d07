/**
 * One timer for the many deadlines of a connection: at any moment at most one phase is being waited for. Starting and
 * ending a phase is two assignments; the timer itself is armed again only when it fires early or far too late.
 */
import { performance } from 'node:perf_hooks'

export type Phase = 'none' | 'head' | 'body' | 'idle' | 'linger' | 'write'

/** Longest delay `setTimeout` can express. */
const LONGEST_DELAY_MS = 2_147_483_647

export class Deadline {
  /** What is being waited for; `none` while it is our own turn. */
  phase: Phase = 'none'
  /** When the phase is over, on the monotonic clock; Infinity when nothing limits it. */
  #endsAt = Infinity
  /** When the timer will fire; Infinity when it is not running. */
  #firesAt = Infinity
  #timer: NodeJS.Timeout | undefined
  readonly #onExpired: (phase: Phase) => void

  constructor(onExpired: (phase: Phase) => void) {
    this.#onExpired = onExpired
  }

  start(phase: Phase, lengthMs: number): void {
    this.phase = phase
    if (lengthMs === Infinity) {
      this.#endsAt = Infinity
      return
    }
    this.#endsAt = performance.now() + lengthMs
    if (this.#endsAt < this.#firesAt) this.#arm(lengthMs)
  }

  /** Ends the phase. The timer keeps running: the next phase most often finds it early enough. */
  stop(): void {
    this.phase = 'none'
    this.#endsAt = Infinity
  }

  /** Ends the phase and the timer, for good. */
  dispose(): void {
    this.stop()
    clearTimeout(this.#timer)
    this.#firesAt = Infinity
  }

  #arm(lengthMs: number): void {
    clearTimeout(this.#timer)
    const delay = Math.min(Math.max(lengthMs, 1), LONGEST_DELAY_MS)
    this.#firesAt = performance.now() + delay
    this.#timer = setTimeout(() => this.#fire(), delay)
    // A connection keeps the process alive by its socket, not by its timer.
    this.#timer.unref()
  }

  #fire(): void {
    this.#firesAt = Infinity
    if (this.#endsAt === Infinity) return
    const leftMs = this.#endsAt - performance.now()
    // Timers may fire a fraction of a millisecond early.
    if (leftMs > 1) return this.#arm(leftMs)
    const { phase } = this
    this.stop()
    this.#onExpired(phase)
  }
}
