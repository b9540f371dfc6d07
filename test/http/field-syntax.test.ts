import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isFieldValue, isToken, listMembers, trimBlanks } from '../../src/http/field-syntax.js'

describe('tokens', () => {
  test('are made of the characters of RFC 9110 5.6.2 and no others', () => {
    for (let code = 0; code < 0x180; code++) {
      const character = String.fromCharCode(code)
      expect(isToken(character), character).toBe(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/.test(character))
    }
  })

  test('are not empty', () => expect(isToken('')).toBe(false))
})

describe('field values', () => {
  test('have no controls but HTAB, and nothing beyond latin-1', () => {
    for (let code = 0; code < 0x180; code++) {
      const character = String.fromCharCode(code)
      const allowed = code === 9 || (code >= 0x20 && code !== 0x7f && code <= 0xff)
      expect(isFieldValue(`a${character}b`), JSON.stringify(character)).toBe(allowed)
    }
  })

  test('may be empty', () => expect(isFieldValue('')).toBe(true))
})

test('blanks are trimmed at both ends, and only there', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(' ', '\t', 'a', '\n') }), (text) => {
      expect(trimBlanks(text)).toBe(text.replace(/^[ \t]+|[ \t]+$/g, ''))
    }),
  )
})

test('list members are in lower case, without blanks, empty ones kept', () => {
  expect(listMembers('Close ,\tx,, Y')).toEqual(['close', 'x', '', 'y'])
})
