import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeaderError } from '../../src/http/errors.js'
import { fieldLine, statusLine } from '../../src/http/response-head.js'

/** Text that a line of a head can carry: latin-1 without CR, LF and NUL. */
const latin1 = fc
  .array(
    fc.integer({ min: 1, max: 0xff }).filter((octet) => octet !== 0x0a && octet !== 0x0d),
    { maxLength: 40 },
  )
  .map((octets) => String.fromCharCode(...octets))
const insertion = fc.tuple(latin1, latin1)

/** Octets that the heap has grown by, garbage included. */
function growth(work: () => void): number {
  const before = process.memoryUsage().heapUsed
  work()
  return process.memoryUsage().heapUsed - before
}

describe('statusLine', () => {
  test('puts version, code and reason on one line', () => {
    expect(statusLine('HTTP/1.1', 200, 'OK')).toBe('HTTP/1.1 200 OK\r\n')
    expect(statusLine('HTTP/1.0', 999, '')).toBe('HTTP/1.0 999 \r\n')
    expect(statusLine('HTTP/1.1', 100, 'Continue')).toBe('HTTP/1.1 100 Continue\r\n')
  })

  test('gives a code the reason and version of this time, not of the last', () => {
    for (const reason of ['OK', 'Fine', 'OK'])
      expect(statusLine('HTTP/1.1', 200, reason)).toBe(`HTTP/1.1 200 ${reason}\r\n`)
    expect(statusLine('HTTP/1.0', 200, 'OK')).toBe('HTTP/1.0 200 OK\r\n')
  })

  test.each([99, 1000, 0, -200, 200.5, Number.NaN, Infinity])('refuses the status code %d', (code) => {
    expect(() => statusLine('HTTP/1.1', code, 'OK')).toThrow(RangeError)
  })

  test.each(['a\rb', 'a\nb', 'a\0b'])('refuses the reason %j, which would end its line', (reason) => {
    expect(() => statusLine('HTTP/1.1', 200, reason)).toThrow(
      expect.objectContaining({ name: 'HeaderError', code: 'FORBIDDEN_CHARACTER' }),
    )
  })
})

describe('fieldLine', () => {
  test('writes name and value exactly as given', () => {
    expect(fieldLine('X-odd NAME', '  padded\t ')).toBe('X-odd NAME:   padded\t \r\n')
    expect(fieldLine('', '')).toBe(': \r\n')
  })

  test('writes numbers in decimal', () => {
    expect(fieldLine('Content-Length', 1e21)).toBe('Content-Length: 1e+21\r\n')
    expect(fieldLine('Content-Length', 10_000_000_000)).toBe('Content-Length: 10000000000\r\n')
    expect(fieldLine('Content-Length', 2n ** 64n)).toBe('Content-Length: 18446744073709551616\r\n')
  })

  test('keeps every latin-1 character, one octet each', () => {
    fc.assert(
      fc.property(latin1, latin1, (name, value) => {
        const octets = Buffer.from(fieldLine(name, value), 'latin1')
        expect(octets.length).toBe(name.length + value.length + 4)
        expect(octets.toString('latin1')).toBe(`${name}: ${value}\r\n`)
      }),
    )
  })

  test('refuses CR, LF and NUL wherever they stand', () => {
    fc.assert(
      fc.property(insertion, fc.constantFrom('\r', '\n', '\0'), latin1, ([before, after], end, other) => {
        const broken = before + end + after
        const error = expect.objectContaining({ name: 'HeaderError', code: 'FORBIDDEN_CHARACTER' })
        expect(() => fieldLine(broken, other)).toThrow(error)
        expect(() => fieldLine(other, broken)).toThrow(error)
      }),
    )
  })

  test('writes each line as if it were the first of its name', () => {
    const value = fc.oneof(fc.constantFrom('', '0', 'a', 'b'), fc.integer({ min: 0, max: 1 }), fc.constantFrom(0n, 1n))
    const lines = fc.array(fc.tuple(fc.constantFrom('X-Again', 'x-again', 'X-Other'), value))
    fc.assert(
      fc.property(lines, (given) => {
        for (const [name, value] of given) expect(fieldLine(name, value)).toBe(`${name}: ${value}\r\n`)
      }),
    )
  })

  test('asks an object each time what it is, although the types allow none', () => {
    let asked = 0
    const changing = { toString: () => String(++asked) } as unknown as string
    expect([1, 2, 3].map(() => fieldLine('X-Again', changing))).toEqual([1, 2, 3].map((n) => `X-Again: ${n}\r\n`))
  })

  test('looks at a value of a known name as at any other', () => {
    fieldLine('X-Known', 'a')
    expect(() => fieldLine('X-Known', 'a\r\nX-Injected: b')).toThrow(HeaderError)
    expect(fieldLine('X-Known', 'a')).toBe('X-Known: a\r\n')
  })

  test('refuses what has no octet in latin-1', () => {
    expect(() => fieldLine('X-Unicode', '✓')).toThrow(
      new HeaderError('NOT_LATIN1', 'header "X-Unicode" contains a character beyond latin-1'),
    )
    expect(() => fieldLine('Ā', 'a')).toThrow(HeaderError)
  })
})

describe('what is kept of lines that were written', () => {
  test('is little, however many names a program makes up', () => {
    const value = 'v'.repeat(200)
    const grown = growth(() => {
      for (let name = 0; name < 500_000; name++) fieldLine(`X-${name}`, value)
    })
    expect(grown).toBeLessThan(60_000_000)
  })

  test('is little, however long its reasons are', () => {
    const grown = growth(() => {
      for (let code = 100; code < 1_000; code++) statusLine('HTTP/1.1', code, `${code}${'r'.repeat(200_000)}`)
    })
    expect(grown).toBeLessThan(60_000_000)
  })
})
