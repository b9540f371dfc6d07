/**
 * Builds `src` for tests that start it as a program. The result is kept below node_modules, where it finds its
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

/** The folder that has the package's code as it is shipped, laid out as `dist`. */
export function buildSources(): string {
  return madeOnce('built', (folder) => {
    execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs'), '--code-only', '--into', folder])
  })
}

/** The folder that has a compiled file for each file of `src`: for who has to look where the package shows nothing. */
export function compileSources(): string {
  return madeOnce('compiled', (folder) => {
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    // Types are the type check's business; programs need none.
    const options = ['--noCheck', '--declaration', 'false', '--outDir', folder]
    execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', ...options], { cwd: ROOT })
  })
}

function madeOnce(kind: string, make: (folder: string) => void): string {
  mkdirSync(CACHE, { recursive: true })
  const target = join(CACHE, `${kind}-${hashOfSources()}`)
  if (existsSync(target)) return target
  removeOldResults()
  const making = mkdtempSync(join(CACHE, 'making-'))
  make(making)
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
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'scripts', 'build.mjs')))
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
