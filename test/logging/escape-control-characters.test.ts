import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeControlCharacters, escapeLineBreakers } from '../../src/logging/escape-control-characters.js'
import { runPython } from '../support/python.js'

describe('escapeControlCharacters', () => {
  it('writes control characters as hexadecimal escapes and doubles a backslash', () => {
    expect(escapeControlCharacters('a\r\nb\x1b[31m\x7f\x9b\\x0a é ✓')).toBe(
      'a\\x0d\\x0ab\\x1b[31m\\x7f\\x9b\\\\x0a é ✓',
    )
  })

  it('escapes every character as CPython does', (context) => {
    const text = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code)).join('')
    const answer = runPython(
      context,
      `import http.server, json, sys
table = getattr(http.server.BaseHTTPRequestHandler, '_control_char_table', None)
json.dump(None if table is None else json.load(sys.stdin).translate(table), sys.stdout)`,
      text,
    )
    if (answer === null) context.skip('this Python has no table: it is older than 3.11')
    expect(escapeControlCharacters(text)).toBe(answer)
  })

  it('never lets two texts look alike in the log', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        fc.pre(one !== other)
        expect(escapeControlCharacters(one)).not.toBe(escapeControlCharacters(other))
      }),
    )
  })
})

describe('escapeLineBreakers', () => {
  it('gives one line whatever it is given, and leaves escapes that are there already', () => {
    expect(escapeLineBreakers('a\\x0ab\n\u0085\u2028\u2029c')).toBe('a\\x0ab\\x0a\\x85\\u2028\\u2029c')
  })
})
