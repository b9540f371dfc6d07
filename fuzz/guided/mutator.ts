/**
 * Makes new inputs of old ones: octets changed, removed, doubled and put in, words of a dictionary, numbers moved to where
 * lengths break, and two inputs joined. All chance comes from one generator, so that a seed gives the same inputs again.
 */
import type { Random } from '../../src/testing/random.js'

/** What lengths and counts are tried at, as text and as octets. */
const NUMBERS = [0, 1, 2, 7, 8, 9, 15, 16, 31, 32, 64, 65, 125, 126, 127, 128, 255, 256, 1000, 4096, 65_535, 65_536]
const LARGE_TEXTS = ['4294967295', '4294967296', '9007199254740993', '18446744073709551616', '-1', '0x10', '007', '1e3']

type Change = (input: Buffer) => Buffer

export class Mutator {
  readonly #random: Random
  readonly #dictionary: readonly Buffer[]
  readonly #maxBytes: number
  readonly #changes: readonly Change[]

  constructor(random: Random, dictionary: readonly Buffer[], maxBytes: number) {
    this.#random = random
    this.#dictionary = dictionary
    this.#maxBytes = maxBytes
    const word: Change = (input) => this.#insert(input, this.#random.pick(this.#dictionary))
    const overWord: Change = (input) => this.#overwrite(input, this.#random.pick(this.#dictionary))
    this.#changes = [
      word,
      word,
      word,
      overWord,
      (input) => this.#changeOctet(input),
      (input) => this.#changeOctet(input),
      (input) => this.#remove(input),
      (input) => this.#remove(input),
      (input) => this.#repeat(input),
      (input) => this.#move(input),
      (input) => this.#changeNumber(input),
      (input) => this.#changeNumber(input),
      (input) => this.#changeInteger(input),
      (input) => this.#insert(input, this.#random.octets(1 + this.#random.below(4))),
      (input) => input.subarray(0, 1 + this.#random.below(input.length)),
      (input) => this.#changeSettings(input),
    ]
  }

  /** @param other - Another input, for joins. */
  mutate(parent: Buffer, other: Buffer): Buffer {
    let input = this.#random.below(6) === 0 ? this.#join(parent, other) : parent
    const changes = 1 << this.#random.below(4)
    for (let change = 0; change < changes; change += 1) {
      if (input.length === 0) input = Buffer.from('@')
      input = this.#random.pick(this.#changes)(input)
    }
    // A copy: subarrays of subarrays would keep their ancestors in memory.
    return Buffer.from(input.subarray(0, this.#maxBytes))
  }

  #join(first: Buffer, second: Buffer): Buffer {
    if (this.#random.below(2) === 0) return Buffer.concat([first, second.subarray(1)])
    return Buffer.concat([first.subarray(0, this.#place(first)), second.subarray(this.#place(second))])
  }

  /** Any place, or one behind a line end, where messages and fields begin. */
  #place(input: Buffer): number {
    const place = this.#random.below(input.length + 1)
    if (this.#random.below(2) === 0) return place
    const lineEnd = input.indexOf('\r\n', place)
    return lineEnd < 0 ? place : lineEnd + 2
  }

  #insert(input: Buffer, octets: Buffer): Buffer {
    const place = this.#place(input)
    return Buffer.concat([input.subarray(0, place), octets, input.subarray(place)])
  }

  #overwrite(input: Buffer, octets: Buffer): Buffer {
    const place = this.#place(input)
    return Buffer.concat([input.subarray(0, place), octets, input.subarray(place + octets.length)])
  }

  #changeOctet(input: Buffer): Buffer {
    const changed = Buffer.from(input)
    const place = this.#random.below(input.length)
    const octet = changed[place] as number
    const ways = [octet ^ (1 << this.#random.below(8)), octet + 1, octet - 1, this.#random.below(256), 0, 0xff]
    changed[place] = this.#random.pick(ways) & 0xff
    return changed
  }

  #changeSettings(input: Buffer): Buffer {
    const changed = Buffer.from(input)
    changed[0] = 0x40 + this.#random.below(64)
    return changed
  }

  #range(input: Buffer): [from: number, to: number] {
    const from = this.#place(input)
    const longest = this.#random.below(3) === 0 ? input.length : 8
    return [from, Math.min(input.length, from + 1 + this.#random.below(longest))]
  }

  #remove(input: Buffer): Buffer {
    const [from, to] = this.#range(input)
    return Buffer.concat([input.subarray(0, from), input.subarray(to)])
  }

  #repeat(input: Buffer): Buffer {
    const [from, to] = this.#range(input)
    const times = 1 << this.#random.below(this.#random.below(8) === 0 ? 8 : 3)
    const copies = Array.from({ length: times }, () => input.subarray(from, to))
    return Buffer.concat([input.subarray(0, to), ...copies, input.subarray(to)])
  }

  #move(input: Buffer): Buffer {
    const [from, to] = this.#range(input)
    const rest = Buffer.concat([input.subarray(0, from), input.subarray(to)])
    return this.#insert(rest, input.subarray(from, to))
  }

  /** Finds a number in digits, decimal or hexadecimal, and writes another in its place. */
  #changeNumber(input: Buffer): Buffer {
    const text = input.toString('latin1')
    const digits = /[0-9]+/g
    digits.lastIndex = this.#random.below(input.length)
    const found = digits.exec(text)
    if (found === null) return this.#changeInteger(input)
    const replacement = this.#numberText(Number(found[0]))
    return Buffer.from(text.slice(0, found.index) + replacement + text.slice(digits.lastIndex), 'latin1')
  }

  #numberText(number: number): string {
    const choices = [number + 1, number - 1, number * 2, this.#random.pick(NUMBERS), this.#random.pick(NUMBERS)]
    if (this.#random.below(5) === 0) return this.#random.pick(LARGE_TEXTS)
    const chosen = this.#random.pick(choices)
    return this.#random.below(4) === 0 ? chosen.toString(16) : String(chosen)
  }

  /** Writes a number as 1, 2, 4 or 8 octets over what is there. */
  #changeInteger(input: Buffer): Buffer {
    const width = 1 << this.#random.below(4)
    const octets = Buffer.alloc(8)
    octets.writeBigUInt64BE(BigInt(this.#random.pick(NUMBERS)) << BigInt(this.#random.pick([0, 0, 0, 8, 16])))
    return this.#overwrite(input, octets.subarray(8 - width))
  }
}
