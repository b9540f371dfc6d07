/** Which texts need no encoder to become octets. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { isShortAscii } from '../../src/http/ascii.js'

it('is short and of ASCII: a text that has the same octets in UTF-8 and in latin-1', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const isSame = Buffer.from(text, 'utf8').equals(Buffer.from(text, 'latin1'))
      expect(isShortAscii(text)).toBe(isSame && text.length <= 256)
    }),
  )
  expect(isShortAscii('')).toBe(true)
  expect(isShortAscii('~'.repeat(256))).toBe(true)
  expect(isShortAscii('~'.repeat(257))).toBe(false)
  expect(isShortAscii('\x7f')).toBe(true)
  expect(isShortAscii('\x80')).toBe(false)
})
