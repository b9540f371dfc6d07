/** Asks the python3 of this machine, for tests that hold our answers against Python's own. */
import { spawnSync } from 'node:child_process'
import type { TestContext } from 'vitest'

let missing: string | undefined

/**
 * What the program wrote to its standard output, read as JSON. The input is on its standard input, as JSON. Skips the
 * test, and says so, when there is no python3.
 */
export function runPython(context: TestContext, program: string, input: unknown): unknown {
  const { status, stdout, stderr, error } = spawnSync('python3', ['-X', 'utf8', '-c', program], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error && 'code' in error && error.code === 'ENOENT') {
    missing ??= 'python3 is not installed: the comparisons with Python are skipped'
    console.warn(missing)
    return context.skip(missing)
  }
  if (error) throw error
  if (status !== 0) throw new Error(`python3 ended with ${status}: ${stderr}`)
  return JSON.parse(stdout)
}
