/** A bound on how long something may take, counted in turns of the event loop and not in time alone: a slow machine is no fault. */
import { BrokenClaim } from './target.js'

const STEPS = 20_000
/** What waits for the disk or for another thread has at least so long. */
const PATIENCE_MS = 4_000

/** @throws BrokenClaim when the promise has not settled after so many turns. */
export async function withinSteps<T>(promise: Promise<T>): Promise<T> {
  let pending = true
  const settle = (): void => {
    pending = false
  }
  promise.then(settle, settle)
  await stepsUntil(() => !pending, 'it comes to an end')
  return promise
}

/**
 * @param text - What is claimed.
 * @throws BrokenClaim when the condition does not hold after so many turns.
 */
export async function stepsUntil(holds: () => boolean, text: string): Promise<void> {
  const began = performance.now()
  for (let step = 0; !holds(); step += 1) {
    if (step > STEPS && performance.now() - began > PATIENCE_MS) throw new BrokenClaim(text)
    await new Promise(setImmediate)
  }
}
