/**
 * Octets of a stream that were received and not yet parsed, and where in the stream they stand. Chunks are kept as they
 * came, without copying; only ones that are longer than the parser takes at once are cut.
 */
import { Buffer } from 'node:buffer'
import { joined } from '../octets.js'

const NO_OCTETS = Buffer.alloc(0)

export class OctetQueue {
  /** The chunk being parsed. */
  chunk: Buffer = NO_OCTETS
  /** Offset in {@link chunk} of the next octet to parse. */
  at = 0
  /** Position in the stream of the chunk's first octet. */
  chunkStart = 0
  /** Octets received in all: the position in the stream of the next octet to arrive. */
  received = 0
  /** The chunk behind the current one, never empty; most often there is no other. */
  #next: Buffer | null = null
  /** Chunks behind that one, oldest first; none is empty. */
  #later: Buffer[] | null = null
  readonly #longest: number

  constructor(longest: number) {
    this.#longest = longest
  }

  push(octets: Buffer): void {
    this.received += octets.length
    if (octets.length === 0) return
    if (octets.length <= this.#longest) return this.#append(octets)
    for (let from = 0; from < octets.length; from += this.#longest) {
      this.#append(octets.subarray(from, from + this.#longest))
    }
  }

  /** Position in the stream of the next octet to parse. */
  get position(): number {
    return this.chunkStart + this.at
  }

  /** Whether the current chunk is parsed to its end. */
  get exhausted(): boolean {
    return this.at === this.chunk.length
  }

  /** Turns to the next chunk; false, and to none, when none has arrived. The current one must be exhausted. */
  advance(): boolean {
    const next = this.#next
    this.chunkStart += this.chunk.length
    this.chunk = next ?? NO_OCTETS
    this.at = 0
    if (next === null) return false
    this.#next = this.#later?.shift() ?? null
    return true
  }

  /** Everything from this position in the stream on, which must not lie before the current chunk. Empties the queue. */
  takeFrom(position: number): Buffer {
    const later = this.#next === null ? [] : [this.#next, ...(this.#later ?? [])]
    const rest = [this.chunk.subarray(position - this.chunkStart), ...later]
    this.clear()
    return joined(rest)
  }

  /** Goes on, empty, at another position of a stream. */
  restart(position: number): void {
    this.received = position
    this.clear()
  }

  /** Forgets all octets, as if they had been parsed. */
  clear(): void {
    this.chunk = NO_OCTETS
    this.at = 0
    this.chunkStart = this.received
    this.#next = null
    this.#later = null
  }

  #append(octets: Buffer): void {
    if (this.#next === null) this.#next = octets
    else (this.#later ??= []).push(octets)
  }
}
