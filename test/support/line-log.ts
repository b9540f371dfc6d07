/** A logger that keeps what it is told, one line per call: the level, the message, and what an error behind it says. */
import { inspect } from 'node:util'
import type { Logger } from '../../src/index.js'

export class LineLog implements Logger {
  readonly lines: string[] = []
  readonly debug = (message: string, ...details: unknown[]): void => this.#keep('debug', message, details)
  readonly info = (message: string, ...details: unknown[]): void => this.#keep('info', message, details)
  readonly warn = (message: string, ...details: unknown[]): void => this.#keep('warn', message, details)
  readonly error = (message: string, ...details: unknown[]): void => this.#keep('error', message, details)

  /** The lines of one level, without its name. */
  at(level: 'debug' | 'info' | 'warn' | 'error'): string[] {
    return this.lines.filter((line) => line.startsWith(`${level} `)).map((line) => line.slice(level.length + 1))
  }

  #keep(level: string, message: string, details: readonly unknown[]): void {
    const causes = details.map((detail) => ` [${detail instanceof Error ? detail.message : inspect(detail)}]`)
    this.lines.push(`${level} ${message}${causes.join('')}`)
  }
}
