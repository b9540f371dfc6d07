/**
 * Request readers at rest. Between two requests nothing is left in a reader but what it is made of, and most connections of
 * a busy server are between two requests: a reader serves whichever connection has octets next.
 *
 *   octets come ─► lend ─► the connection's own until a message has ended and all octets are parsed ─► takeBack
 *
 * Whatever is told of one connection is forgotten before the next: a reader that has met a fault, holds octets, or has been
 * told of an end is never at rest, and comes to nobody else.
 */
import type { Limits } from '../http/limits.js'
import { RequestReader } from '../http/llhttp/request-reader.js'

/** Readers kept for later: about as many connections have octets at the same time. */
const MOST_RESTING = 64

export class ReaderPool {
  readonly #limits: Readonly<Limits>
  readonly #resting: RequestReader[] = []

  constructor(limits: Readonly<Limits>) {
    this.#limits = limits
  }

  /**
   * A reader for a connection whose next octet has this position in its stream.
   *
   * @param requireHost - As in the reader's options.
   */
  lend(position: number, requireHost: boolean): RequestReader {
    const reader = this.#resting.pop() ?? new RequestReader({ limits: this.#limits })
    reader.restart(position)
    reader.requireHost = requireHost
    return reader
  }

  /** Takes a reader that is at rest. */
  takeBack(reader: RequestReader): void {
    if (this.#resting.length < MOST_RESTING) this.#resting.push(reader)
    else reader.release()
  }
}

const pools = new WeakMap<Readonly<Limits>, ReaderPool>()

/** The readers that keep these limits. */
export function readersFor(limits: Readonly<Limits>): ReaderPool {
  let pool = pools.get(limits)
  if (pool === undefined) pools.set(limits, (pool = new ReaderPool(limits)))
  return pool
}
