// A body of any length that costs next to nothing to make, the same in every contender and in the load.
import { Readable } from 'node:stream'

/** What such a body repeats; a prime length, so that no shifted piece passes for the right one. */
export const PIECE = Buffer.from(Array.from({ length: 65_521 }, (_, index) => (index * 31 + (index >> 8)) & 0xff))

/** @returns `octets` octets as a Readable. */
export function streamOf(octets) {
  let left = octets
  return new Readable({
    read() {
      const piece = left >= PIECE.length ? PIECE : PIECE.subarray(0, left)
      left -= piece.length
      if (piece.length > 0) this.push(piece)
      if (left === 0) this.push(null)
    },
  })
}

/** The same octets in one Buffer. */
export function bodyOf(octets) {
  return Buffer.alloc(octets, PIECE)
}
