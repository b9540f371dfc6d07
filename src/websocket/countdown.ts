/** A length of time that can be started over cheaply. Never keeps the process alive; `Infinity` never elapses. */

/** Longest delay `setTimeout` can express. */
const LONGEST_DELAY_MS = 2_147_483_647

export class Countdown {
  readonly #lengthMs: number
  readonly #onElapsed: () => void
  #timer: NodeJS.Timeout | null = null

  constructor(lengthMs: number, onElapsed: () => void) {
    this.#lengthMs = lengthMs
    this.#onElapsed = onElapsed
  }

  /** Begins the whole length anew, whether or not it is running. */
  restart(): void {
    if (this.#lengthMs === Infinity) return
    if (this.#timer !== null) {
      this.#timer.refresh()
      return
    }
    this.#timer = setTimeout(this.#onElapsed, Math.min(this.#lengthMs, LONGEST_DELAY_MS))
    this.#timer.unref()
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}
