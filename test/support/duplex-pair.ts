/**
 * Two streams in memory, joined crosswise: what is written to one is read from the other, in order, with the pieces kept
 * and backpressure. A stand-in for a connected pair of sockets in tests that are not about sockets.
 */
import { Duplex } from 'node:stream'

export interface DuplexPairOptions {
  /** Bytes that one side takes before the other's writes wait. */
  readonly highWaterMark?: number
}

/** Both ends. Destroying one ends the other, as when a process dies: its reader sees the end, its writes fail. */
export function duplexPair(options: DuplexPairOptions = {}): [here: Duplex, there: Duplex] {
  const here = new End(options)
  const there = new End(options)
  here.join(there)
  there.join(here)
  return [here, there]
}

class End extends Duplex {
  #other!: End
  /** Continues the other side's write once what it wrote was read. */
  #taken: ((error?: Error) => void) | null = null
  #gone = false

  constructor({ highWaterMark }: DuplexPairOptions) {
    super({ allowHalfOpen: true, ...(highWaterMark === undefined ? {} : { highWaterMark }) })
  }

  join(other: End): void {
    this.#other = other
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#gone) return callback(otherSideGone())
    // A copy, as a network would make: readers may change what they got.
    if (this.#other.push(Buffer.from(chunk))) callback()
    else this.#other.#taken = callback
  }

  override _read(): void {
    this.#release()
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (!this.#other.destroyed) this.#other.push(null)
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#other.#lost()
    this.#release(otherSideGone())
    callback(error)
  }

  #release(error?: Error): void {
    const taken = this.#taken
    this.#taken = null
    taken?.(error)
  }

  #lost(): void {
    this.#gone = true
    if (!this.destroyed && !this.readableEnded) this.push(null)
  }
}

function otherSideGone(): Error {
  return new Error('the other side is gone')
}
