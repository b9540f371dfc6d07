/**
 * Memory that the thread with the loop and the one that watches it share: which input is running, and since which one.
 * A loop in the library that never ends stops its thread for good; only another thread can see that and say at what input.
 */

const HEADER_BYTES = 16
const STARTED = 0
const LENGTH = 1
const STOP = 2

export class Watch {
  readonly memory: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #input: Uint8Array

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.#words = new Int32Array(memory, 0, HEADER_BYTES / 4)
    this.#input = new Uint8Array(memory, HEADER_BYTES)
  }

  /** @param maxBytes - Longest input. */
  static forInputsUpTo(maxBytes: number): Watch {
    return new Watch(new SharedArrayBuffer(HEADER_BYTES + maxBytes))
  }

  begins(input: Buffer): void {
    this.#input.set(input.subarray(0, this.#input.length))
    Atomics.store(this.#words, LENGTH, Math.min(input.length, this.#input.length))
    Atomics.add(this.#words, STARTED, 1)
  }

  /** Rises with every input that begins. */
  get started(): number {
    return Atomics.load(this.#words, STARTED)
  }

  get input(): Buffer {
    return Buffer.from(this.#input.slice(0, Atomics.load(this.#words, LENGTH)))
  }

  /** Asks the loop to end. */
  stop(): void {
    Atomics.store(this.#words, STOP, 1)
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, STOP) === 1
  }
}
