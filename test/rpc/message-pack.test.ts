import { decode, encode } from '@msgpack/msgpack'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/http/limits.js'
import { MessagePackExtension } from '../../src/rpc/message-pack-extension.js'
import { readMessagePack } from '../../src/rpc/message-pack-reader.js'
import { writeMessagePack } from '../../src/rpc/message-pack-writer.js'
import { faultOf } from './fault.js'
import { comparable } from './typed-values.js'

const read = (octets: string | Uint8Array, limits = {}) =>
  readMessagePack(typeof octets === 'string' ? Buffer.from(octets, 'hex') : Buffer.from(octets), {
    ...DEFAULT_LIMITS,
    ...limits,
  })
const write = (value: unknown, limits = {}) => writeMessagePack(value, { ...DEFAULT_LIMITS, ...limits })
const hex = (value: unknown) => write(value).toString('hex')
const nested = (levels: number) => Buffer.concat([Buffer.alloc(levels - 1, 0x91), Buffer.of(0x90)])

describe('integers', () => {
  test.each([
    [0, '00'],
    [127, '7f'],
    [128, 'cc80'],
    [255, 'ccff'],
    [256, 'cd0100'],
    [65_536, 'ce00010000'],
    [2 ** 32, 'cf0000000100000000'],
    [-1, 'ff'],
    [-32, 'e0'],
    [-33, 'd0df'],
    [-128, 'd080'],
    [-129, 'd1ff7f'],
    [-32_769, 'd2ffff7fff'],
    [-(2 ** 31) - 1, 'd3ffffffff7fffffff'],
    [2n ** 64n - 1n, 'cfffffffffffffffff'],
    [-(2n ** 63n), 'd38000000000000000'],
  ])('%s has the shortest form there is', (value, octets) => {
    expect(hex(value)).toBe(octets)
    expect(read(octets)).toBe(value)
  })

  test('a bigint that is exact as a number comes back as one', () => {
    expect(read(write(5n))).toBe(5)
    expect(read(write(2n ** 53n))).toBe(2n ** 53n)
  })

  test('integers beyond 64 bits are refused', () => {
    expect(faultOf(() => write(2n ** 64n))).toBe('NOT_SERIALIZABLE')
    expect(faultOf(() => write(-(2n ** 63n) - 1n))).toBe('NOT_SERIALIZABLE')
  })

  test('numbers beyond 2^53, the zero with a sign and what is not finite are floats', () => {
    for (const value of [2 ** 60, -0, 0.5, Number.NaN, Infinity]) {
      expect(hex(value)).toMatch(/^cb/)
      expect(read(write(value))).toBe(value)
    }
  })
})

describe('lists, maps, texts and octets', () => {
  test.each([0, 1, 15, 16, 31, 32, 255, 256, 65_535, 65_536])('a length of %i comes back in every family', (length) => {
    const list = Array.from({ length }, (_, place) => place)
    for (const value of [
      list,
      'x'.repeat(length),
      Buffer.alloc(length, 1),
      new Map(list.map((item) => [item, item])),
    ]) {
      const expected = value instanceof Map && length === 0 ? {} : value
      expect(read(write(value))).toEqual(expected)
    }
    const extension = new MessagePackExtension(-7, Buffer.alloc(length, 2))
    expect(comparable(read(write(extension)))).toEqual(comparable(extension))
  })

  test('a map has keys of any kind, and is a Map unless all of them are texts', () => {
    const map = new Map<unknown, unknown>([
      [1, 'a'],
      [null, 'b'],
      [[1, 2], 'c'],
      ['__proto__', 'd'],
    ])
    expect(read(write(map))).toEqual(map)
    expect(comparable(read('81a161c0'))).toEqual({ record: [['a', null]] })
  })

  test('names with a meaning in JavaScript are names like any other', () => {
    const value = read(write(JSON.parse('{"__proto__": 1, "constructor": 2}'))) as object
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(value)).toBeNull()
  })

  test('every view of octets is written as what it shows', () => {
    const octets = Uint8Array.of(1, 2, 3, 4)
    expect(hex(octets.subarray(1, 3))).toBe('c4020203')
    expect(hex(new DataView(octets.buffer, 3))).toBe('c40104')
    expect(hex(octets.buffer)).toBe('c40401020304')
  })

  test('what is read does not hold on to the payload', () => {
    const payload = Buffer.from('c4020102', 'hex')
    const octets = read(payload) as Buffer
    payload.fill(0)
    expect(octets.toString('hex')).toBe('0102')
  })

  test('text that is no Unicode is refused both ways', () => {
    expect(faultOf(() => write('\ud800'))).toBe('NOT_SERIALIZABLE')
    for (const octets of ['a1ff', 'a3eda080', 'a1c3', 'a2c080']) expect(faultOf(() => read(octets))).toBe('MALFORMED')
    expect(read(write('\u{feff}\u{1f600}'))).toBe('\u{feff}\u{1f600}')
  })

  test('what is no data is refused', () => {
    for (const value of [Symbol('x'), () => 1, new Set(), /x/]) {
      expect(faultOf(() => write(value))).toBe('NOT_SERIALIZABLE')
    }
  })

  test('a type outside an octet is no extension', () => {
    for (const type of [128, -129, 1.5]) {
      expect(() => new MessagePackExtension(type, Buffer.alloc(0))).toThrow(RangeError)
    }
  })
})

