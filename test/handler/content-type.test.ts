import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { charsetOf, parseContentType } from '../../src/handler/content-type.js'
import { pureVectors } from '../support/pure-vectors.js'

describe('charsetOf', () => {
  const { cases } = pureVectors<{ content_type: string | null; charset: string }>('content_type_charset')
  test.each(cases.filter(({ deviation_id }) => deviation_id === undefined))(
    'of $content_type is $charset',
    ({ content_type, charset }) => {
      expect(charsetOf(content_type)).toBe(charset)
    },
  )

  test.each([
    ['text/plain; charset=utf-8; x=y', 'utf-8'],
    ['text/plain; charset="utf-8"', 'utf-8'],
    ['text/plain; charset=', 'UTF-8'],
    ['text/plain; charset= x', 'UTF-8'],
    ['charset=x', 'UTF-8'],
    ['text/plain; Charset=x', 'x'],
    ['text/plain; charset=a\tb', 'a'],
    ['text/plain; x="; charset=quoted"; charset=real', 'real'],
    ['text/plain;charset=first;charset=second', 'first'],
  ])('differs from Python where its search finds no parameter: %j has %j', (contentType, charset) => {
    expect(charsetOf(contentType)).toBe(charset)
  })

  test('is the fallback when none is named', () => {
    expect(charsetOf('text/plain', 'latin-1')).toBe('latin-1')
    expect(charsetOf(null, 'latin-1')).toBe('latin-1')
  })
})

describe('parseContentType', () => {
  test('tells type and parameters, names without case', () => {
    const { type, parameters } = parseContentType(' Multipart/Form-Data ; Boundary="a;b\\"c"; x=1; y ; =z;;')
    expect(type).toBe('multipart/form-data')
    expect([...parameters]).toEqual([
      ['boundary', 'a;b"c'],
      ['x', '1'],
      ['', 'z'],
    ])
  })

  test('reads back what was written, whatever a quoted value holds', () => {
    const token = fc.string({ unit: fc.constantFrom('a', 'b', '1', '-', '.'), minLength: 1 })
    const parameters = fc.uniqueArray(
      fc.tuple(token, fc.string({ unit: fc.constantFrom('a', '"', '\\', ';', '=', ' ') })),
      {
        selector: ([name]) => name,
      },
    )
    fc.assert(
      fc.property(parameters, (written) => {
        const text = written.map(([name, value]) => `; ${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`).join('')
        expect([...parseContentType(`a/b${text}`).parameters]).toEqual(written)
      }),
    )
  })
})
