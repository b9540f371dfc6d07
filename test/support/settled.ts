/** Waiting for what has no event of its own: a condition is looked at once a turn of the event loop. */
import { setTimeout as delay } from 'node:timers/promises'

/** Resolves when the condition holds. The test's own time limit is what ends a condition that never does. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2)
}

/** A promise, and what settles it. */
export interface Deferred<T = void> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: Error): void
}

export function deferred<T = void>(): Deferred<T> {
  const settle: Partial<Deferred<T>> = {}
  const promise = new Promise<T>((resolve, reject) => Object.assign(settle, { resolve, reject }))
  return { promise, ...settle } as Deferred<T>
}

/** Resolves with a count when it has stayed the same for a while. */
export async function steady(count: () => number): Promise<number> {
  for (let before = -1; ; ) {
    await delay(30)
    const now = count()
    if (now > 0 && now === before) return now
    before = now
  }
}
