/**
 * Octets on their way to a peer that may be slow: at most one block is with the stream below at any time, the rest waits
 * here. So a stalled peer is told from a slow one by whether blocks are taken, whatever Duplex it is, and frames that wait
 * together leave together. What the octets mean is not known here.
 */
import { nextTick } from 'node:process'
import type { Duplex } from 'node:stream'
import { Countdown } from './countdown.js'
import type { FrameDone, FrameOutput } from './frame-stream.js'

/** Octets handed to the stream below at once. */
const BLOCK_BYTES = 65_536

/** Entries that are gone and still in the queue. */
const FORGET_EVERY = 1_024

interface Waiting {
  readonly octets: Buffer
  readonly done: FrameDone | undefined
}

export class PacedOutput implements FrameOutput {
  readonly #stream: Duplex
  readonly #stall: Countdown
  /** Written and not yet given to the stream, oldest at `#first`; of the oldest, the first `#firstSent` octets are gone. */
  #queue: Waiting[] = []
  #first = 0
  #firstSent = 0
  /** Told when the block that is with the stream was taken; null when none is. */
  #underway: FrameDone[] | null = null
  #corked = false
  #failure: Error | null = null

  /**
   * @param stallMs - How long the peer may take nothing of a block.
   * @param onStall - Told when it did.
   */
  constructor(stream: Duplex, stallMs: number, onStall: () => void) {
    this.#stream = stream
    this.#stall = new Countdown(stallMs, () => {
      if (this.#underway !== null) onStall()
    })
  }

  get destroyed(): boolean {
    return this.#failure !== null
  }

  cork(): void {
    this.#corked = true
  }

  uncork(): void {
    this.#corked = false
    this.#pump()
  }

  write(octets: Buffer, done?: FrameDone): void {
    if (this.#failure !== null) {
      if (done !== undefined) nextTick(done, this.#failure)
      return
    }
    const isNext = this.#underway === null && !this.#corked && this.#first === this.#queue.length
    if (isNext && octets.length <= BLOCK_BYTES) return this.#giveAlone(octets, done)
    this.#queue.push({ octets, done })
    this.#pump()
  }

  /** The stream below is gone: whoever waits is told so, and later writes go nowhere. */
  fail(error: Error): void {
    if (this.#failure !== null) return
    this.#failure = error
    this.#stall.stop()
    const waiting = this.#queue.slice(this.#first)
    this.#queue = []
    this.#first = 0
    for (const done of this.#underway ?? []) done(error)
    this.#underway = null
    for (const { done } of waiting) done?.(error)
  }

  #pump(): void {
    if (this.#corked || this.#underway !== null || this.#first === this.#queue.length) return
    const completed: FrameDone[] = []
    const pieces = this.#takeBlock(completed)
    this.#underway = completed
    this.#give(pieces)
    this.#watch(completed)
  }

  /** What nothing waits in front of needs no place in the queue. */
  #giveAlone(octets: Buffer, done: FrameDone | undefined): void {
    const completed = done === undefined ? [] : [done]
    this.#underway = completed
    this.#stream.write(octets, this.#taken)
    // What is written before the stream says so leaves together.
    if (this.#watch(completed) && this.#first === this.#queue.length) completed.pop()?.()
  }

  /** Waits for the stream to take what it was given. @returns Whether it has already, as it has most often. */
  #watch(completed: FrameDone[]): boolean {
    // A stream in memory may have brought the peer's answer by now: the end of everything, or more to write.
    if (this.#underway !== completed) return false
    const isTaken = this.#stream.writableLength === 0 && this.#stream.writable
    if (!isTaken) this.#stall.restart()
    return isTaken
  }

  #give(pieces: Buffer[]): void {
    const last = pieces.pop()
    const isAlone = pieces.length === 0
    if (!isAlone) this.#stream.cork()
    for (const piece of pieces) this.#stream.write(piece)
    this.#stream.write(last, this.#taken)
    if (!isAlone) this.#stream.uncork()
  }

  /** Pieces of the oldest octets waiting, a block's worth; what is complete with them goes to `completed`. */
  #takeBlock(completed: FrameDone[]): Buffer[] {
    const pieces: Buffer[] = []
    let room = BLOCK_BYTES
    while (room > 0 && this.#first < this.#queue.length) {
      const { octets, done } = this.#queue[this.#first] as Waiting
      const end = Math.min(this.#firstSent + room, octets.length)
      pieces.push(end - this.#firstSent === octets.length ? octets : octets.subarray(this.#firstSent, end))
      room -= end - this.#firstSent
      this.#firstSent = end
      if (end < octets.length) break
      if (done !== undefined) completed.push(done)
      this.#first += 1
      this.#firstSent = 0
    }
    this.#forgetSent()
    return pieces
  }

  /** Drops the entries that are gone, now and then: dropping each at once would move all the others each time. */
  #forgetSent(): void {
    if (this.#first < this.#queue.length && this.#first < FORGET_EVERY) return
    this.#queue = this.#queue.slice(this.#first)
    this.#first = 0
  }

  /** The stream below took, or lost, the block. */
  readonly #taken: FrameDone = (error) => {
    if (this.#failure !== null) return
    if (error) return this.fail(error)
    const completed = this.#underway ?? []
    this.#underway = null
    for (const done of completed) done()
    this.#pump()
  }
}
