/**
 * The commands of `src/cli` as child processes, spoken to by signals and HTTP. Nothing here waits for a time; it waits
 * for what a process says or for its end.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeAll } from 'vitest'
import { buildSources } from './compile.js'

/** Runs a program on a terminal of its own and ends with its status. */
const TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'

export interface RunOptions {
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Standard input; none by default. */
  readonly input?: string
  /** Run it on a terminal of its own (with python3's `pty`): output and errors come together, {@link RunningCommand.type} types. */
  readonly terminal?: boolean
}

/** A started command. */
export class RunningCommand {
  /** Standard output so far. */
  output = ''
  /** Standard error so far. */
  errors = ''
  /** How it ended, once it has. */
  readonly ended: Promise<{ status: number | null; signal: NodeJS.Signals | null }>
  readonly #process: ChildProcess
  readonly #listeners = new Set<() => void>()
  #over = false

  constructor(script: string, args: readonly string[], { cwd, environment, input, terminal = false }: RunOptions) {
    const words = [process.execPath, script, ...args]
    const [program = '', ...rest] = terminal ? ['python3', '-c', TERMINAL, ...words] : words
    this.#process = spawn(program, rest, { cwd, env: { ...bareEnvironment(), ...environment } })
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => this.#said((this.output += text)))
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => this.#said((this.errors += text)))
    this.#process.stdin?.on('error', () => {})
    if (!terminal) this.#process.stdin?.end(input ?? '')
    this.ended = once(this.#process, 'close').then(([status, signal]) => {
      this.#over = true
      this.#said('')
      return { status: status as number | null, signal: signal as NodeJS.Signals | null }
    })
  }

  /** Resolves when the pattern is in standard output or standard error; rejects when the command ends without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output) ?? pattern.exec(this.errors)
      if (match) return match
      if (this.#over) throw new Error(`ended without ${pattern}:\n${this.output}${this.errors}`)
      await new Promise<void>((resolve) => this.#listeners.add(resolve))
    }
  }

  /** Port that it says it listens on. */
  async port(): Promise<number> {
    const [, port] = await this.says(/listening on \S+:(\d+)|https?:\/\/[^/\s]+:(\d+)\//).then(([all, one, two]) => [
      all,
      one ?? two,
    ])
    return Number(port)
  }

  /** On a terminal: presses keys. */
  type(keys: string): void {
    this.#process.stdin?.write(keys)
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  /** Closes our ends of its outputs, as a pager does that quits. */
  closeOutputs(): void {
    this.#process.stdout?.destroy()
    this.#process.stderr?.destroy()
  }

  /** Ends it, if it hasn't. */
  async stop(): Promise<void> {
    if (!this.#over) this.#process.kill('SIGKILL')
    await this.ended
  }

  #said(_text: string): void {
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
  }
}

/** The environment without what changes the command's mind, and with a terminal of fixed width. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { PORT: _port, BROWSER: _browser, FORCE_COLOR: _force, ...environment } = process.env
  return { ...environment, COLUMNS: '80', NO_COLOR: '1' }
}

export interface Commands {
  /** Starts a script of `src/cli`, or another one by its path; whatever still runs after a test is ended. */
  run(script: 'main' | 'demo' | `/${string}`, args?: readonly string[], options?: RunOptions): RunningCommand
  /** URL of what the package exports. */
  readonly libraryUrl: string
}

/** Compiles the commands before the tests of a file, and ends what a test started after it. */
export function withCommands(): Commands {
  let compiled = ''
  const running = new Set<RunningCommand>()

  beforeAll(() => {
    compiled = buildSources()
  }, 60_000)

  afterEach(async () => {
    await Promise.all([...running].map((command) => command.stop()))
    running.clear()
  })

  return {
    run(script, args = [], options = {}) {
      const path = script.startsWith('/') ? script : join(compiled, 'cli', `${script}.js`)
      const command = new RunningCommand(path, args, options)
      running.add(command)
      return command
    },
    get libraryUrl() {
      return pathToFileURL(join(compiled, 'index.js')).href
    },
  }
}
