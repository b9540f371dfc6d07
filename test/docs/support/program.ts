/**
 * Programs of the documents and examples as child processes, run to the letter, except that their ports become free ones
 * (see mapped-ports.mjs). Nothing here waits for a time: it waits for what a program says or for its end.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const PRELOAD = fileURLToPath(new URL('mapped-ports.mjs', import.meta.url))

export interface ProgramOptions {
  readonly args?: readonly string[]
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
  /** A program whose ports this one connects to. */
  readonly peer?: Program
}

interface Listening {
  /** Port and host in the program's text. */
  readonly asked: number
  readonly host: string | null
  readonly port: number
}

export class Program implements AsyncDisposable {
  /** Standard output so far. */
  output = ''
  /** Standard error so far. */
  errors = ''
  /** How it ended, once it has. */
  readonly ended: Promise<{ status: number | null; signal: NodeJS.Signals | null }>
  readonly #process: ChildProcess
  readonly #listening: Listening[] = []
  readonly #waiting = new Set<() => void>()
  #over = false

  constructor(file: string, { args = [], cwd, environment, peer }: ProgramOptions = {}) {
    const ports = peer === undefined ? [] : peer.#listening.map(({ asked, port }) => [asked, port])
    this.#process = fork(file, args, {
      execArgv: ['--import', PRELOAD],
      env: { ...process.env, NO_COLOR: '1', MAPPED_PORTS: JSON.stringify(ports), ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      ...(cwd === undefined ? {} : { cwd }),
    })
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
      this.#news()
    })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
      this.#news()
    })
    this.#process.on('message', (message) => {
      this.#listening.push(message as Listening)
      this.#news()
    })
    this.ended = once(this.#process, 'close').then(([status, signal]) => {
      this.#over = true
      this.#news()
      return { status: status as number | null, signal: signal as NodeJS.Signals | null }
    })
  }

  /** Where it listens really, by the port in its text; of its first listener by default. */
  async port(asked?: number): Promise<number> {
    const found = (): Listening | undefined =>
      this.#listening.find((listening) => asked === undefined || listening.asked === asked)
    await this.#until(() => found() !== undefined, `listening on port ${asked}`)
    return found()?.port as number
  }

  /** Resolves when the pattern is in standard output. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    await this.#until(() => pattern.test(this.output), `printing ${pattern}`)
    return pattern.exec(this.output) as RegExpExecArray
  }

  /** A text with the program's ports in the place of those in its text, such as a URL. */
  rewired(text: string): string {
    return this.#listening.reduce(
      (rewired, { asked, port }) => rewired.replaceAll(new RegExp(`:${asked}\\b`, 'g'), `:${port}`),
      text,
    )
  }

  /** Most memory it has held, where the system tells (Linux), else null. */
  async peakMemoryBytes(): Promise<number | null> {
    const status = await readFile(`/proc/${this.#process.pid}/status`, 'utf8').catch(() => '')
    const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]
    return kibibytes === undefined ? null : Number(kibibytes) * 1024
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) this.#process.kill('SIGKILL')
    await this.ended
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) {
      if (this.#over) throw new Error(`the program ended without ${what}:\n${this.output}${this.errors}`)
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  /** Something has happened that somebody may wait for. */
  #news(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}