describe('limits', () => {
  test('octets are read to their full depth and refused one level deeper', () => {
    expect(write(read(nested(1000)))).toEqual(nested(1000))
    expect(faultOf(() => read(Buffer.alloc(1001, 0x91)))).toBe('TOO_DEEP')
    expect(faultOf(() => read(Buffer.alloc(2002, '\x81\xa0', 'latin1')))).toBe('TOO_DEEP')
  })

  test('without a depth limit a million levels are read without a stack', () => {
    expect(faultOf(() => read(Buffer.alloc(1_000_000, 0x91), { rpc_depth: Infinity, rpc_elements: Infinity }))).toBe(
      'MALFORMED',
    )
  })

  test('values are counted on all levels together, keys among them', () => {
    expect(read('9201 8201020304'.replace(' ', ''), { rpc_elements: 7 })).toBeDefined()
    expect(faultOf(() => read('92018201020304', { rpc_elements: 6 }))).toBe('TOO_MANY_ELEMENTS')
  })

  test('nothing is allocated for values that are only announced', () => {
    const announcement = Buffer.from('ddffffffff', 'hex')
    expect(faultOf(() => read(announcement))).toBe('MALFORMED')
    for (const first of ['dfffffffff', 'dbffffffff', 'c6ffffffff', 'c9ffffffff05']) {
      expect(faultOf(() => read(first))).toBe('MALFORMED')
    }
    // Each list announces no more than the octets that follow, yet all together more than the limit.
    const lists = Buffer.concat(Array.from({ length: 200 }, () => Buffer.from('dd00002000', 'hex')))
    expect(faultOf(() => read(Buffer.concat([lists, Buffer.alloc(10_000)])))).toBe('TOO_MANY_ELEMENTS')
  })

  test('circular data is refused', () => {
    const circle: unknown[] = []
    circle.push(circle)
    expect(faultOf(() => write(circle))).toBe('TOO_DEEP')
  })
})

describe('beside the package @msgpack/msgpack', () => {
  // The package refuses this one name; ours is tested above.
  const names = fc.string().filter((name) => name !== '__proto__')
  const data = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0)),
      fc.string({ unit: 'grapheme' }),
      fc.uint8Array(),
      fc.array(tie('value')),
      fc.dictionary(names, tie('value'), { noNullPrototype: true }),
    ),
  })).value

  test('both write the same octets, and read each other', () => {
    fc.assert(
      fc.property(data, (value) => {
        const octets = write(value)
        expect(octets).toEqual(Buffer.from(encode(value)))
        expect(comparable(read(octets))).toEqual(comparable(decode(octets)))
      }),
      { numRuns: 300 },
    )
  })
})

test('arbitrary octets give a value or the declared error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
      faultOf(() => write(read(octets)))
    }),
    { numRuns: 2000 },
  )
})
