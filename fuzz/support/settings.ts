/**
 * How long and from which seed the targets run:
 * FUZZ_SEED (a number; fixed by default), FUZZ_RUNS (cases per property), FUZZ_SECONDS (time per property, then as many
 * cases as fit). The seed is part of every failure's report, so that it can be run again.
 */
import * as fc from 'fast-check'
import { test } from 'vitest'

const FIXED_SEED = 20_260_101
const DEFAULT_RUNS = 1_000

export const seed = numberFrom('FUZZ_SEED') ?? FIXED_SEED
const runs = numberFrom('FUZZ_RUNS')
const seconds = numberFrom('FUZZ_SECONDS')

/** @param weight - How many cases of this property fit where one of an ordinary one does. */
export function parameters<T>(weight = 1): fc.Parameters<T> {
  if (seconds !== undefined) {
    return {
      seed,
      numRuns: Number.MAX_SAFE_INTEGER,
      interruptAfterTimeLimit: seconds * 1000,
      markInterruptAsFailure: false,
    }
  }
  return { seed, numRuns: Math.max(1, Math.round((runs ?? DEFAULT_RUNS) * weight)) }
}

/** A test that holds when the property does, for all cases that the settings allow. */
export function fuzz<T>(title: string, property: fc.IRawProperty<T>, weight = 1): void {
  test(title, () => fc.assert(property, parameters<T>(weight)))
}

function numberFrom(name: string): number | undefined {
  const text = process.env[name]
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  if (!Number.isFinite(value)) throw new Error(`${name} is not a number: ${text}`)
  return value
}
