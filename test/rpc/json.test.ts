import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/http/limits.js'
import { readJson } from '../../src/rpc/json-reader.js'
import { writeJson } from '../../src/rpc/json-writer.js'
import { pureVectors } from '../support/pure-vectors.js'
import { faultOf } from './fault.js'
import { comparable } from './typed-values.js'

const floats = pureVectors<{ hex: string; result: string }>('float_repr').cases

const read = (text: string, limits = {}) => readJson(text, { ...DEFAULT_LIMITS, ...limits })
const write = (value: unknown, limits = {}) => writeJson(value, { ...DEFAULT_LIMITS, ...limits })

/** A text of so many arrays in each other. */
function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels)
}

/** Whether JSON.parse reads all numbers of a value as they are. */
function isExact(value: unknown): boolean {
  return !/\d{16}/.test(JSON.stringify(value))
}

describe('numbers', () => {
  test.each(floats)('a float is written as Python writes it: $result', ({ hex, result }) => {
    const value = Buffer.from(hex, 'hex').readDoubleBE()
    // A whole number that is exact is an integer here: 1.0 is written 1.
    expect(write(value)).toBe(Number.isSafeInteger(value) ? result.replace('.0', '') : result)
    expect(read(result)).toBe(value)
  })

  test('a number beyond 2^53 is a float, so that it comes back as a number', () => {
    expect(write([2 ** 53, 1e16, -(2 ** 63), 1.5e22])).toBe(
      '[9007199254740992.0, 1e+16, -9.223372036854776e+18, 1.5e+22]',
    )
    expect(read('[9007199254740992.0, 1e16]')).toEqual([2 ** 53, 1e16])
  })

  test('the zero with a sign is a float, and -0 the integer 0', () => {
    expect(write([0, -0])).toBe('[0, -0.0]')
    expect(read('[-0, -0.0, 0.0]')).toEqual([0, -0, 0])
  })

  test('an integer beyond 2^53 is a bigint both ways', () => {
    expect(read('[9007199254740991, 9007199254740992, -12345678901234567890]')).toEqual([
      Number.MAX_SAFE_INTEGER,
      9007199254740992n,
      -12345678901234567890n,
    ])
    expect(write([9007199254740993n, 5n])).toBe('[9007199254740993, 5]')
  })

  test('an integer has at most as many digits as Python converts', () => {
    const longest = `-${'9'.repeat(4300)}`
    expect(read(longest)).toBe(BigInt(longest))
    expect(write(BigInt(longest))).toBe(longest)
    expect(faultOf(() => read('9'.repeat(4301)))).toBe('BAD_VALUE')
    expect(faultOf(() => write(10n ** 4300n))).toBe('NOT_SERIALIZABLE')
    expect(faultOf(() => write(-(10n ** 4300n)))).toBe('NOT_SERIALIZABLE')
  })

  test.each(['NaN', 'Infinity', '-Infinity'])('%s is refused both ways', (text) => {
    expect(faultOf(() => read(text))).toBe('MALFORMED')
    expect(faultOf(() => write(Number(text)))).toBe('NOT_SERIALIZABLE')
  })

  test('a number beyond the finite ones is refused', () => {
    expect(faultOf(() => read('1e400'))).toBe('BAD_VALUE')
    expect(faultOf(() => read('-1e400'))).toBe('BAD_VALUE')
    expect(read('1e-400')).toBe(0)
  })
})

