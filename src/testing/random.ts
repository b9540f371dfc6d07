/**
 * Chance that can be had again: the same seed gives the same numbers, on every machine. Not for secrets.
 */
import { Buffer } from 'node:buffer'

/** Seeds are whole numbers below this. */
const SEEDS = 2 ** 32

/** A seed nobody has chosen. */
export function freshSeed(): number {
  return Math.floor(Math.random() * SEEDS)
}

export class Random {
  #state: number

  /** @param place - Tells sequences of one seed apart, such as those of the first and the second response. */
  constructor(seed: number, place = 0) {
    this.#state = Math.imul(seed ^ Math.imul(place + 1, 0x9e3779b1), 0x85ebca6b) >>> 0
  }

  /** A whole number from 0 up to, and without, the bound. */
  below(bound: number): number {
    return Math.floor((this.#next() / SEEDS) * bound)
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T
  }

  /** Printable and other octets in equal shares. */
  octets(length: number): Buffer {
    const drawn = Buffer.alloc(length)
    for (let place = 0; place < length; place += 1)
      drawn[place] = this.below(2) === 0 ? this.below(256) : 33 + this.below(94)
    return drawn
  }

  /** mulberry32: 32 bits of state, passes the usual tests of chance, no more than that. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}
