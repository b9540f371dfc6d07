/**
 * The log of a program that is started from a command line: standard error and, when asked for, a rotating file. What
 * Python's command does, and two formats besides. It decides who gets which record; the formats are the logging room's.
 */
import {
  type AccessRecord,
  commonLogLine,
  consoleFormat,
  fileFormat,
  jsonAccessLine,
  jsonFormat,
  type LogFormat,
  type LogLevel,
} from '../logging/log-formats.js'
import { createLogger, type Logger, type LogSink, type LogThreshold } from '../logging/logger.js'
import { RotatingLogFile } from '../logging/rotating-log-file.js'
import type { CommandLine, LogLevelName } from '../settings/arguments.js'

export interface CommandLog {
  readonly logger: Logger
  /** Logs a request in a format of its own; null when the library's own line for it is wanted. */
  readonly access: ((record: AccessRecord) => void) | null
  readonly close: () => void
}

/** Name under which Python's original logs. */
const LOGGER_NAME = 'AdvancedHTTPServer'

/** The library has nothing to say at Python's CRITICAL: nothing is shown then. */
const THRESHOLDS: Readonly<Record<LogLevelName, LogThreshold>> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'silent',
}

/** How a request looks in the formats that have fields for it. */
const ACCESS_LINES = { python: null, common: commonLogLine, json: jsonAccessLine }

/**
 * @param terminal - Takes whole records, with their line end, and their level.
 * @throws the file system's error when the log file can't be opened.
 */
export function openCommandLog(
  { log_level, log_file, log_format, quiet }: Pick<CommandLine, 'log_level' | 'log_file' | 'log_format' | 'quiet'>,
  terminal: (text: string, level: LogLevel) => void,
): CommandLog {
  const json = log_format === 'json' ? jsonFormat : null
  const shown: LogSink = {
    threshold: quiet && (log_level === 'DEBUG' || log_level === 'INFO') ? 'warn' : THRESHOLDS[log_level],
    format: json ?? consoleFormat,
    write: (text, level) => terminal(`${text}\n`, level),
  }
  const file = log_file === null ? null : openFile(log_file, json ?? fileFormat(LOGGER_NAME))
  const sinks = file === null ? [shown] : [shown, file]
  return { logger: createLogger(sinks), access: accessLog(sinks, ACCESS_LINES[log_format]), close: () => file?.close() }
}

/** Everything goes to the file, whatever the terminal shows. */
function openFile(path: string, format: LogFormat): LogSink & { close(): void } {
  const lossNote = (dropped: number) =>
    format({ level: 'warn', message: `${dropped} records could not be written here`, details: [], time: new Date() })
  const file = new RotatingLogFile(path, { lossNote })
  return { threshold: 'debug', format, write: (text) => file.write(text), close: () => file.close() }
}

function accessLog(sinks: readonly LogSink[], line: ((record: AccessRecord) => string) | null): CommandLog['access'] {
  if (line === null) return null
  const listening = sinks.filter(({ threshold }) => threshold === 'debug' || threshold === 'info')
  return (record) => {
    for (const sink of listening) sink.write(line(record), 'info')
  }
}
