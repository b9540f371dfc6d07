/** Status lines without llhttp's opinion, which refuses some of these as well. */
import { expect, test } from 'vitest'
import { ResponseError } from '../../src/http/errors.js'
import { parseStatusLine } from '../../src/http/status-line.js'

function faultOf(line: string): string {
  try {
    parseStatusLine(line, 7)
  } catch (error) {
    if (error instanceof ResponseError) return `${error.code} at ${error.offset}`
    throw error
  }
  return 'none'
}

test.each([
  ['HTTP/1.1 200 OK', { httpVersion: 'HTTP/1.1', minorVersion: 1, status: 200, reason: 'OK' }],
  ['HTTP/1.0 999 ', { httpVersion: 'HTTP/1.0', minorVersion: 0, status: 999, reason: '' }],
  ['HTTP/1.1 100', { httpVersion: 'HTTP/1.1', minorVersion: 1, status: 100, reason: '' }],
  [
    'HTTP/1.7 404  Not  \tF\xf6und ',
    { httpVersion: 'HTTP/1.7', minorVersion: 7, status: 404, reason: ' Not  \tF\xf6und ' },
  ],
])('%j is taken apart as it came', (line, parts) => expect(parseStatusLine(line, 7)).toEqual(parts))

test.each([
  'HTTP/2.0 200 OK',
  'HTTP/1.x 200 OK',
  'HTTP/1. 200 OK',
  ' HTTP/1.1 200 OK',
  'XHTTP/1.1 200',
  'RTSP/1.0 200',
  '',
])('%j is not of HTTP/1', (line) => expect(faultOf(line)).toBe('BAD_VERSION at 7'))

test.each([
  'HTTP/1.1',
  'HTTP/1.1 ',
  'HTTP/1.1 20',
  'HTTP/1.1 099 OK',
  'HTTP/1.1 2000 OK',
  'HTTP/1.1 2x0 OK',
  'HTTP/1.1 20x OK',
  'HTTP/1.1 x00 OK',
  'HTTP/1.1  200 OK',
  'HTTP/1.1\t200 OK',
  'HTTP/1.1x200 200 OK',
  'HTTP/1.1 200\tOK',
])('%j has no status', (line) => expect(faultOf(line)).toBe('BAD_STATUS at 7'))

test.each(['HTTP/1.1 200 O\0K', 'HTTP/1.1 200 \x7f', 'HTTP/1.1 200 \x1b[1m'])(
  '%j has no reason that could be shown',
  (line) => expect(faultOf(line)).toBe('BAD_STATUS_LINE at 7'),
)
