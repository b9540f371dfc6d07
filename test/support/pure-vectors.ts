/** Loads the recorded answers of single Python functions, `test/vectors/pure-<name>.json`. */
import { readFileSync } from 'node:fs'

export interface PureVectors<Case, Difference = never> {
  readonly function: string
  readonly about: string
  readonly cases: readonly (Case & Deviating)[]
  readonly differences?: readonly Difference[]
}

/** Set where the recorded answer is one that we give differently on purpose. */
export interface Deviating {
  readonly deviation_id?: string
}

export function pureVectors<Case, Difference = never>(name: string): PureVectors<Case, Difference> {
  const file = new URL(`../vectors/pure-${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as PureVectors<Case, Difference>
}
