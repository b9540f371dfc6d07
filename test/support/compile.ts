/**
 * Compiles `src` for tests that start it as a program. The result is kept below node_modules, where it finds its
 * dependencies, under a name that says which sources it is of: test files that run side by side share one.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CACHE = join(ROOT, 'node_modules', '.cache', 'compiled-for-tests')
/** A result that was not made within so long is of sources that nobody tests any more. */
const KEPT_MS = 3_600_000

/** The folder that has the compiled files, laid out as `dist`. */
export function compileSources(): string {
  mkdirSync(CACHE, { recursive: true })
  const target = join(CACHE, hashOfSources())
  if (existsSync(target)) return target
  removeOldResults()
  const making = mkdtempSync(join(CACHE, 'making-'))
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  // Types are the type check's business; programs need none.
  const options = ['--noCheck', '--declaration', 'false', '--outDir', making]
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', ...options], { cwd: ROOT })
  try {
    renameSync(making, target)
  } catch (error) {
    // Another test file was faster.
    if (!existsSync(target)) throw error
    rmSync(making, { recursive: true })
  }
  return target
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  const names = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).toSorted()
  for (const name of names.filter((candidate) => candidate.endsWith('.ts'))) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(ROOT, 'src', name)))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}

function removeOldResults(): void {
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name)
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (Date.now() - made > KEPT_MS) rmSync(path, { recursive: true, force: true })
  }
}
