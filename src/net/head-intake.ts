/**
 * Request heads, one at a time: told at once when they are here, waited for when they are not, under the deadlines of an
 * unfinished head and of an idle connection, and given up when the server shuts down. What follows a head is not its
 * business.
 */
import { performance } from 'node:perf_hooks'
import type { RequestTaker } from '../handler/connection.js'
import { RequestError } from '../http/errors.js'
import { NEED_DATA, type RequestHead } from '../http/events.js'
import type { Deadline } from './deadline.js'
import type { OctetIntake, Waiter } from './octet-intake.js'
import type { Timeouts } from './timeouts.js'

/** A connection not older than this has its first request still on its way: shutting down waits for it so long. */
const YOUNG_MS = 1_000

/** While nobody has waited yet. */
export const NOBODY: RequestTaker = { requestCame: ignore, requestFailed: ignore }

export interface HeadsOwner {
  /** Hears of each head before anybody else does, and may refuse it by throwing. */
  headCame(head: RequestHead): void
}

export class HeadIntake implements Waiter {
  readonly #intake: OctetIntake
  readonly #deadline: Deadline
  readonly #timeouts: Readonly<Timeouts>
  readonly #owner: HeadsOwner
  readonly #bornAt = performance.now()
  /** Whether any head was told. */
  #served = false
  /** No further request is wanted. */
  #winding = false
  #taker: RequestTaker = NOBODY

  constructor(intake: OctetIntake, deadline: Deadline, timeouts: Readonly<Timeouts>, owner: HeadsOwner) {
    this.#intake = intake
    this.#deadline = deadline
    this.#timeouts = timeouts
    this.#owner = owner
    deadline.start('head', timeouts.head_ms)
  }

  /** The next head, as far as it is here; null when there is never another one. @throws RequestError as the reader. */
  read(): RequestHead | null | typeof NEED_DATA {
    const event = this.#intake.next()
    if (event === NEED_DATA) return NEED_DATA
    // The client asked to close and the handler insists on going on: whatever comes is dropped.
    if (event === null) return this.#intake.peerEnded ? null : NEED_DATA
    this.#served = true
    try {
      if (event.kind !== 'head') throw new Error(`the reader told ${event.kind} between requests`)
      this.#owner.headCame(event)
    } catch (error) {
      this.#intake.faulted = true
      throw error
    }
    return event
  }

  /** Waits for the next head, for null when there will be none, or for a RequestError as {@link read} throws it. */
  wait(taker: RequestTaker): void {
    this.#taker = taker
    this.#waitOn()
    if (this.#winding) this.#endSoon()
  }

  octetsCame(): void {
    let head: ReturnType<typeof this.read>
    try {
      head = this.read()
    } catch (error) {
      this.#deadline.stop()
      return this.#taker.requestFailed(error)
    }
    if (head === NEED_DATA) return this.#waitOn()
    this.#deadline.stop()
    this.#taker.requestCame(head)
  }

  gaveUp(error: RequestError | null): void {
    this.#deadline.stop()
    if (error === null) return this.#taker.requestCame(null)
    this.#intake.faulted = true
    this.#taker.requestFailed(error)
  }

  /** The time for a head, or for idling, is over. */
  timeIsUp(phase: 'head' | 'idle'): void {
    const isLate = phase === 'head' && this.#intake.requestBegun
    this.#end(isLate ? new RequestError('HEAD_TIMEOUT', 'the request head is not complete', 408) : null)
  }

  /** No further request is wanted, but for one that is in the socket already. */
  windDown(): void {
    this.#winding = true
    if (this.#intake.isAwaitedBy(this)) this.#endSoon()
  }

  #waitOn(): void {
    const { phase } = this.#deadline
    if (phase !== 'head') {
      if (this.#intake.requestBegun) this.#deadline.start('head', this.#timeouts.head_ms)
      else if (phase !== 'idle') this.#deadline.start('idle', this.#timeouts.idle_ms)
    }
    this.#intake.wait(this)
  }

  #endSoon(): void {
    const youngMs = this.#served ? 0 : YOUNG_MS - (performance.now() - this.#bornAt)
    if (youngMs > 0) return this.#deadline.shorten(youngMs)
    // Two turns of the loop: one reads what the kernel holds, one lets it be answered.
    setImmediate(() => setImmediate(() => this.#end(null)))
  }

  #end(error: RequestError | null): void {
    if (!this.#intake.isAwaitedBy(this)) return
    this.#intake.endWait()
    this.gaveUp(error)
  }
}

function ignore(): void {}
