/** Fairness among connections: one that pipelines may answer so many requests, or so long, before others get their turn. */
import { performance } from 'node:perf_hooks'

const REQUESTS_PER_TURN = 64
const TURN_MS = 10

/** Behind these requests of a turn its time is looked at: often for slow ones, seldom for quick ones. Zero is one, too. */
function isPowerOfTwo(requests: number): boolean {
  return (requests & (requests - 1)) === 0
}

export class Turn {
  #requests = 0
  #endsAt = 0

  /** Whether others are due before one more request is answered without waiting for it; a new turn begins then. */
  isOver(): boolean {
    const now = isPowerOfTwo(this.#requests) ? performance.now() : 0
    if (this.#requests === 0) this.#endsAt = now + TURN_MS
    this.#requests += 1
    if (this.#requests < REQUESTS_PER_TURN && now < this.#endsAt) return false
    this.#requests = 0
    return true
  }

  /** The connection has waited, and others have had theirs. */
  begin(): void {
    this.#requests = 0
  }
}
