/**
 * Who waits until the stream has taken all that was written. One that gives up is forgotten, and its signal's listener with
 * it; what was written stays where it is. When all was taken is not known here.
 */

interface Waiter {
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

export class FlushWaiters {
  #waiters: Waiter[] = []
  readonly #allGaveUp: () => void

  /** @param allGaveUp - Called when the last one has given up: nobody waits any more. */
  constructor(allGaveUp: () => void) {
    this.#allGaveUp = allGaveUp
  }

  get any(): boolean {
    return this.#waiters.length > 0
  }

  /** @param signal - Gives the wait up: it rejects with the signal's reason. */
  wait(signal: AbortSignal | undefined): Promise<void> {
    const taken = new Promise<void>((resolve, reject) => {
      this.#waiters.push(signal === undefined ? { resolve, reject } : this.#abortable({ resolve, reject }, signal))
    })
    // Who does not wait for it must not be ended by it.
    taken.catch(ignore)
    return taken
  }

  /** All was taken. */
  tellTaken(): void {
    for (const waiter of this.#waiters.splice(0)) waiter.resolve()
  }

  /** Nothing more will be taken. */
  fail(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error)
  }

  #abortable({ resolve, reject }: Waiter, signal: AbortSignal): Waiter {
    const giveUp = (): void => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter)
      reject(signal.reason)
      if (!this.any) this.#allGaveUp()
    }
    const leave = (): void => signal.removeEventListener('abort', giveUp)
    const waiter: Waiter = {
      resolve: () => (leave(), resolve()),
      reject: (error) => (leave(), reject(error)),
    }
    signal.addEventListener('abort', giveUp, { once: true })
    return waiter
  }
}

function ignore(): void {}
