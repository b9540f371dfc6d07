/**
 * The status line (RFC 9112 4): `HTTP/1.x SP 3DIGIT [SP reason]`. llhttp also takes other versions and protocols, a status
 * below 100 and NUL in the reason; those are refused here.
 */
import { ResponseError } from './errors.js'
import { isFieldValue } from './field-syntax.js'

export interface StatusLine {
  readonly httpVersion: string
  readonly minorVersion: number
  readonly status: number
  readonly reason: string
}

const VERSION_LENGTH = 'HTTP/1.1'.length
const STATUS_END = 'HTTP/1.1 200'.length

/**
 * @param position - Where in the stream a fault is said to be.
 * @throws ResponseError `BAD_VERSION`, `BAD_STATUS` or `BAD_STATUS_LINE`.
 */
export function parseStatusLine(line: string, position: number): StatusLine {
  const httpVersion = line.slice(0, VERSION_LENGTH)
  if (!/^HTTP\/1\.\d$/.test(httpVersion))
    throw new ResponseError('BAD_VERSION', 'the version is not HTTP/1.x', position)
  if (!/^ [1-9]\d\d(?: |$)/.test(line.slice(VERSION_LENGTH, STATUS_END + 1))) {
    throw new ResponseError('BAD_STATUS', 'the status is not a number from 100 to 999', position)
  }
  const reason = line.slice(STATUS_END + 1)
  if (!isFieldValue(reason)) throw new ResponseError('BAD_STATUS_LINE', 'the reason has a control character', position)
  const status = Number(line.slice(VERSION_LENGTH + 1, STATUS_END))
  return { httpVersion, minorVersion: Number(httpVersion.at(-1)), status, reason }
}
