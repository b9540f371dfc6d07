/**
 * The codecs of heads, from both sides: what our encoders write, our reader reads back, however the octets are cut; what a peer may
 * write into Cookie and Content-Type never throws and never becomes more than it says.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { charsetOf, parseContentType } from '../src/handler/content-type.js'
import { parseCookies } from '../src/handler/cookies.js'
import { HeaderError } from '../src/http/errors.js'
import { Headers } from '../src/http/headers.js'
import { DEFAULT_LIMITS } from '../src/http/limits.js'
import { RequestReader } from '../src/http/llhttp/request-reader.js'
import { fieldLine, statusLine } from '../src/http/response-head.js'
import { parameters as fuzzParameters } from './support/settings.js'

const parameters = fuzzParameters()

/** Anything a program might put into a head, most of it latin-1. */
const anyText = fc.oneof(
  {
    arbitrary: fc.string({ unit: fc.integer({ min: 0, max: 0xff }).map((octet) => String.fromCharCode(octet)) }),
    weight: 4,
  },
  fc.string({ unit: 'binary' }),
)
const token = fc.string({
  unit: fc.constantFrom('a', 'B', '0', '!', '#', '$', "'", '*', '+', '-', '.', '^', '_', '`', '|', '~'),
  minLength: 1,
})
const fieldOctet = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }),
  fc.integer({ min: 0x80, max: 0xff }),
  fc.constant(0x09),
)
const fieldValue = fc.string({ unit: fieldOctet.map((octet) => String.fromCharCode(octet)), maxLength: 60 })
/** The prefix keeps the names away from those that mean something to the reader. */
const field = fc.tuple(
  token.map((name) => `x-${name}`),
  fieldValue,
)

/** Octets cut into pieces, at places that only depend on the given numbers. */
function cut(octets: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => place % (octets.length + 1)))].sort((a, b) => a - b)
  return [0, ...cuts].map((start, piece) => octets.subarray(start, cuts[piece] ?? octets.length))
}

test('a line that is written is one line, and all of the text', () => {
  const code = fc.oneof(fc.integer({ min: 100, max: 999 }), fc.double(), fc.integer())
  fc.assert(
    fc.property(anyText, anyText, code, (name, value, status) => {
      for (const [write, text] of [
        [() => fieldLine(name, value), `${name}: ${value}`],
        [() => statusLine('HTTP/1.1', status, value), `HTTP/1.1 ${status} ${value}`],
      ] as const) {
        let line: string
        try {
          line = write()
        } catch (error) {
          if (!(error instanceof RangeError)) expect(error).toBeInstanceOf(HeaderError)
          continue
        }
        const octets = Buffer.from(line, 'latin1')
        expect(octets.toString('latin1')).toBe(`${text}\r\n`)
        expect(octets.indexOf('\r')).toBe(octets.length - 2)
        expect(octets.indexOf('\n')).toBe(octets.length - 1)
        expect(octets.includes(0)).toBe(false)
      }
    }),
    parameters,
  )
})

test('fields that are written are read back, blanks at the ends aside, however they are cut', () => {
  const places = fc.array(fc.nat({ max: 10_000 }), { maxLength: 5 })
  fc.assert(
    fc.property(fc.array(field, { maxLength: 20 }), places, (fields, cuts) => {
      const lines = fields.map(([name, value]) => fieldLine(name, value)).join('')
      const octets = Buffer.from(`GET / HTTP/1.1\r\n${fieldLine('Host', 'h')}${lines}\r\n`, 'latin1')
      const reader = new RequestReader({ limits: DEFAULT_LIMITS })
      for (const piece of cut(octets, cuts)) reader.receive(piece)
      const head = reader.next()
      reader.release()
      if (head === null || typeof head === 'symbol' || head.kind !== 'head') throw new Error('no head')
      const expected = fields.map(([name, value]) => [name, value.replaceAll(/^[ \t]+|[ \t]+$/g, '')])
      expect(head.headers.items()).toEqual([['Host', 'h'], ...expected])
    }),
    parameters,
  )
})

test('a collection of fields answers as a search through all of them, without case', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('a', 'A', 'ab', 'aB', 'Ab', 'b'), fc.string())),
      fc.constantFrom('a', 'AB', 'c'),
      (fields, name) => {
        const headers = new Headers(fields)
        const found = fields.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
        expect(headers.get_all(name)).toEqual(found)
        expect(headers.get(name)).toBe(found[0] ?? null)
        expect(headers.has(name)).toBe(found.length > 0)
        expect(headers.items()).toEqual(fields)
        expect(headers.length).toBe(fields.length)
      },
    ),
    parameters,
  )
})

test('any cookie line is read, once per part it has, into names that a cookie can have', () => {
  const part = fc.constantFrom(
    'a',
    'b',
    '=',
    ';',
    ' ',
    '"',
    '\\',
    '\\054',
    ',',
    '[',
    '$',
    'path',
    'secure',
    'é',
    '\t',
    '@',
  )
  const line = fc.oneof(
    anyText,
    fc.array(part).map((parts) => parts.join('')),
    fc
      .tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.nat({ max: 5_000 }))
      .map(([parts, times]) => parts.join('').repeat(times)),
  )
  fc.assert(
    fc.property(line, (text) => {
      const cookies = parseCookies(text)
      expect(cookies.size).toBeLessThanOrEqual(text.split('=').length - 1)
      for (const name of cookies.keys()) expect(name).toMatch(/^[A-Za-z0-9!#$%&'*+\-.^_`|~:]+$/)
    }),
    parameters,
  )
})

test('cookies that are written are read back', () => {
  const name = token.filter((text) => !text.startsWith('$')).map((text) => `n${text}`)
  const value = fc.string({ unit: fc.constantFrom('a', '1', '=', '/', '?', '%20', ',', '[', '<') })
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([written]) => written }), (pairs) => {
      const cookies = parseCookies(pairs.map(([written, text]) => `${written}=${text}`).join('; '))
      expect([...cookies].map(([read, cookie]) => [read, cookie.value])).toEqual(pairs)
    }),
    parameters,
  )
})

test('any Content-Type is read, and what it names has no blanks unless quoted', () => {
  const part = fc.constantFrom('text/plain', ';', '=', '"', '\\', ' ', 'charset', 'Charset=', 'utf-8', 'x', '\t', 'é')
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        fc.array(part).map((parts) => parts.join('')),
      ),
      (text) => {
        const { type, parameters: named } = parseContentType(text)
        expect(type).not.toContain(';')
        for (const name of named.keys()) expect(name).not.toMatch(/[\s=;"]/)
        const charset = charsetOf(text)
        expect(charset).not.toBe('')
        if (!text.includes('"')) expect(charset).not.toMatch(/[\s;]/)
      },
    ),
    parameters,
  )
})

test('parameters that are written in quotes are read back', () => {
  const parameter = fc.tuple(
    token.map((name) => name.toLowerCase()),
    fieldValue,
  )
  fc.assert(
    fc.property(fc.uniqueArray(parameter, { selector: ([name]) => name }), (written) => {
      const text = written.map(([name, value]) => `; ${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`).join('')
      expect([...parseContentType(`text/plain${text}`).parameters]).toEqual(written)
    }),
    parameters,
  )
})