describe('objects', () => {
  test('names with a meaning in JavaScript are names like any other', () => {
    const text = '{"__proto__": {"polluted": true}, "constructor": 1, "toString": null}'
    const value = read(text) as Record<string, unknown>
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'toString'])
    expect(write(value)).toBe(text)
    expect('polluted' in {}).toBe(false)
  })

  test('of equal names the last value counts, at the place of the first', () => {
    expect(write(read('{"a": 1, "b": 2, "a": 3}'))).toBe('{"a": 3, "b": 2}')
  })

  test('the keys of a Map are written as Python writes them', () => {
    const keys = [1, 1.5, 12345678901234567890n, null, true, 'text']
    expect(write(new Map(keys.map((key, place) => [key, place])))).toBe(
      '{"1": 0, "1.5": 1, "12345678901234567890": 2, "null": 3, "true": 4, "text": 5}',
    )
    for (const key of [{}, [], undefined, Number.NaN, Symbol('key')]) {
      expect(faultOf(() => write(new Map([[key, 1]])))).toBe('NOT_SERIALIZABLE')
    }
  })

  test('only an object of exactly the two keys is a date', () => {
    const date = '"__complex_type__": "datetime.date"'
    expect(String(read(`{${date}, "value": "2020-01-02"}`))).toBe('2020-01-02')
    expect(comparable(read(`{${date}, "value": "2020-01-02", "x": 1}`))).toHaveProperty('record')
    expect(faultOf(() => read(`{${date}}`))).toBe('BAD_VALUE')
    expect(faultOf(() => read(`{${date}, "x": 1}`))).toBe('BAD_VALUE')
  })

  test('what is no plain data is refused', () => {
    class Point {
      readonly x = 1
    }
    const refused = [
      new Point(),
      new Set(),
      Buffer.from('x'),
      /x/,
      Symbol('x'),
      () => 1,
      new Error('x'),
      Promise.resolve(),
    ]
    for (const value of refused) {
      expect(faultOf(() => write([value]))).toBe('NOT_SERIALIZABLE')
    }
  })

  test('undefined is null, and left out as the value of a property', () => {
    const sparse: unknown[] = []
    sparse[1] = 1
    expect(write(undefined)).toBe('null')
    expect(write(sparse)).toBe('[null, 1]')
    expect(write({ a: undefined, b: null })).toBe('{"b": null}')
  })
})

describe('texts that are not JSON', () => {
  const texts = [
    '',
    ' ',
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[1 2]',
    '[,1]',
    ']',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
  ]
  const more = [
    '{a:1}',
    '{1:1}',
    '{"a" 1}',
    '[}',
    '{]',
    '[1}',
    '{"a":1]',
    '1 2',
    '[]]',
    '01',
    '1.',
    '.5',
    '+1',
    '1e',
    '-',
    '--1',
  ]
  const words = [
    'tru',
    'True',
    'nulll',
    "'a'",
    '"a',
    '"a\nb"',
    '"\\x41"',
    '"\\u12"',
    '"\\',
    '"\\\n"',
    '/**/1',
    '\u00a01',
    '\u{feff}1',
  ]
  test.each([...texts, ...more, ...words])('%j is refused', (text) => {
    expect(faultOf(() => read(text))).toBe('MALFORMED')
  })
})

describe('limits', () => {
  test('a text is read to its full depth and refused one level deeper', () => {
    expect(write(read(nested(1000)))).toBe(nested(1000))
    expect(faultOf(() => read(nested(1001)))).toBe('TOO_DEEP')
    expect(faultOf(() => read('{"a":'.repeat(1001)))).toBe('TOO_DEEP')
  })

  test('without a depth limit a million levels are read without a stack', () => {
    const text = '['.repeat(1_000_000)
    expect(faultOf(() => read(text, { rpc_depth: Infinity, rpc_elements: Infinity }))).toBe('MALFORMED')
    const deep = nested(100_000)
    expect(write(read(deep, { rpc_depth: Infinity }), { rpc_depth: Infinity }) === deep).toBe(true)
  })

  test('values are counted on all levels together', () => {
    expect(read('[1, {"a": [2]}]', { rpc_elements: 5 })).toBeDefined()
    expect(faultOf(() => read('[1, {"a": [2]}]', { rpc_elements: 4 }))).toBe('TOO_MANY_ELEMENTS')
  })

  test('circular data is refused', () => {
    const circle: unknown[] = []
    circle.push(circle, circle)
    expect(faultOf(() => write(circle))).toBe('TOO_DEEP')
    const map = new Map<string, unknown>()
    map.set('self', { map })
    expect(faultOf(() => write(map))).toBe('TOO_DEEP')
  })
})

describe('beside JSON.parse and JSON.stringify', () => {
  test('every JSON text has the value that JSON.parse gives, whatever its blanks', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 5, depthSize: 'large' }).filter(isExact),
        fc.constantFrom(0, 1, '\t', '\r'),
        (value, blanks) => {
          expect(comparable(read(JSON.stringify(value, null, blanks)))).toEqual(
            comparable(JSON.parse(JSON.stringify(value))),
          )
        },
      ),
    )
  })

  test('what is written is JSON in ASCII', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'large', stringUnit: 'binary' }), (value) => {
        const text = write(value)
        expect(text).toMatch(/^[ -~]*$/)
        expect(comparable(JSON.parse(text))).toEqual(comparable(value))
      }),
    )
  })

  test('a text is refused exactly when JSON.parse refuses it', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('')
        expect(faultOf(() => read(text)) === null).toBe(isJson(text))
      }),
      { numRuns: 3000 },
    )
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
