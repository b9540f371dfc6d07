/**
 * Counts the octets of a chunked body that are framing and not content: sizes, extensions, line ends, leading zeros.
 * llhttp limits none of them and shows none, so they are what lies between the end of one piece of content and the
 * start of the next (CVE-2024-22019, CVE-2023-39326).
 */

/** Framing that each chunk may have for nothing: a size, a short extension and three line ends. */
const FREE_OCTETS_PER_CHUNK = 32

export class ChunkOverhead {
  /** Position in the stream behind the last piece of content, or behind the head. */
  #contentEnd = 0
  /** Octets beyond the free ones that may still come. */
  #left = Infinity

  begin(position: number, limit: number): void {
    this.#contentEnd = position
    this.#left = limit
  }

  /** Position of the first octet beyond the limit when there was nothing but framing up to `position`; -1 when within. */
  excess(position: number): number {
    const beyond = this.#contentEnd + FREE_OCTETS_PER_CHUNK + this.#left
    return position > beyond ? beyond : -1
  }

  /** Content from `begin` to `end` has arrived. It ends a stretch of framing, unless it continues the last piece. */
  addContent(begin: number, end: number): void {
    this.#left -= Math.max(0, begin - this.#contentEnd - FREE_OCTETS_PER_CHUNK)
    this.#contentEnd = end
  }
}
