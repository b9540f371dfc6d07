/**
 * Targets, paths and queries: what a peer writes there is read without an error of ours, in linear time, and means the same
 * in whatever way it is put together; what is encoded is decoded again.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { quote, quotePlus, unquote, unquoteToOctets } from '../src/handler/percent-encoding.js'
import { parse_qs, Query, urlencode } from '../src/handler/query.js'
import { collapseLeadingSlashes, resourcePath, splitTarget } from '../src/handler/resource-path.js'
import { RequestError } from '../src/http/errors.js'
import { parameters as fuzzParameters } from './support/settings.js'

const parameters = fuzzParameters()

const escape = fc.integer({ min: 0, max: 255 }).map((octet) => `%${octet.toString(16).padStart(2, '0')}`)
const fragment = fc.oneof(
  escape,
  fc.constantFrom(
    'a',
    'b',
    '/',
    '//',
    '.',
    '..',
    '/../',
    ';',
    '?',
    '#',
    '&',
    '=',
    '+',
    '%',
    '%4',
    '%zz',
    '%2e',
    '%2F',
    ' ',
    '[',
    ']',
    ':',
    '@',
    'é',
    '\0',
  ),
)
const noise = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fragment).map((parts) => parts.join('')),
)
const repeated = fc
  .tuple(fc.array(fragment, { minLength: 1, maxLength: 4 }), fc.nat({ max: 4_000 }))
  .map(([parts, times]) => parts.join('').repeat(times))
const anyText = fc.oneof({ arbitrary: noise, weight: 9 }, repeated)
const pairs = fc.uniqueArray(
  fc.tuple(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 })),
  { selector: ([name]) => name },
)

test('a query that is written is read back', () => {
  fc.assert(
    fc.property(pairs, (written) => {
      const text = urlencode(new Query(written))
      expect(text).toMatch(/^[A-Za-z0-9_.~%+&=-]*$/)
      expect([...parse_qs(text, { keep_blank_values: true })]).toEqual(written)
    }),
    parameters,
  )
})

test('two queries joined mean what each means, one after the other', () => {
  fc.assert(
    fc.property(anyText, anyText, fc.boolean(), (first, second, keep_blank_values) => {
      const expected = parse_qs(first, { keep_blank_values })
      for (const [name, values] of parse_qs(second, { keep_blank_values })) {
        expected.set(name, [...expected.get(name, []), ...values])
      }
      expect([...parse_qs(`${first}&${second}`, { keep_blank_values })]).toEqual([...expected])
    }),
    parameters,
  )
})

test('a query has no more fields than its limit allows, and is read unless it has more', () => {
  fc.assert(
    fc.property(noise, fc.nat({ max: 10 }), (text, most) => {
      const fields = text === '' ? 0 : text.split('&').length
      if (fields > most) expect(() => parse_qs(text, { max_num_fields: most })).toThrow('fields')
      else expect([...parse_qs(text, { max_num_fields: most })]).toEqual([...parse_qs(text)])
    }),
    parameters,
  )
})

test('text and octets that are percent-encoded are decoded again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (text, octets) => {
      expect(unquote(quote(text))).toBe(text)
      expect(unquote(quotePlus(text).replaceAll('+', ' '))).toBe(text)
      expect(unquoteToOctets(quote(octets))).toEqual(Buffer.from(octets))
      expect(quote(text)).toMatch(/^[A-Za-z0-9_.~%/-]*$/)
    }),
    parameters,
  )
})

test('decoded text is the UTF-8 of the decoded octets', () => {
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  const ascii = anyText.map((text) => text.replaceAll(/[^\0-\x7f]/g, ''))
  fc.assert(
    fc.property(ascii, (text) => {
      expect(unquote(text)).toBe(utf8.decode(unquoteToOctets(text)))
    }),
    parameters,
  )
})

test('a resource path is normalised, and stays what it is when it is asked for again', () => {
  fc.assert(
    fc.property(anyText, (path) => {
      const resource = resourcePath(path)
      const segments = resource === '' ? [] : resource.split('/')
      for (const segment of ['', '.', '..']) expect(segments).not.toContain(segment)
      expect(resourcePath(`/${quote(resource)}`)).toBe(resource)
      expect(resourcePath(`//./x/../${quote(resource)}/`)).toBe(resource)
    }),
    parameters,
  )
})

test('a target is split without loss, or refused as a bad request', () => {
  const authority = fc.constantFrom(
    '',
    'h',
    'h:80',
    'u@h',
    '[::1]',
    '[::1]:80',
    '[',
    ']',
    '[x]',
    'u[@h',
    '[v1.a]',
    '[::1]x',
  )
  const absolute = fc
    .tuple(fc.constantFrom('http://', 'HTTPS://', 'urn://', '1x://'), authority, noise)
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        anyText.map((text) => `/${text}`),
        absolute,
      ),
      (target) => {
        try {
          const { path, params, query } = splitTarget(collapseLeadingSlashes(target))
          expect(target).toContain(path + params)
          expect(target).toContain(query)
          expect(path + params).not.toMatch(/[?#]/)
          expect(query).not.toContain('#')
          if (params !== '') expect(params).toMatch(/^;[^/]*$/)
        } catch (error) {
          if (!(error instanceof RequestError)) throw error
          expect(error).toMatchObject({ code: 'BAD_TARGET', status: 400 })
          expect(target).toMatch(/^[A-Za-z][^/?#]*:\/\/[^/?#]*[[\]]/)
        }
      },
    ),
    parameters,
  )
})
