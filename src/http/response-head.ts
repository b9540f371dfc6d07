/**
 * The two kinds of line a response head is made of, as latin-1 text with their line end. Every octet is the caller's: names keep
 * their case, nothing is trimmed, merged or folded. What would break out of its line is refused instead of sent.
 */
import { HeaderError } from './errors.js'

/** What can't stand in a line of a head: its own ends (RFC 9110 5.5), or what has no octet in latin-1. */
const FORBIDDEN = /[\0\r\n\u0100-\uffff]/

/**
 * The status line.
 *
 * @param protocolVersion - Such as `HTTP/1.1`.
 * @param code - A whole number from 100 to 999.
 * @throws RangeError when the code has not three digits.
 * @throws HeaderError when the reason holds CR, LF, NUL or a character beyond latin-1.
 */
export function statusLine(protocolVersion: string, code: number, reason: string): string {
  if (!Number.isInteger(code) || code < 100 || code > 999) {
    throw new RangeError(`status code must be a whole number from 100 to 999, got ${code}`)
  }
  const line = `${protocolVersion} ${code} ${reason}`
  if (FORBIDDEN.test(line)) throw forbidden('reason phrase', line)
  return `${line}\r\n`
}

/**
 * One field line, `name: value`.
 *
 * @param name - Field name, sent exactly as given. As in Python it need not be a token (RFC 9110 5.6.2).
 * @param value - Field value, sent exactly as given; a number is written in decimal.
 * @throws HeaderError when either holds CR, LF, NUL or a character beyond latin-1.
 */
export function fieldLine(name: string, value: string | number | bigint): string {
  const line = `${name}: ${value}`
  if (FORBIDDEN.test(line)) throw forbidden(`header ${JSON.stringify(name)}`, line)
  return `${line}\r\n`
}

function forbidden(subject: string, line: string): HeaderError {
  if (/[\0\r\n]/.test(line)) return new HeaderError('FORBIDDEN_CHARACTER', `${subject} contains CR, LF or NUL`)
  return new HeaderError('NOT_LATIN1', `${subject} contains a character beyond latin-1`)
}
