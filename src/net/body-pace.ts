/**
 * Whether a body arrives fast enough. Only the time somebody waited for it counts, so a handler that takes its time is
 * not held against the peer.
 */
import { performance } from 'node:perf_hooks'

/** A slow start is nobody's fault: the average is judged after this much waiting. */
const GRACE_MS = 10_000

export class BodyPace {
  readonly #bytesPerSecond: number
  #bytes = 0
  #waitedMs = 0
  #waitingSince = 0

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond
  }

  waitBegins(): void {
    this.#waitingSince = performance.now()
  }

  /** Takes note of octets that ended a wait; false when the average is too low. */
  keepsUp(bytes: number): boolean {
    const now = performance.now()
    this.#bytes += bytes
    this.#waitedMs += now - this.#waitingSince
    this.#waitingSince = now
    return this.#waitedMs < GRACE_MS || this.#bytes * 1_000 >= this.#bytesPerSecond * this.#waitedMs
  }
}
