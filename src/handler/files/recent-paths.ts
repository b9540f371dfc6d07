/**
 * Which files were served a moment ago. The kernel still has their names and octets in memory, so that opening and reading
 * them again directly takes a few microseconds, while a round trip through Node's thread pool costs ten times that. What
 * wasn't served lately may keep a disk busy and goes through the pool; so does everything for a while when direct
 * calls have been slow in spite of it (a network file system, a machine short of memory).
 */

/** Pages that were read this recently are still in the kernel's cache, unless memory is very short. */
const RECENT_MS = 10_000
/** Paths remembered; with more, it starts anew. */
const MAX_PATHS = 1_024
/** Direct calls that take longer on the average wait for something. A single one may have lost the processor meanwhile. */
const SLOW_AVERAGE_MS = 10
/** Weight of the newest call in the average. */
const NEWEST = 1 / 16
/** How long the thread pool does everything after that. */
const DISTRUST_MS = 60_000

export class RecentPaths {
  /** Path → when it was last served, in milliseconds of a monotonic clock. */
  readonly #served = new Map<string, number>()
  /** Running average of what direct calls took. */
  #averageMs = 0
  #distrustUntil = -Infinity

  /** Whether a direct call will most likely be answered from memory. @param now - Milliseconds of a monotonic clock. */
  has(path: string, now: number): boolean {
    const served = this.#served.get(path)
    return served !== undefined && now - served < RECENT_MS && now >= this.#distrustUntil
  }

  add(path: string, now: number): void {
    if (this.#served.size >= MAX_PATHS) this.#served.clear()
    this.#served.set(path, now)
  }

  /** Tells how long a direct call took, in milliseconds, and when it was over. */
  judge(took: number, now: number): void {
    this.#averageMs += (took - this.#averageMs) * NEWEST
    if (this.#averageMs <= SLOW_AVERAGE_MS) return
    this.#averageMs = 0
    this.#distrustUntil = now + DISTRUST_MS
  }
}
