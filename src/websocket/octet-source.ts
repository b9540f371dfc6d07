/**
 * The receiving side of a stream as chunks one asks for. What nobody asks for is not read: the stream is paused, and the
 * peer feels it. Octets are not looked at here.
 */
import type { Duplex } from 'node:stream'

/** Is given the next chunk, or null when there will be none. */
export type OctetTaker = (octets: Buffer | null) => void

export class OctetSource {
  readonly #stream: Duplex
  /** Chunks that came while nobody waited; the stream is paused while there are any. */
  #unread: Buffer[]
  /** No chunk will come any more: the peer shut its side, or the stream is gone. */
  #ended: boolean
  #waiting: OctetTaker | null = null

  /** @param head - Octets that were taken off the stream before; they come first. */
  constructor(stream: Duplex, head: Buffer) {
    this.#stream = stream
    this.#unread = head.length === 0 ? [] : [head]
    this.#ended = stream.destroyed || stream.readableEnded
    stream.on('data', (octets: Buffer) => this.#came(octets))
    stream.on('end', () => this.end())
    stream.pause()
  }

  /** Whether somebody waits for a chunk. */
  get awaited(): boolean {
    return this.#waiting !== null
  }

  /**
   * The next chunk; null when there will be none. One call at a time.
   *
   * @param came - Called with it when it is not here, in which case this gives undefined.
   */
  read(came: OctetTaker): Buffer | null | undefined {
    const next = this.#unread.shift()
    if (next !== undefined) return next
    if (this.#ended) return null
    this.#waiting = came
    this.#stream.resume()
    return undefined
  }

  /** No chunk will come any more; whoever waits is told. */
  end(): void {
    this.#ended = true
    if (this.#waiting !== null) this.#give(null)
  }

  #came(octets: Buffer): void {
    if (this.#waiting !== null) return this.#give(octets)
    this.#unread.push(octets)
    this.#stream.pause()
  }

  #give(octets: Buffer | null): void {
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.(octets)
  }
}
