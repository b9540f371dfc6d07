/**
 * The one interface through which the library says anything, and the logger that the command gives it: records go to any
 * number of sinks, each with its own threshold and format. The library itself is silent until a program passes a logger
 * in. This file knows nothing of files, terminals or requests.
 */
import type { LogFormat, LogLevel } from './log-formats.js'

/** What the library needs of a logger. `console` fits, and so does a pino logger. */
export interface Logger {
  /** Says what only helps to find a fault. */
  debug(message: string, ...details: unknown[]): void
  /** Says what has happened as it should. */
  info(message: string, ...details: unknown[]): void
  /** Says what has happened and should not have, on whichever side. */
  warn(message: string, ...details: unknown[]): void
  /** Says what a program should be mended for; an error is among the details. */
  error(message: string, ...details: unknown[]): void
}

/** The least level that is let through; `silent` lets nothing through. */
export type LogThreshold = LogLevel | 'silent'

export interface LogSink {
  readonly threshold: LogThreshold
  readonly format: LogFormat
  /** Takes one record of this level, already text and without its line end. Must not throw: a log never stops a server. */
  write(text: string, level: LogLevel): void
}

const RANK: Readonly<Record<LogThreshold, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 }

/** Writes nothing: the default of a library. */
export const SILENT_LOGGER: Logger = Object.freeze({
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
})

/**
 * A logger that hands each record to every sink whose threshold it reaches.
 *
 * @param now - The clock; a test passes its own.
 */
export function createLogger(sinks: readonly LogSink[], now: () => Date = () => new Date()): Logger {
  const at = (level: LogLevel) => {
    const listening = sinks.filter((sink) => RANK[level] >= RANK[sink.threshold])
    return (message: string, ...details: unknown[]) => {
      if (listening.length === 0) return
      const record = { level, message, details, time: now() }
      for (const sink of listening) sink.write(sink.format(record), level)
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
