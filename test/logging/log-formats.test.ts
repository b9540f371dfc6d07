import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AccessRecord,
  commonLogLine,
  consoleFormat,
  fileFormat,
  jsonAccessLine,
  jsonFormat,
  type LogRecord,
} from '../../src/logging/log-formats.js'

const TIME = new Date(2024, 1, 29, 7, 8, 9, 45)
const RECORD: LogRecord = { level: 'warn', message: 'received invalid username: nobody', details: [], time: TIME }
const ACCESS: AccessRecord = {
  client: '192.0.2.7',
  user: null,
  requestLine: 'GET / HTTP/1.1',
  status: 200,
  size: '-',
  time: TIME,
}

/** The offset of this machine's time zone on that day, as `+HHMM`. */
function offset(): string {
  const minutes = -TIME.getTimezoneOffset()
  const absolute = Math.abs(minutes)
  const digits = Math.floor(absolute / 60) * 100 + (absolute % 60)
  return `${minutes < 0 ? '-' : '+'}${String(digits).padStart(4, '0')}`
}

describe('the formats of the Python command', () => {
  it('writes time, padded level and message to the terminal', () => {
    expect(consoleFormat(RECORD)).toBe('2024-02-29 07:08:09,045 WARNING  received invalid username: nobody')
    expect(consoleFormat({ ...RECORD, level: 'info' })).toBe(
      '2024-02-29 07:08:09,045 INFO     received invalid username: nobody',
    )
  })

  it('writes the name of the logger to the file as well', () => {
    expect(fileFormat('AdvancedHTTPServer')(RECORD)).toBe(
      '2024-02-29 07:08:09,045 AdvancedHTTPServer             WARNING    received invalid username: nobody',
    )
  })

  it('puts the stack of an error below its record, indented', () => {
    const error = new Error('boom\n2024-02-29 07:08:09,045 INFO     forged')
    const lines = consoleFormat({ ...RECORD, details: [error] }).split('\n')
    expect(lines[0]).toBe('2024-02-29 07:08:09,045 WARNING  received invalid username: nobody')
    expect(lines[1]).toBe('    Error: boom')
    expect(lines[2]).toBe('    2024-02-29 07:08:09,045 INFO     forged')
    expect(lines.length).toBeGreaterThan(3)
  })

  it('starts no second record, whatever message and details hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' })), (message, details) => {
        const [first, ...below] = consoleFormat({ ...RECORD, message, details }).split(/[\n\r\u0085\u2028\u2029]/)
        expect(first).toMatch(/^2024-02-29 07:08:09,045 WARNING {2}/)
        for (const line of below) expect(line).toMatch(/^ {4}/)
      }),
    )
  })
})

describe('the Common Log Format', () => {
  it('writes a request as NCSA httpd does', () => {
    expect(commonLogLine(ACCESS)).toBe(`192.0.2.7 - - [29/Feb/2024:07:08:09 ${offset()}] "GET / HTTP/1.1" 200 -`)
    expect(commonLogLine({ ...ACCESS, user: 'admin', size: 512 })).toBe(
      `192.0.2.7 - admin [29/Feb/2024:07:08:09 ${offset()}] "GET / HTTP/1.1" 200 512`,
    )
  })

  it('keeps quotes, blanks and line ends of a request inside their fields', () => {
    const line = commonLogLine({ ...ACCESS, user: 'a b"\n', requestLine: 'GET /"\\\r\n HTTP/1.1' })
    expect(line).toBe(
      `192.0.2.7 - a\\x20b"\\x0a [29/Feb/2024:07:08:09 ${offset()}] "GET /\\"\\\\\\x0d\\x0a HTTP/1.1" 200 -`,
    )
  })
})

describe('JSON lines', () => {
  it('writes one object per record', () => {
    expect(JSON.parse(jsonFormat({ ...RECORD, details: ['more\nlines'] }))).toEqual({
      time: TIME.toISOString(),
      level: 'warn',
      message: 'received invalid username: nobody',
      details: ['more\nlines'],
    })
    expect(jsonFormat(RECORD)).not.toContain('details')
  })

  it('writes the parts of a request as fields', () => {
    expect(JSON.parse(jsonAccessLine({ ...ACCESS, user: 'a"b', requestLine: 'GET /\n HTTP/1.1' }))).toEqual({
      time: TIME.toISOString(),
      level: 'info',
      client: '192.0.2.7',
      user: 'a"b',
      request: 'GET /\n HTTP/1.1',
      status: 200,
      size: '-',
    })
  })

  it('is one line whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const line = jsonFormat({ ...RECORD, message, details: [message, new Error(message)] })
        expect(line).not.toMatch(/[\n\r]/)
      }),
    )
  })
})
