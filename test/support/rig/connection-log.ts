/**
 * A logger that keeps each line with the connection that caused it, as Python's rig does by thread: whatever is logged
 * inside `ownLines` belongs to that call. Lines from elsewhere are dropped.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Logger } from '../../../src/index.js'

const linesOfConnection = new AsyncLocalStorage<string[]>()

/** Runs `serve` with a fresh list of lines. */
export function ownLines<T>(serve: () => T): T {
  return linesOfConnection.run([], serve)
}

/** What the current connection has logged so far, as `LEVEL message`, but for reports of unexpected exceptions. */
export function loggedLines(): readonly string[] {
  return linesOfConnection.getStore() ?? []
}

export const connectionLog: Logger = {
  debug: () => undefined,
  info: (message) => keep('INFO', message),
  warn: (message) => keep('WARNING', message),
  error: (message) => keep('ERROR', message),
}

function keep(level: string, message: string): void {
  if (!message.startsWith('encountered ')) linesOfConnection.getStore()?.push(`${level} ${message}`)
}
