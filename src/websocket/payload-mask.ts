/**
 * The mask of a frame's payload (RFC 6455 5.3), taken off in place and piece by piece. Word by word: for long messages
 * this is most of what they cost. Frames are not known here.
 */

export const MASK_BYTES = 4

export class PayloadMask {
  readonly #octets: Uint8Array
  /** Which octet of the mask the next octet of the payload is under. */
  #phase = 0

  /** @param octets - The mask; copied. */
  constructor(octets: Uint8Array) {
    this.#octets = Uint8Array.from(octets)
  }

  /** Takes the mask off the next octets of the payload. */
  takeOff(octets: Uint8Array): void {
    const { buffer, byteOffset, length } = octets
    // Words have to be aligned.
    const before = Math.min(-byteOffset & 3, length)
    const words = (length - before) >> 2
    this.#takeOffOctets(octets, 0, before)
    if (words > 0) this.#takeOffWords(new Uint32Array(buffer, byteOffset + before, words))
    this.#takeOffOctets(octets, before + words * MASK_BYTES, length)
  }

  #takeOffOctets(octets: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      octets[at] = (octets[at] as number) ^ (this.#octets[this.#phase] as number)
      this.#phase = (this.#phase + 1) & 3
    }
  }

  /** Whole words leave the phase as it is. */
  #takeOffWords(words: Uint32Array): void {
    const turned = Uint8Array.from([0, 1, 2, 3], (place) => this.#octets[(this.#phase + place) & 3] as number)
    const mask = new Uint32Array(turned.buffer)[0] as number
    for (let at = 0; at < words.length; at++) words[at] = (words[at] as number) ^ mask
  }
}
