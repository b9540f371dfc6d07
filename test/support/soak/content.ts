/** Octets that both sides of the soak can make from a number, so that every one of them can be checked. */
import { Random } from '../../../src/testing/random.js'

const POOL = new Random(1).octets(1 << 16)

/** As many octets as asked for; different seeds give different octets at most places. */
export function contentOf(seed: number, length: number): Buffer {
  const octets = Buffer.alloc(length)
  const shift = seed % POOL.length
  for (let at = 0; at < length; ) {
    const from = (shift + at) % POOL.length
    at += POOL.copy(octets, at, from, Math.min(POOL.length, from + length - at))
  }
  // The length and the seed are in the octets, too: a piece of another answer never fits.
  return Buffer.concat([Buffer.from(`${seed}/${length}\n`), octets])
}

/** Names and contents of the files that are served. */
export const FILES: readonly (readonly [name: string, content: Buffer])[] = [
  ['empty.txt', Buffer.alloc(0)],
  ['small.txt', Buffer.from('a small file\n')],
  ['medium.bin', contentOf(2, 40_000)],
  ['large.bin', contentOf(3, 700_000)],
]
