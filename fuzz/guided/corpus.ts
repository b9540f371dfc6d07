/**
 * The inputs that showed something new: kept in memory while the loop runs, and in a folder in the repository between
 * runs, one file each, named by content. Only the smallest inputs that together reach all that was reached go there.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Entry {
  readonly input: Buffer
  readonly features: readonly number[]
}

/** The inputs of a folder in the order of their names; none when there is no such folder. */
export function readInputs(folder: string): Buffer[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'))
  return names.toSorted().map((name) => readFileSync(join(folder, name)))
}

/** Makes the folder hold these inputs and no others. */
export function writeInputs(folder: string, inputs: readonly Buffer[]): void {
  mkdirSync(folder, { recursive: true })
  const wanted = new Map(inputs.map((input) => [nameOf(input), input]))
  for (const name of readdirSync(folder)) if (!wanted.has(name)) rmSync(join(folder, name))
  for (const [name, input] of wanted) if (!existsSync(join(folder, name))) writeFileSync(join(folder, name), input)
}

export function nameOf(input: Buffer): string {
  return createHash('sha256').update(input).digest('hex').slice(0, 16)
}

/** Inputs that together have all the features, small ones first. */
export function smallestCover(entries: readonly Entry[]): Entry[] {
  const covered = new Set<number>()
  const sorted = entries.toSorted((one, other) => one.input.length - other.input.length)
  return sorted.filter(({ features }) => {
    const before = covered.size
    for (const feature of features) covered.add(feature)
    return covered.size > before
  })
}
