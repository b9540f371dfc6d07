/**
 * A script while it is acted out: which step is next, what came, and what was not as it should be. All connections of a
 * server share it; steps are taken in the order in which requests come.
 */
import { unmetBy } from './script-expectation.js'
import type { ReceivedRequest } from './script-request.js'
import { describeStep, type Step } from './script-step.js'
import { Transcript } from './transcript.js'

export class ScriptRun {
  readonly transcript = new Transcript()
  readonly requests: ReceivedRequest[] = []
  readonly #steps: readonly Step[]
  readonly #failures: string[] = []
  /** Number of steps that were taken. */
  #taken = 0

  /** @param steps - Read when they are due: the script may still grow. */
  constructor(steps: readonly Step[]) {
    this.#steps = steps
  }

  /** The step for a connection that was just made; null when the next one is for a request. */
  takeConnectionStep(): Step | null {
    return this.#steps[this.#taken]?.kind === 'refuse' ? this.takeRequestStep() : null
  }

  /** The step for a request whose head is here; null beyond the end of the script. */
  takeRequestStep(): Step | null {
    const step = this.#steps[this.#taken]
    if (step === undefined) return null
    this.#taken += 1
    return step
  }

  /** Notes a whole request, and holds it against its step. */
  heed(request: ReceivedRequest, step: Step | null): void {
    this.requests.push(request)
    const subject = `request ${request.number} (${request.method} ${request.target})`
    if (step === null) this.fail(`${subject} came after the end of the script`)
    else for (const failure of unmetBy(request, step.expect ?? {})) this.fail(`${subject}: ${failure}`)
  }

  /** Notes what no step foresees. */
  fail(failure: string): void {
    this.#failures.push(failure)
  }

  /** All that was not as it should be, up to now. */
  failures(): string[] {
    const left = this.#steps.slice(this.#taken).map(describeStep)
    if (left.length === 0) return [...this.#failures]
    return [...this.#failures, `${left.length} of ${this.#steps.length} steps were not reached: ${left.join(', ')}`]
  }
}
