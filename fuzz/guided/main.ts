/**
 * The fuzzer as a program; scripts/fuzz-guided.mjs instruments the library and starts it. One thread runs the loop, the
 * main thread watches it: an input that runs for too long is a finding, and ends the run.
 */
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { BrokenClaim } from './target.js'
import { Findings } from './findings.js'
import { type Job, work } from './work.js'
import { Watch } from './watch.js'

/** How long one input may run, its shrinking aside. */
const HANG_MS = 20_000
const LONGEST_INPUT_BYTES = 65_536

export interface Orders extends Omit<Job, 'watch'> {
  readonly memory: SharedArrayBuffer
}

/** Runs the job in another thread. Resolves with the exit code: 0 when nothing was found. */
export function runGuided(job: Omit<Job, 'watch'>): Promise<number> {
  const watch = Watch.forInputsUpTo(LONGEST_INPUT_BYTES)
  const worker = new Worker(new URL(import.meta.url), { workerData: { ...job, memory: watch.memory } })
  const stop = (): void => watch.stop()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  let [started, since] = [-1, 0]
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      if (watch.started !== started) [started, since] = [watch.started, performance.now()]
      if (watch.started === 0 || performance.now() - since < HANG_MS) return
      new Findings(job.findingsFolder).write(watch.input, new BrokenClaim('an input never ends'))
      console.error(`fuzz: an input never ends; see ${job.findingsFolder}`)
      void worker.terminate().then(() => resolve(1))
    }, 500)
    worker.once('error', reject)
    worker.once('exit', (code) => {
      clearInterval(timer)
      resolve(code)
    })
  })
}

if (!isMainThread) {
  const { memory, ...job } = workerData as Orders
  // The loop listens for what nobody has caught, so that nothing else would end the run with a failure.
  process.exitCode = await work({ ...job, watch: new Watch(memory) }).catch((error: unknown) => {
    console.error('fuzz:', error)
    return 1
  })
}
