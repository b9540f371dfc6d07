import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quote, unquote, unquoteToOctets } from '../../src/handler/percent-encoding.js'
import { pureVectors } from '../support/pure-vectors.js'
import { runPython } from '../support/python.js'

/** Text full of escapes, whole and broken ones, whose octets are often no UTF-8. */
const escapedText = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 255 }).map((octet) => `%${octet.toString(16).padStart(2, '0')}`),
    fc.constantFrom(
      '%C3',
      '%a9',
      '%E2%82%AC',
      '%F0%9F',
      '%98%80',
      '%ED%A0',
      '%',
      '%4',
      '%zz',
      'a',
      '+',
      '/',
      'é',
      '中',
      '\u{1f600}',
    ),
  ),
  maxLength: 12,
})

describe('unquote', () => {
  const { cases } = pureVectors<{ input: string; result: string }>('unquote')
  test.each(cases)('decodes $input', ({ input, result }) => {
    expect(unquote(input)).toBe(result)
  })

  test('decodes any text as Python does', (context) => {
    const texts = fc.sample(escapedText, { numRuns: 2_000, seed: 1 })
    const program =
      'import json, sys, urllib.parse; print(json.dumps([urllib.parse.unquote(text) for text in json.load(sys.stdin)]))'
    expect(texts.map((text) => unquote(text))).toEqual(runPython(context, program, texts))
  })
})

describe('unquoteToOctets', () => {
  test('gives the octets that Python gives', (context) => {
    const texts = fc.sample(escapedText, { numRuns: 1_000, seed: 1 })
    const program = `
import json, sys, urllib.parse
print(json.dumps([urllib.parse.unquote_to_bytes(text).hex() for text in json.load(sys.stdin)]))`
    expect(texts.map((text) => unquoteToOctets(text).toString('hex'))).toEqual(runPython(context, program, texts))
  })
})

describe('quote', () => {
  const { cases } = pureVectors<{ input: string; result?: string; error?: string }>('quote')
  test.each(cases)('encodes $input', ({ input, result }) => {
    if (result === undefined) expect(() => quote(input)).toThrow(URIError)
    else expect(quote(input)).toBe(result)
  })

  test('encodes any text as Python does, whatever is safe', (context) => {
    const safe = fc.constantFrom('/', '', '/:', "!'()*", 'é', ' ')
    const pairs = fc.sample(fc.tuple(fc.string({ unit: 'binary' }), safe), { numRuns: 500, seed: 1 })
    const program = `
import json, sys, urllib.parse
print(json.dumps([urllib.parse.quote(text, safe) for text, safe in json.load(sys.stdin)]))`
    expect(pairs.map(([text, characters]) => quote(text, characters))).toEqual(runPython(context, program, pairs))
  })

  test('is undone by unquote, octet for octet', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        expect(unquoteToOctets(quote(octets))).toEqual(Buffer.from(octets))
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(unquote(quote(text))).toBe(text)
      }),
    )
  })
})
