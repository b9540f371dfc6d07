import { constants, deflateRawSync, deflateSync, inflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { afterEach, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/http/limits.js'
import { SerializerError } from '../../src/rpc/errors.js'
import { g_serializer_drivers, Serializer, type SerializerOptions } from '../../src/rpc/serializer.js'
import { pureVectors } from '../support/pure-vectors.js'
import { runPython } from '../support/python.js'
import { faultOf } from './fault.js'
import { jsonData, messagePackData } from './generated-values.js'
import { comparable, untag } from './typed-values.js'

const JSON_TYPE = 'application/json'
const MESSAGE_PACK_TYPE = 'binary/message-pack'

interface RecordedCall {
  readonly operation: 'dumps' | 'loads'
  readonly content_type: string
  readonly hex: string
  readonly value?: unknown
  readonly error?: string
}

interface RecordedType {
  readonly content_type: string
  readonly name?: string
  readonly charset?: string | null
  readonly compression?: string | null
  readonly content_type_out?: string
  readonly error?: string
}

const { cases } = pureVectors<RecordedCall>('serializer')
const types = pureVectors<RecordedType>('serializer_content_type').cases

/** Where the recorded answer is not ours: what is written instead, or the fault. */
const DEVIATIONS: Record<string, string> = {
  [`dumps ${JSON_TYPE} {"$float":"1.0"}`]: '31',
  [`dumps ${MESSAGE_PACK_TYPE} {"$float":"1.0"}`]: '01',
  [`dumps ${JSON_TYPE} {"$float":"nan"}`]: 'NOT_SERIALIZABLE',
  [`dumps ${JSON_TYPE} {"$float":"inf"}`]: 'NOT_SERIALIZABLE',
  [`loads ${JSON_TYPE} ${hexOf('[NaN, Infinity, -Infinity]')}`]: 'MALFORMED',
  [`loads ${JSON_TYPE} ${hexOf('[1e400]')}`]: 'BAD_VALUE',
  [`loads ${JSON_TYPE}; compression=gzip ${hexOf('[1]')}`]: 'UNKNOWN_COMPRESSION',
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex')
}

describe('beside the Python original', () => {
  const dumps = cases.filter(({ operation }) => operation === 'dumps')
  test.each(dumps)('$content_type writes $value', ({ content_type, value, hex }) => {
    const serializer = Serializer.from_content_type(content_type)
    const expected = DEVIATIONS[`dumps ${content_type} ${JSON.stringify(value)}`] ?? hex
    const outcome = faultOf(() => serializer.dumps(untag(value))) ?? serializer.dumps(untag(value)).toString('hex')
    expect(outcome).toBe(expected)
  })

  const loads = cases.filter(({ operation }) => operation === 'loads')
  test.each(loads)('$content_type reads $hex', ({ content_type, hex, value, error, deviation_id }) => {
    const read = () => Serializer.from_content_type(content_type).loads(Buffer.from(hex, 'hex'))
    const fault = DEVIATIONS[`loads ${content_type} ${hex}`]
    if (fault !== undefined) return expect(faultOf(read)).toBe(fault)
    if (error !== undefined) return expect(read).toThrow(SerializerError)
    if (deviation_id === 'complex-type-spoof') return expect(comparable(read())).toHaveProperty('record')
    expect(comparable(read())).toEqual(comparable(untag(value)))
  })

  test.each(types)('the type $content_type', (recorded) => {
    const read = () => Serializer.from_content_type(recorded.content_type)
    if (recorded.deviation_id === 'rpc-unknown-compression') return expect(faultOf(read)).toBe('UNKNOWN_COMPRESSION')
    if (recorded.content_type === 'Application/JSON') return expect(read().name).toBe(JSON_TYPE)
    if (recorded.content_type === 'application/json; Charset=x') return expect(read().charset).toBe('x')
    if (recorded.error !== undefined) return expect(faultOf(read)).toBe('BAD_CONTENT_TYPE')
    const { name, charset, compression, content_type } = read()
    const { content_type_out } = recorded
    expect({ name, charset, compression, content_type_out: content_type }).toEqual({
      name: recorded.name,
      charset: recorded.charset,
      compression: recorded.compression,
      content_type_out,
    })
  })

  test("floats and texts are spelled as python3's own json spells them", (context) => {
    const values = fc.sample(
      fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string({ unit: 'binary' }))),
      {
        numRuns: 300,
        seed: 7,
      },
    )
    const texts = values.map((value) => new Serializer(JSON_TYPE).dumps(value).toString())
    const script =
      'import json, sys\nprint(json.dumps([json.dumps(json.loads(text)) for text in json.load(sys.stdin)]))'
    expect(runPython(context, script, texts)).toEqual(texts)
  })
})

describe('dumps, then loads', () => {
  const formats: [string, SerializerOptions, fc.Arbitrary<unknown>][] = [
    [JSON_TYPE, {}, jsonData],
    [JSON_TYPE, { charset: 'UTF-16LE', compression: 'zlib' }, jsonData],
    [MESSAGE_PACK_TYPE, {}, messagePackData],
    [MESSAGE_PACK_TYPE, { compression: 'zlib' }, messagePackData],
  ]
  test.each(formats)('%s %o gives the same value', (name, options, data) => {
    const serializer = new Serializer(name, options)
    fc.assert(
      fc.property(data, (value) => {
        expect(comparable(serializer.loads(serializer.dumps(value)))).toEqual(comparable(value))
      }),
    )
  })

  test('a Date comes back as a datetime in UTC', () => {
    for (const name of [JSON_TYPE, MESSAGE_PACK_TYPE]) {
      const serializer = new Serializer(name)
      const value = serializer.loads(serializer.dumps(new Date('2020-01-02T03:04:05.678+02:00')))
      expect(value).toBeInstanceOf(Temporal.PlainDateTime)
      expect(String(value)).toBe('2020-01-02T01:04:05.678')
    }
  })
})

