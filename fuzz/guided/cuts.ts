/**
 * In which pieces an input arrives. The places are drawn from the input's own octets, so that an input alone is enough to
 * run a case again.
 */
import { Random } from '../../src/testing/random.js'

/** Longest input that is also given octet by octet. */
const SINGLE_OCTETS = 250

/** Some ways to cut the octets: at a few places, at many, and, when they are few, everywhere. */
export function waysToCut(octets: Buffer): Buffer[][] {
  const random = new Random(checksum(octets))
  const ways = [cutAt(octets, places(random, octets, 1 + random.below(3))), cutAt(octets, places(random, octets, 12))]
  if (octets.length <= SINGLE_OCTETS) ways.push(Array.from(octets, (octet) => Buffer.from([octet])))
  return ways
}

function places(random: Random, octets: Buffer, count: number): number[] {
  return Array.from({ length: count }, () => random.below(octets.length + 1)).toSorted((one, other) => one - other)
}

function cutAt(octets: Buffer, where: readonly number[]): Buffer[] {
  const pieces = [...where, octets.length].map((end, index) => octets.subarray(where[index - 1] ?? 0, end))
  return pieces.filter((piece) => piece.length > 0)
}

/** FNV-1a. */
function checksum(octets: Buffer): number {
  let sum = 0x811c9dc5
  for (const octet of octets) sum = Math.imul(sum ^ octet, 0x01000193)
  return sum >>> 0
}
