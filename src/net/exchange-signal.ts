/**
 * How a handler learns that nobody waits for its answer any more: because the peer is gone, or because its time is over.
 * Each exchange has a signal of its own, made when somebody looks at it. Who decides that it is aborted is not known here.
 */
export class ExchangeSignal {
  #controller: AbortController | null = null
  /** Tells why nobody waits any more; null while somebody does. */
  #why: (() => unknown) | null = null
  /** Tells that the handler has taken too long; null while nobody listens. */
  #tellOverdue: ((reason: unknown) => void) | null = null

  /** An exchange has begun: its handler is waited for. */
  begin(): void {
    this.#controller = null
    this.#why = null
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController()
      if (this.#why !== null) this.#controller.abort(this.#why())
    }
    return this.#controller.signal
  }

  /** Rejects when the handler's time is over; never settles when it is done before. */
  overdue(): Promise<never> {
    return new Promise((_, reject) => {
      this.#tellOverdue = reject
    })
  }

  /** The handler has settled: its time can't be over any more. */
  handlerIsDone(): void {
    this.#tellOverdue = null
  }

  /** The handler's time is over. */
  handlerIsOverdue(): void {
    const reason = new DOMException('the handler took too long', 'TimeoutError')
    this.#tellOverdue?.(reason)
    this.abort(() => reason)
  }

  /** @param why - Makes the reason; asked only when somebody looks at the signal. */
  abort(why: () => unknown): void {
    this.#why ??= why
    this.#controller?.abort(why())
  }
}
