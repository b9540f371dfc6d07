/**
 * What may end one call early: its time is over, or its caller no longer wants it. Both look alike to those who wait, a
 * signal; the error tells them apart.
 */
import { RPCConnectionError } from './errors.js'

/** Longest delay `setTimeout` can express. */
const LONGEST_DELAY_MS = 2_147_483_647

export class CallDeadline {
  readonly #controller = new AbortController()
  readonly #timeoutMs: number
  readonly #caller: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout | undefined

  /** @param timeoutMs - Counted from now; Infinity for no limit. */
  constructor(timeoutMs: number, caller: AbortSignal | undefined) {
    this.#timeoutMs = timeoutMs
    this.#caller = caller
    if (timeoutMs !== Infinity) this.#timer = setTimeout(this.#end, Math.min(timeoutMs, LONGEST_DELAY_MS))
    if (caller?.aborted) this.#end()
    caller?.addEventListener('abort', this.#end)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Why the call ended. */
  get error(): RPCConnectionError {
    if (!this.#caller?.aborted) return new RPCConnectionError('TIMEOUT', `no answer within ${this.#timeoutMs} ms`)
    return new RPCConnectionError('ABORTED', 'the call was aborted', { cause: this.#caller.reason })
  }

  /** What a promise gives, or {@link error} as soon as the call has ended. */
  race<Result>(promise: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(this.error)
      if (this.signal.aborted) abort()
      this.signal.addEventListener('abort', abort)
      promise.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', abort))
    })
  }

  /** The call is over: nothing is waited for any more. */
  dispose(): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#end)
  }

  readonly #end = (): void => this.#controller.abort()
}
