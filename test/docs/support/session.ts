/** Console sessions of the documents: each `$ command` is run, and what it prints held against what the page shows. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'vitest'
import { blockNamed } from './documents.js'
import type { Program } from './program.js'

export interface Exchange {
  readonly command: string
  /** What the page shows, without carriage returns, which no page can show. */
  readonly output: string
}

/** Skips a test, aloud, on a machine without a program. */
export function needProgram(context: TestContext, program: string, ...versionArgs: string[]): void {
  if (spawnSync(program, versionArgs.length > 0 ? versionArgs : ['--version']).error === undefined) return
  console.warn(`skipped, there is no ${program}: ${context.task.name}`)
  context.skip()
}

export function sessionNamed(name: string): Exchange[] {
  const lines = blockNamed('session', name).code.split(/^\$ /m).slice(1)
  return lines.map((exchange) => {
    const end = exchange.indexOf('\n')
    return { command: exchange.slice(0, end), output: exchange.slice(end + 1) }
  })
}

/**
 * What each command prints while the program runs, beside what the page says it prints. Dates are masked on both sides.
 */
export async function playSession(
  name: string,
  program: Program,
  cwd?: string,
): Promise<{ printed: string[]; shown: string[] }> {
  await program.port()
  const exchanges = sessionNamed(name)
  const printed: string[] = []
  for (const { command } of exchanges) printed.push(masked(await runShell(program.rewired(command), cwd)))
  return { printed, shown: exchanges.map(({ output }) => masked(output)) }
}

/** Standard output of a command line, with no carriage returns. */
export async function runShell(command: string, cwd?: string, input = ''): Promise<string> {
  const shell = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'], ...(cwd === undefined ? {} : { cwd }) })
  shell.stdin.on('error', () => {}).end(input)
  const [output, errors] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'close')])
  if (output === '' && shell.exitCode !== 0) throw new Error(`${command}: ${errors}`)
  return output.replaceAll('\r', '')
}

function masked(output: string): string {
  return output.replaceAll(/^Date: .*$/gm, 'Date: <date>').trimEnd()
}
