/**
 * Makes a copy of a compiled tree in which every file of the library counts what it runs: statements, branches and
 * functions, in a global that {@link COUNTERS} names. Files of tests and of the fuzzer itself are copied as they are.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInstrumenter } from 'istanbul-lib-instrument'

/** Global variable with the counters, by file. */
export const COUNTERS = '__guided_counters__'

const instrumenter = createInstrumenter({
  coverageVariable: COUNTERS,
  coverageGlobalScope: 'globalThis',
  coverageGlobalScopeFunc: false,
  esModules: true,
  compact: false,
})

/**
 * @param library - Folder below `from` whose files count.
 * @public scripts/fuzz-guided.mjs calls it.
 */
export function instrumentTree(from: string, to: string, library: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.js')) continue
    const source = join(entry.parentPath, entry.name)
    const name = source.slice(from.length)
    const target = join(to, name)
    mkdirSync(dirname(target), { recursive: true })
    if (name.startsWith(library)) writeFileSync(target, instrumenter.instrumentSync(readFileSync(source, 'utf8'), name))
    else copyFileSync(source, target)
  }
}
