import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CharsetError, decodeText, encodeText, textOrNull } from '../../src/http/charset.js'
import { runPython } from '../support/python.js'

function faultOf(action: () => unknown): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(CharsetError)
    return (error as CharsetError).code
  }
}

describe('decodeText', () => {
  test('takes each octet of latin-1 for the character of its number', () => {
    const octets = Uint8Array.from({ length: 256 }, (_, octet) => octet)
    const text = String.fromCharCode(...octets)
    for (const name of ['latin-1', 'ISO-8859-1', 'latin1', 'iso8859_1', 'cp819'])
      expect(decodeText(octets, name)).toBe(text)
    expect(decodeText(Uint8Array.of(0x80), 'windows-1252')).toBe('€')
  })

  test('refuses octets that are no text, instead of replacing them', () => {
    expect(faultOf(() => decodeText(Uint8Array.of(0xe9), 'utf-8'))).toBe('UNDECODABLE')
    expect(faultOf(() => decodeText(Uint8Array.of(0xed, 0xa0, 0x80), 'utf-8'))).toBe('UNDECODABLE')
    expect(faultOf(() => decodeText(Uint8Array.of(0x80), 'us-ascii'))).toBe('UNDECODABLE')
    expect(faultOf(() => decodeText(Uint8Array.of(0x41), 'utf-16le'))).toBe('UNDECODABLE')
    expect(faultOf(() => decodeText(Uint8Array.of(0x00, 0xd8), 'utf-16le'))).toBe('UNDECODABLE')
    expect(faultOf(() => decodeText(Uint8Array.of(0x41), 'utf-16'))).toBe('UNDECODABLE')
    expect(faultOf(() => decodeText(Uint8Array.of(0x81), 'windows-1252'))).toBe('UNDECODABLE')
    expect(faultOf(() => decodeText(Uint8Array.of(0x81), 'shift_jis'))).toBe('UNDECODABLE')
  })

  test('takes long UTF-8 for what it is, wherever its characters begin, and nothing else', () => {
    const wholeTexts = ['é', '€', '😀'].flatMap((character) =>
      Array.from({ length: 8 }, (_, shift) => 'a'.repeat(506 + shift) + character.repeat(2_000)),
    )
    for (const text of wholeTexts) {
      const octets = Buffer.from(text)
      expect(textOrNull(octets, 'utf-8')).toBe(text)
      for (const place of [0, 400, 505, 520, octets.length - 1]) {
        const broken = Buffer.from(octets)
        broken[place] = 0xff
        expect(textOrNull(broken, 'utf-8')).toBeNull()
      }
    }
    for (const octets of [[0x80], [0xf0, 0x9f], [0xf0, 0x80, 0x80, 0x80, 0x80, 0x80]]) {
      expect(textOrNull(Buffer.alloc(6_000, Uint8Array.from(octets)), 'utf-8')).toBeNull()
    }
  })

  test('takes the octets of US-ASCII for their characters', () => {
    expect(decodeText(Buffer.from('a~\0'), 'us-ascii')).toBe('a~\0')
  })

  test('keeps a byte order mark, except where it tells the order', () => {
    expect(decodeText(Buffer.from('\ufeffa'), 'UTF-8')).toBe('\ufeffa')
    expect(decodeText(Uint8Array.of(0xff, 0xfe, 0x61, 0), 'utf-16le')).toBe('\ufeffa')
    expect(decodeText(Uint8Array.of(0xff, 0xfe, 0x61, 0), 'utf-16')).toBe('a')
    expect(decodeText(Uint8Array.of(0xfe, 0xff, 0, 0x61), 'utf-16')).toBe('a')
    expect(decodeText(Buffer.from('\ufeffa'), 'unicode11utf8')).toBe('\ufeffa')
  })

  test('takes text without a byte order mark for little-endian, whatever its first octets share with one', () => {
    expect(decodeText(Uint8Array.of(0xfe, 0), 'utf-16')).toBe('\xfe')
    expect(decodeText(Uint8Array.of(0, 0xff), 'utf-16')).toBe('\uff00')
    expect(decodeText(Uint8Array.of(0x61, 0, 0xff, 0xfe), 'utf-16')).toBe('a\ufeff')
  })

  test.each(['no-such-charset', '', 'utf-7', '__proto__'])('does not know the charset %j', (name) => {
    expect(faultOf(() => decodeText(new Uint8Array(), name))).toBe('UNKNOWN_CHARSET')
  })

  test('has a form that gives null for what is no text, or has a charset nobody knows', () => {
    expect(textOrNull(Uint8Array.of(0x61, 0xc3, 0xa9), 'utf-8')).toBe('aé')
    expect(textOrNull(Uint8Array.of(0xe9), 'utf-8')).toBeNull()
    expect(textOrNull(Uint8Array.of(0x61), 'no-such-charset')).toBeNull()
  })

  test('decodes as Python does, under its names too', (context) => {
    const names = fc.constantFrom(
      'utf-8',
      'UTF8',
      'utf_8',
      'latin_1',
      'ascii',
      'US-ASCII',
      'utf-16-le',
      'utf-16-be',
      'koi8-r',
      'cp1252',
      'iso8859-15',
    )
    const octet = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0x20, max: 0x7e }),
      fc.constantFrom(0xc3, 0xa9, 0xd8, 0),
    )
    const cases = fc.sample(fc.tuple(fc.array(octet, { maxLength: 6 }), names), { numRuns: 1_000, seed: 1 })
    const program = `
import json, sys
def decode(octets, charset):
    try: return bytes(octets).decode(charset)
    except UnicodeDecodeError: return None
print(json.dumps([decode(octets, charset) for octets, charset in json.load(sys.stdin)]))`
    const ours = cases.map(([octets, name]) => {
      try {
        return decodeText(Uint8Array.from(octets), name)
      } catch {
        return null
      }
    })
    expect(ours).toEqual(runPython(context, program, cases))
  })
})

describe('encodeText', () => {
  test.each([
    ['utf-8', [0xc3, 0xa9]],
    ['utf-16le', [0xe9, 0]],
    ['utf-16', [0xff, 0xfe, 0xe9, 0]],
    ['latin-1', [0xe9]],
    [' Latin_1 ', [0xe9]],
    ['\tISO 8859 1', [0xe9]],
  ])('writes é in %j', (name, octets) => {
    expect([...encodeText('é', name)]).toEqual(octets)
  })

  test('refuses a character that the charset has not', () => {
    expect(faultOf(() => encodeText('✓', 'latin-1'))).toBe('UNENCODABLE')
    expect(faultOf(() => encodeText('é', 'us-ascii'))).toBe('UNENCODABLE')
    expect(faultOf(() => encodeText('\ud800', 'utf-8'))).toBe('UNENCODABLE')
    expect(faultOf(() => encodeText('\udc00', 'utf-16le'))).toBe('UNENCODABLE')
  })

  test('refuses a charset that can only be read', () => {
    expect(faultOf(() => encodeText('a', 'koi8-r'))).toBe('UNENCODABLE')
    expect(faultOf(() => encodeText('a', 'no-such-charset'))).toBe('UNKNOWN_CHARSET')
  })

  test('is undone by decodeText', () => {
    const name = fc.constantFrom('utf-8', 'utf-16le', 'utf-16', 'latin-1', 'us-ascii')
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), name, (text, charset) => {
        const fault = faultOf(() => encodeText(text, charset))
        if (fault === undefined) expect(decodeText(encodeText(text, charset), charset)).toBe(text)
        else expect([fault, charset]).toEqual(['UNENCODABLE', expect.stringMatching(/latin|ascii/)])
      }),
    )
  })
})
