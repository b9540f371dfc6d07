import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cookieLine, parseCookies } from '../../src/handler/cookies.js'
import { TooManyFieldsError } from '../../src/handler/query.js'
import { type MaybePromise, RequestHandler } from '../../src/index.js'
import { pureVectors } from '../support/pure-vectors.js'
import { runPython } from '../support/python.js'
import { serve } from '../support/serve.js'

function read(line: string): [name: string, value: string][] {
  return [...parseCookies(line)].map(([name, { value }]) => [name, value])
}

describe('parseCookies', () => {
  const { cases } = pureVectors<{ header: string; cookies?: [name: string, value: string, sent: string][] }>('cookies')
  test.each(cases)('reads $header', ({ header, cookies = [] }) => {
    expect(read(header)).toEqual(cookies.map(([name, value]) => [name, value]))
  })

  test('leaves out a cookie whose name is not allowed, and keeps the others', () => {
    expect(read('a=1; b@c=2; d=3; $foo=4')).toEqual([
      ['a', '1'],
      ['d', '3'],
    ])
  })

  test('goes on behind a quoted value whose name has an equals sign', () => {
    expect(read('$a=b="x y"; c=1')).toEqual([['c', '1']])
    expect(read('a=b="x y"; c=1')).toEqual([['c', '1']])
  })

  test('reads any line as Python does, which gives up where we leave one out', (context) => {
    const part = fc.constantFrom(
      'a',
      'b=',
      '=',
      '==',
      ' ',
      '  ',
      ';',
      '; ',
      '"',
      '"x y"',
      '"x;y"',
      '\\',
      '\\"',
      '\\101',
      '[',
      ']',
      ',',
      '$a',
      '$Path',
      'path',
      'Secure',
      'expires=',
      'Wed, 09 Jun 2021 10:18:14 GMT',
      'Wed, 09-Jun-21 10:18:14 GMT',
      'Wed,',
      'é',
      '\t',
      '\n',
      '\r',
      '\x1f',
      'a=1',
      'x:y',
      '/',
      '@',
      '\0',
    )
    const lines = fc.sample(
      fc.array(part, { maxLength: 9 }).map((parts) => parts.join('')),
      { numRuns: 20_000, seed: 1 },
    )
    const program = `
import http.cookies, json, sys
def read(line):
    cookies = http.cookies.SimpleCookie()
    try: cookies.load(line)
    except http.cookies.CookieError: return None
    return [[name, morsel.value] for name, morsel in cookies.items()]
print(json.dumps([read(line) for line in json.load(sys.stdin)]))`
    const theirs = runPython(context, program, lines) as ([string, string][] | null)[]
    const readable = lines
      .map((line, place) => ({ line, expected: theirs[place] }))
      .filter(({ expected }) => expected !== null)
    expect(readable.length).toBeGreaterThan(lines.length / 2)
    for (const { line, expected } of readable)
      expect({ line, cookies: read(line) }).toEqual({ line, cookies: expected })
  })

  test('never fails, whatever it reads', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        expect(() => parseCookies(line)).not.toThrow()
      }),
    )
  })

  test.each([
    ['equals signs', '='.repeat(60_000)],
    ['equals signs in front of a bad character', `${'a='.repeat(30_000)}é`],
    ['an open quote', `a="${'\\a'.repeat(30_000)}`],
    ['open quotes behind blanks', 'a= "x '.repeat(10_000)],
    ['blanks', `a${' '.repeat(60_000)}é`],
    ['flags', `a=1;${'secure;'.repeat(8_000)}`],
    ['cookies', 'a=1; '.repeat(12_000)],
  ])('reads 60 kB of %s in linear time', (_, line) => {
    // Python's expression takes minutes for some of these; the time limit of the test is what fails.
    expect(() => parseCookies(line)).not.toThrow()
  })

  test('counts the fields of a line against a limit', () => {
    expect(parseCookies('a=1; b=2', 2).size).toBe(2)
    expect(() => parseCookies('a=1; b=2; path=/', 2)).toThrow(TooManyFieldsError)
  })

  test('beyond the limit are a fault of the client, for whom the log has no error', async () => {
    class Reading extends RequestHandler {
      override do_GET(): MaybePromise<void> {
        return this.send_response_full(String(this.cookies.size))
      }
    }
    const errors: string[] = []
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: (text: string) => void errors.push(text) }
    await using served = await serve(Reading, { limits: { form_fields: 2 }, logger })
    const head = 'GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1; b=2'
    expect(await served.talk(`${head}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(await served.talk(`${head}; c=3\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(errors).toEqual([])
  })
})

test('cookieLine writes what the original sends, unquoted', () => {
  expect(cookieLine('session', 'abc123')).toBe('session=abc123; Path=/; HttpOnly')
  expect(cookieLine('second', 'two words')).toBe('second=two words; Path=/; HttpOnly')
})
