/**
 * How a record becomes text: the two formats of Python's AdvancedHTTPServer command, JSON lines, and the Common Log
 * Format for requests. Pure functions from a record to a string without its line end; where the string goes is another
 * file's matter. Whatever a record holds, its text can't be taken for two records.
 */
import { inspect } from 'node:util'
import { escapeLineBreakers } from './escape-control-characters.js'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface LogRecord {
  readonly level: LogLevel
  readonly message: string
  /** What was passed after the message: errors, mostly. */
  readonly details: readonly unknown[]
  readonly time: Date
}

/** One record as text, without its line end. Only the first line of a record starts in the first column. */
export type LogFormat = (record: LogRecord) => string

/** One answered request. */
export interface AccessRecord {
  /** Address of the peer. */
  readonly client: string
  /** Who the request authenticated as, or null. */
  readonly user: string | null
  readonly requestLine: string
  readonly status: number | string
  /** Octets of the body, or `-` when nobody has said how many. */
  readonly size: number | string
  readonly time: Date
}

/** `logging.getLevelName` of Python. */
const PYTHON_LEVELS: Readonly<Record<LogLevel, string>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** What the command writes to its terminal. Python: `%(asctime)s %(levelname)-8s %(message)s`. */
export const consoleFormat: LogFormat = (record) =>
  withDetails(
    `${asctime(record.time)} ${PYTHON_LEVELS[record.level].padEnd(8)} ${escapeLineBreakers(record.message)}`,
    record.details,
  )

/** What the command writes to its log file. Python: `%(asctime)s %(name)-30s %(levelname)-10s %(message)s`. */
export function fileFormat(loggerName: string): LogFormat {
  const name = loggerName.padEnd(30)
  return (record) =>
    withDetails(
      `${asctime(record.time)} ${name} ${PYTHON_LEVELS[record.level].padEnd(10)} ${escapeLineBreakers(record.message)}`,
      record.details,
    )
}

/** One JSON object per record: `time` (ISO 8601, UTC), `level`, `message`, and `details` when there are any. */
export const jsonFormat: LogFormat = ({ time, level, message, details }) =>
  JSON.stringify({
    time: time.toISOString(),
    level,
    message,
    ...(details.length > 0 && { details: details.map(describe) }),
  })

/** The Common Log Format of NCSA httpd: `host ident user [date] "request" status size`. */
export function commonLogLine({ client, user, requestLine, status, size, time }: AccessRecord): string {
  const date = commonLogDate(time)
  return `${field(client)} - ${field(user)} [${date}] "${quoted(requestLine)}" ${field(status)} ${field(size)}`
}

/** {@link jsonFormat} for a request, with the parts in fields of their own. */
export function jsonAccessLine({ client, user, requestLine, status, size, time }: AccessRecord): string {
  return JSON.stringify({ time: time.toISOString(), level: 'info', client, user, request: requestLine, status, size })
}

/** Local time as `logging.Formatter` writes it by default: `2024-02-29 07:08:09,045`. */
function asctime(time: Date): string {
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  return `${day} ${clock},${String(time.getMilliseconds()).padStart(3, '0')}`
}

/** Local time as NCSA httpd writes it: `29/Feb/2024:07:08:09 +0100`. */
function commonLogDate(time: Date): string {
  const day = `${two(time.getDate())}/${MONTHS[time.getMonth()]}/${time.getFullYear()}`
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  const offset = -time.getTimezoneOffset()
  const hours = two(Math.floor(Math.abs(offset) / 60))
  return `${day}:${clock} ${offset < 0 ? '-' : '+'}${hours}${two(Math.abs(offset) % 60)}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

/** Details below their record, indented: a stack, or an error's text, can't pass for a record of its own. */
function withDetails(line: string, details: readonly unknown[]): string {
  if (details.length === 0) return line
  const below = details.flatMap((detail) => describe(detail).split('\n'))
  return [line, ...below.map((text) => `    ${escapeLineBreakers(text)}`)].join('\n')
}

function describe(detail: unknown): string {
  if (typeof detail === 'string') return detail
  if (detail instanceof Error && typeof detail.stack === 'string') return detail.stack
  return inspect(detail)
}

/** A field that is delimited by blanks: it holds none itself, and is never empty. */
function field(value: string | number | null): string {
  return value === null || value === '' ? '-' : escapeLineBreakers(String(value)).replaceAll(' ', '\\x20')
}

function quoted(text: string): string {
  return escapeLineBreakers(text.replace(/["\\]/g, '\\$&'))
}
