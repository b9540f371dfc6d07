/** Runs a program in python3 while this process goes on serving it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'vitest'

/**
 * What the program wrote to its standard output; the input is on its standard input, as JSON. Skips the test, aloud, when
 * there is no python3.
 */
export async function runPythonAsync(context: TestContext, program: string, input: unknown): Promise<string> {
  const python = spawn('python3', ['-X', 'utf8', '-c', program], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    await once(python, 'spawn')
  } catch {
    console.warn(`skipped, there is no python3 command: ${context.task.name}`)
    context.skip()
  }
  python.stdin.end(JSON.stringify(input))
  const output = await text(python.stdout)
  if (python.exitCode === null) await once(python, 'exit')
  if (python.exitCode !== 0) throw new Error(`python3 ended with ${python.exitCode}`)
  return output
}
