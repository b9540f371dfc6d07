/**
 * The loop: pick an input, change it, run it, and keep it when it did what none before it did. Whatever is kept is also
 * cut into pieces and compared; whatever breaks a claim becomes a finding. Time, chance and coverage are given to it.
 */
import type { Random } from '../../src/testing/random.js'
import { nameOf, smallestCover } from './corpus.js'
import type { Coverage } from './coverage.js'
import type { Findings } from './findings.js'
import { Mutator } from './mutator.js'
import { Scheduler } from './scheduler.js'
import { shrink } from './shrink.js'
import type { Target } from './target.js'

/** Every so many executions an input is cut into pieces although it is not new. */
const CHECK_EVERY = 8
/** Every so many executions the event loop gets its turn, and files that were loaded meanwhile are taken up. */
const BREATHE_EVERY = 256

/** Runs that taking the needless out of one kept input may take. */
const TRIM_RUNS = 60

export interface LoopOptions {
  readonly target: Target
  readonly coverage: Coverage
  readonly random: Random
  readonly findings: Findings
  /** Told of each input before it runs, so that one that never ends is known. */
  readonly begins: (input: Buffer) => void
  /** Whether the time is over. */
  readonly over: () => boolean
  /** Called now and then. */
  readonly breathe: (loop: FuzzLoop) => Promise<void>
}

export class FuzzLoop {
  executions = 0
  /** Slowest execution, in milliseconds; other programs on the machine count, too. */
  slowest_ms = 0
  slowest: Buffer = Buffer.alloc(0)
  readonly #options: LoopOptions
  readonly #scheduler: Scheduler
  readonly #known = new Set<string>()

  constructor(options: LoopOptions) {
    this.#options = options
    this.#scheduler = new Scheduler(options.random)
  }

  get kept(): number {
    return this.#scheduler.entries.length
  }

  /** The smallest inputs that reach what all of them reach, each with what it does not need for that taken out. */
  async smallestInputs(): Promise<Buffer[]> {
    const covered = new Set<number>()
    const inputs: Buffer[] = []
    for (const { input, features } of smallestCover(this.#scheduler.entries)) {
      const own = features.filter((feature) => !covered.has(feature))
      for (const feature of own) covered.add(feature)
      inputs.push(await shrink(input, TRIM_RUNS, (candidate) => this.#reaches(candidate, own)))
    }
    return inputs
  }

  async #reaches(input: Buffer, wanted: readonly number[]): Promise<boolean> {
    const { target, coverage } = this.#options
    const sound = await this.#holds(() => target.run(input), input)
    const reached = new Set(coverage.take())
    return sound && wanted.every((feature) => reached.has(feature))
  }

  async run(inputs: readonly Buffer[]): Promise<void> {
    const { target, coverage, random, findings } = this.#options
    await this.#warmUp()
    for (const input of inputs) await this.#execute(input)
    if (this.kept === 0) {
      throw new Error(`no input of ${target.name} runs without a finding: ${findings.lines.join('; ')}`)
    }
    const mutator = new Mutator(random, target.dictionary, target.maxBytes)
    while (!this.#options.over()) {
      await this.#execute(mutator.mutate(this.#scheduler.pick().input, this.#scheduler.any().input))
      if (this.executions % BREATHE_EVERY !== 0) continue
      coverage.scan()
      await this.#options.breathe(this)
    }
  }

  /** Loads what is loaded on first use, so that it counts for no input. */
  async #warmUp(): Promise<void> {
    const { target, coverage } = this.#options
    const [first] = target.seeds
    if (first !== undefined) await this.#holds(() => target.run(first), first)
    coverage.scan()
    coverage.take()
  }

  async #execute(input: Buffer): Promise<void> {
    const { target, coverage } = this.#options
    const name = nameOf(input)
    if (this.#known.has(name)) return
    this.executions += 1
    const began = performance.now()
    const sound = await this.#holds(() => target.run(input), input)
    if (sound) this.#noteTime(performance.now() - began, input)
    const features = coverage.take()
    const fresh = coverage.news(features)
    if (sound && fresh.length > 0) {
      this.#known.add(name)
      this.#scheduler.add({ input, features })
    }
    if (!sound || (fresh.length === 0 && this.executions % CHECK_EVERY !== 0)) return
    await this.#holds(() => target.check(input), input)
    coverage.take()
  }

  async #holds(step: () => Promise<void> | void, input: Buffer): Promise<boolean> {
    const { begins, findings, target } = this.#options
    begins(input)
    try {
      await step()
      return true
    } catch (error) {
      if (!findings.isKnown(error)) await findings.add(target, input, error)
      return false
    }
  }

  #noteTime(milliseconds: number, input: Buffer): void {
    if (milliseconds <= this.slowest_ms) return
    this.slowest_ms = milliseconds
    this.slowest = input
  }
}
