/**
 * One run of the loop on one target: reads the corpus, loops until the time is over, keeps the smallest corpus and reports.
 * What the library leaves behind is looked at on the way: rejections nobody heard of, and memory that does not come back.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Random } from '../../src/testing/random.js'
import { readInputs, writeInputs } from './corpus.js'
import { Coverage } from './coverage.js'
import { Findings } from './findings.js'
import { FuzzLoop } from './loop.js'
import { BrokenClaim, type Target } from './target.js'
import { loadTarget } from './targets/load.js'
import type { Watch } from './watch.js'

const REPORT_MS = 60_000
/** Growth of the heap that is no longer put down to the corpus and to code that V8 compiles. */
const GROWTH_BYTES = 64 * 1024 * 1024

export interface Job {
  readonly targetName: string
  readonly seconds: number
  readonly seed: number
  readonly corpusFolder: string
  readonly findingsFolder: string
  readonly watch: Watch
}

/** Gives the exit code: 0 when nothing was found. */
export async function work(job: Job): Promise<number> {
  const target = await loadTarget(job.targetName)
  const findings = new Findings(job.findingsFolder)
  const coverage = new Coverage()
  const strays = hearStrays()
  const heap = new Heap()
  const began = performance.now()
  let reported = began
  const loop = new FuzzLoop({
    target,
    coverage,
    findings,
    random: new Random(job.seed),
    begins: (input) => job.watch.begins(input),
    over: () => job.watch.stopped || performance.now() - began > job.seconds * 1000,
    breathe: async (running) => {
      await new Promise(setImmediate)
      for (const stray of strays.splice(0)) if (!findings.isKnown(stray)) findings.write(job.watch.input, stray)
      if (performance.now() - reported < REPORT_MS) return
      reported = performance.now()
      console.error(`fuzz: ${status(running)}, heap ${heap.look()}`)
    },
  })
  const status = ({ executions, kept }: FuzzLoop): string => {
    const seconds = (performance.now() - began) / 1000
    const { reached, known } = coverage.branches
    const rate = Math.round(executions / seconds)
    return (
      `${target.name}: ${executions} executions in ${Math.round(seconds)} s (${rate}/s), ` +
      `${reached} of ${known} branches, ${kept} inputs kept, ${findings.lines.length} findings`
    )
  }
  await loop.run([...target.seeds, ...readInputs(job.corpusFolder)])
  const cover = await loop.smallestInputs()
  writeInputs(job.corpusFolder, cover)
  console.error(`fuzz: ${status(loop)}, ${cover.length} inputs written, heap ${heap.look()}`)
  const folders = Array.from(coverage.branchesByFolder, ([name, { reached, known }]) => `${name} ${reached}/${known}`)
  console.error(`fuzz: branches by folder: ${folders.join(', ')}`)
  const again_ms = await shortestRun(target, loop.slowest)
  console.error(
    `fuzz: slowest input: ${Math.round(loop.slowest_ms)} ms for ${loop.slowest.length} octets, ` +
      `${again_ms.toFixed(1)} ms when it ran again`,
  )
  if (heap.grew > GROWTH_BYTES) findings.write(Buffer.alloc(0), new BrokenClaim(`memory grows: ${heap.look()}`))
  for (const line of findings.lines) console.error(`fuzz: FOUND ${line}`)
  return findings.lines.length === 0 ? 0 : 1
}

/** A slow run can be the machine's doing; an input that is always slow is a finding for whoever reads the report. */
async function shortestRun(target: Target, input: Buffer): Promise<number> {
  let shortest = Infinity
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const began = performance.now()
    await target.run(input)
    shortest = Math.min(shortest, performance.now() - began)
  }
  return shortest
}

/** Errors that reached nobody; the input that was running is their likely cause. */
function hearStrays(): unknown[] {
  const strays: unknown[] = []
  process.on('unhandledRejection', (error) => strays.push(error))
  process.on('uncaughtException', (error) => strays.push(error))
  return strays
}

class Heap {
  /** Octets above the first look, after a collection. */
  grew = 0
  #first: number | null = null
  readonly #collect: () => void

  constructor() {
    setFlagsFromString('--expose-gc')
    this.#collect = runInNewContext('gc') as () => void
  }

  look(): string {
    this.#collect()
    const { heapUsed, external } = process.memoryUsage()
    this.#first ??= heapUsed + external
    this.grew = heapUsed + external - this.#first
    return `${megabytes(heapUsed + external)}, ${megabytes(this.grew)} above the first look`
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
