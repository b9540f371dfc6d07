/**
 * The two kinds of line a response head is made of, as latin-1 text with their line end. Every octet is the caller's: names keep
 * their case, nothing is trimmed, merged or folded. What would break out of its line is refused instead of sent.
 *
 * One response is much like the one before, so the last line of each name is kept: it was judged, and is made of one piece.
 */
import { HeaderError } from './errors.js'

/** What can't stand in a line of a head: its own ends (RFC 9110 5.5), or what has no octet in latin-1. */
const FORBIDDEN = /[\0\r\n\u0100-\uffff]/

/** Names whose last line is kept: a program that makes up names must not fill the memory. */
const MOST_NAMES = 128
/** Length of a line that is kept, with its end. */
const LONGEST_KEPT = 256

type FieldValue = string | number | bigint

interface KeptField {
  value: FieldValue
  line: string
}

interface KeptStatus {
  readonly protocolVersion: string
  readonly reason: string
  readonly line: string
}

const keptFields = new Map<string, KeptField>()
const keptStatuses = new Map<number, KeptStatus>()

/**
 * The status line.
 *
 * @param protocolVersion - Such as `HTTP/1.1`.
 * @param code - A whole number from 100 to 999.
 * @throws RangeError when the code has not three digits.
 * @throws HeaderError when the reason holds CR, LF, NUL or a character beyond latin-1.
 */
export function statusLine(protocolVersion: string, code: number, reason: string): string {
  const kept = keptStatuses.get(code)
  if (kept?.reason === reason && kept.protocolVersion === protocolVersion) return kept.line
  if (!Number.isInteger(code) || code < 100 || code > 999) {
    throw new RangeError(`status code must be a whole number from 100 to 999, got ${code}`)
  }
  const line = `${protocolVersion} ${code} ${reason}`
  if (FORBIDDEN.test(line)) throw forbidden('reason phrase', line)
  const whole = `${line}\r\n`
  if (whole.length <= LONGEST_KEPT) keptStatuses.set(code, { protocolVersion, reason, line: whole })
  return whole
}

/**
 * One field line, `name: value`.
 *
 * @param name - Field name, sent exactly as given. As in Python it need not be a token (RFC 9110 5.6.2).
 * @param value - Field value, sent exactly as given; a number is written in decimal.
 * @throws HeaderError when either holds CR, LF, NUL or a character beyond latin-1.
 */
export function fieldLine(name: string, value: FieldValue): string {
  const kept = keptFields.get(name)
  if (kept?.value === value) return kept.line
  const text = `${value}`
  if (FORBIDDEN.test(text) || (kept === undefined && FORBIDDEN.test(name))) throw forbiddenField(name, text)
  const line = `${name}: ${text}\r\n`
  if (line.length <= LONGEST_KEPT) keep(name, value, line, kept)
  return line
}

function keep(name: string, value: FieldValue, line: string, kept: KeptField | undefined): void {
  // An object that a program gives in spite of the types may be written otherwise the next time.
  if (typeof value !== 'string' && typeof value !== 'number') return
  if (kept !== undefined) {
    kept.value = value
    kept.line = line
  } else if (keptFields.size < MOST_NAMES) keptFields.set(name, { value, line })
}

function forbiddenField(name: string, text: string): HeaderError {
  return forbidden(`header ${JSON.stringify(name)}`, `${name}: ${text}`)
}

function forbidden(subject: string, line: string): HeaderError {
  if (/[\0\r\n]/.test(line)) return new HeaderError('FORBIDDEN_CHARACTER', `${subject} contains CR, LF or NUL`)
  return new HeaderError('NOT_LATIN1', `${subject} contains a character beyond latin-1`)
}