describe('compression', () => {
  test('what is written inflates to what would be written without', () => {
    const value = { a: [1, 2, 3] }
    const octets = new Serializer(JSON_TYPE, { compression: 'zlib' }).dumps(value)
    expect(inflateSync(octets)).toEqual(new Serializer(JSON_TYPE).dumps(value))
  })

  test('a gigabyte in a megabyte is refused while it inflates, without being held', () => {
    const chunk = deflateRawSync(Buffer.alloc(1_048_576), { finishFlush: constants.Z_SYNC_FLUSH })
    const bomb = Buffer.concat([Buffer.of(0x78, 0x9c), ...Array.from({ length: 1024 }, () => chunk)])
    const before = process.resourceUsage().maxRSS
    for (const name of [JSON_TYPE, MESSAGE_PACK_TYPE]) {
      const serializer = new Serializer(name, { compression: 'zlib' })
      expect(faultOf(() => serializer.loads(bomb))).toBe('TOO_LARGE')
    }
    const grownKilobytes = process.resourceUsage().maxRSS - before
    expect(grownKilobytes).toBeLessThan(64 * 1024)
  })

  test('the limit is exact', () => {
    const octets = deflateSync('[1, 2]')
    const within = (rpc_inflated_bytes: number) =>
      faultOf(() =>
        new Serializer(JSON_TYPE, { compression: 'zlib', limits: { ...DEFAULT_LIMITS, rpc_inflated_bytes } }).loads(
          octets,
        ),
      )
    expect(within(6)).toBeNull()
    expect(within(5)).toBe('TOO_LARGE')
    expect(within(0)).toBe('TOO_LARGE')
    expect(within(Infinity)).toBeNull()
  })

  test.each(['', '789c', 'ffff', '789c8b368c050001d300eb'])('octets %j are no zlib data', (hex) => {
    const serializer = new Serializer(JSON_TYPE, { compression: 'zlib' })
    expect(faultOf(() => serializer.loads(Buffer.from(hex, 'hex')))).toBe('MALFORMED')
  })
})

describe('charsets', () => {
  test('a text is read and written in the charset of its type', () => {
    const utf16 = new Serializer(JSON_TYPE, { charset: 'utf-16-le' })
    expect(utf16.dumps(['é'])).toEqual(Buffer.from('["\\u00e9"]', 'utf16le'))
    expect(utf16.loads(Buffer.from('["é"]', 'utf16le'))).toEqual(['é'])
    const latin1 = new Serializer(JSON_TYPE, { charset: 'iso-8859-1' })
    expect(latin1.loads(Buffer.from('["\x80\xe9"]', 'latin1'))).toEqual(['\x80é'])
  })

  test('a charset nobody knows is refused when it is needed', () => {
    const serializer = Serializer.from_content_type('application/json; charset=klingon')
    expect(faultOf(() => serializer.loads(Buffer.from('1')))).toBe('UNKNOWN_CHARSET')
    expect(faultOf(() => new Serializer(JSON_TYPE, { charset: null }).loads(Buffer.from('1')))).toBe('UNKNOWN_CHARSET')
    expect(faultOf(() => serializer.dumps(1))).toBe('UNKNOWN_CHARSET')
    expect(Serializer.from_content_type('binary/message-pack; charset=klingon').loads(Buffer.of(1))).toBe(1)
  })
})

describe('drivers of a program', () => {
  afterEach(() => void g_serializer_drivers.delete('application/x-lines'))

  test('a driver that is added is found by its type, with charset and compression', () => {
    g_serializer_drivers.set('application/x-lines', {
      dumps: (value) => (value as string[]).join('\n'),
      loads: (data) => String(data).split('\n'),
    })
    const serializer = Serializer.from_content_type('Application/X-Lines; charset=latin-1; compression=zlib')
    expect(serializer.loads(serializer.dumps(['é', 'b']))).toEqual(['é', 'b'])
    expect(serializer.content_type).toBe('application/x-lines; charset=latin-1; compression=zlib')
  })

  test('what a driver throws arrives as the declared error', () => {
    const cause = new Error('broken')
    const fail = () => {
      throw cause
    }
    g_serializer_drivers.set('application/x-lines', { dumps: fail, loads: fail })
    const serializer = new Serializer('application/x-lines')
    expect(() => serializer.loads(Buffer.from('x'))).toThrow(expect.objectContaining({ code: 'DRIVER_FAILED', cause }))
    expect(faultOf(() => serializer.dumps('x'))).toBe('DRIVER_FAILED')
  })
})

test('arbitrary octets give a value or the declared error, whatever the type', () => {
  const types = fc.constantFrom(JSON_TYPE, MESSAGE_PACK_TYPE, `${JSON_TYPE}+zlib`, `${JSON_TYPE}; charset=utf-16-le`)
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 200 }), (type, octets) => {
      faultOf(() => Serializer.from_content_type(type).loads(octets))
    }),
    { numRuns: 1000 },
  )
})
