/** Request lines without llhttp's opinion, which refuses some of these as well. */
import { describe, expect, test } from 'vitest'
import { RequestError } from '../../src/http/errors.js'
import { parseRequestLine, type RequestLine } from '../../src/http/request-line.js'

function parse(line: string, verb = 'GET'): RequestLine {
  return parseRequestLine(line, verb.length, 7)
}

function faultOf(line: string, verb?: string): string {
  try {
    parse(line, verb)
  } catch (error) {
    if (error instanceof RequestError) return `${error.code} ${error.status} at ${error.offset}`
    throw error
  }
  return 'none'
}

test('a request line is taken apart as it came', () => {
  expect(parse('GET /a?b#c HTTP/1.0')).toEqual({
    requestLine: 'GET /a?b#c HTTP/1.0',
    method: 'GET',
    target: '/a?b#c',
    httpVersion: 'HTTP/1.0',
    minorVersion: 0,
  })
})

describe('a line that is not made of verb, target and version', () => {
  test.each(['GET  HTTP/1.1', 'GET / a HTTP/1.1', 'GET /a  HTTP/1.1', 'GET  /a HTTP/1.1', 'GET /axHTTP/1.1', 'GET'])(
    'is refused: %j',
    (line) => expect(faultOf(line)).toBe('BAD_REQUEST_LINE 400 at 7'),
  )
})

describe('a version', () => {
  test.each([
    ['HTTP/1.1', 1],
    ['HTTP/1.0', 0],
    ['HTTP/1.9', 9],
  ])('may be %s', (version, minorVersion) => {
    expect(parse(`GET / ${version}`)).toMatchObject({ httpVersion: version, minorVersion })
  })

  test.each(['HTTX/1.1', 'http/1.1', 'HTTP/1,1', 'HTTP/x.1', 'HTTP/1.x', 'HTTP/:.1', 'HTTP/1./', 'HTTP/0.9'])(
    'is none: %s',
    (version) => expect(faultOf(`GET / ${version}`)).toBe('BAD_VERSION 400 at 7'),
  )

  test.each(['HTTP/2.0', 'HTTP/9.1'])('is not spoken here: %s', (version) => {
    expect(faultOf(`GET / ${version}`)).toBe('VERSION_NOT_SUPPORTED 505 at 7')
  })
})

describe('a target', () => {
  test.each(['/', '//', '*', 's://h', 'http://h:1/p', 'http://h?q=[', 'http://h#[', 'http://u:p@h/', 'http://[::1]/'])(
    'has a form of its verb: %s',
    (target) => expect(parse(`GET ${target} HTTP/1.1`).target).toBe(target),
  )

  test.each([
    'a',
    '**',
    '*/',
    '://h',
    'http:///p',
    'http://',
    'http://u@',
    'http://h:x/',
    'http://h[/',
    'nothing',
    'h:1',
  ])('has no form of its verb: %s', (target) => expect(faultOf(`GET ${target} HTTP/1.1`)).toBe('BAD_TARGET 400 at 7'))

  test('of CONNECT is a host with a port, and nothing else', () => {
    expect(parse('CONNECT h:1 HTTP/1.1', 'CONNECT').target).toBe('h:1')
    for (const target of ['h', 'h:', ':1', '/', '*', 'http://h:1']) {
      expect(faultOf(`CONNECT ${target} HTTP/1.1`, 'CONNECT')).toBe('BAD_TARGET 400 at 7')
    }
  })
})
