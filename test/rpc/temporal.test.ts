import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { SerializerError } from '../../src/rpc/errors.js'
import { readTime, type TimeKind, writeTime } from '../../src/rpc/temporal.js'
import { faultOf } from './fault.js'

describe('what is written', () => {
  test.each([
    [Temporal.PlainDateTime.from('2020-01-02T03:04:05'), 'datetime', '2020-01-02T03:04:05'],
    [Temporal.PlainDateTime.from('2020-01-02T03:04'), 'datetime', '2020-01-02T03:04:00'],
    [Temporal.PlainDateTime.from('2020-01-02T03:04:05.6'), 'datetime', '2020-01-02T03:04:05.600000'],
    [Temporal.PlainDate.from('0001-01-01'), 'date', '0001-01-01'],
    [Temporal.PlainDate.from('2020-01-02[u-ca=gregory]'), 'date', '2020-01-02'],
    [Temporal.PlainTime.from('23:59:59.000001'), 'time', '23:59:59.000001'],
    [new Date(Date.UTC(2020, 0, 2, 3, 4, 5, 678)), 'datetime', '2020-01-02T03:04:05.678000'],
    [new Date(0), 'datetime', '1970-01-01T00:00:00'],
  ] as [object, TimeKind, string][])('%s is what isoformat gives', (value, kind, text) => {
    expect(writeTime(value)).toEqual({ kind, text })
  })

  test('what is finer than a microsecond is cut off, never rounded into the next day', () => {
    const time = Temporal.PlainTime.from('23:59:59.999999999')
    expect(writeTime(time)?.text).toBe('23:59:59.999999')
    expect(writeTime(Temporal.PlainTime.from('00:00:00.000000999'))?.text).toBe('00:00:00')
  })

  test('a year that Python does not have is refused', () => {
    for (const text of ['+012020-01-01', '0000-12-31', '-000001-01-01']) {
      expect(faultOf(() => writeTime(Temporal.PlainDate.from(text)))).toBe('NOT_SERIALIZABLE')
    }
    expect(faultOf(() => writeTime(new Date(8.64e15)))).toBe('NOT_SERIALIZABLE')
    expect(faultOf(() => writeTime(new Date(Number.NaN)))).toBe('NOT_SERIALIZABLE')
  })

  test('other objects are no times, not even the other Temporal types', () => {
    for (const value of [{}, [], Temporal.Instant.from('2020-01-01T00Z'), Temporal.Duration.from('P1D')]) {
      expect(writeTime(value)).toBeNull()
    }
  })

  test('an object that only carries the tag of a time is refused', () => {
    const impostor = { [Symbol.toStringTag]: 'Temporal.PlainDate', toString: () => '"}' }
    expect(() => writeTime(impostor)).toThrow(SerializerError)
  })
})

describe('what is read', () => {
  test.each([
    ['datetime', '2020-01-02T03:04:05', '2020-01-02T03:04:05'],
    ['datetime', '2020-1-2t3:4:5.5', '2020-01-02T03:04:05.5'],
    ['date', '2020-01- 2', '2020-01-02'],
    ['date', '2020-02-29', '2020-02-29'],
    ['time', '3:4:5', '03:04:05'],
    ['time', '00:00:00.000001', '00:00:00.000001'],
  ] as [TimeKind, string, string][])('a %s may be written %j, as strptime reads it', (kind, text, expected) => {
    expect(String(readTime(kind, text))).toBe(expected)
  })

  test.each([
    ['datetime', '2020-01-02 03:04:05'],
    ['datetime', '2020-01-02T03:04:05Z'],
    ['datetime', '2020-01-02T03:04:05+00:00'],
    ['datetime', '2020-01-02T03:04:05.'],
    ['datetime', '2020-01-02T03:04:05.1234567'],
    ['datetime', '2020-01-02T03:04:60'],
    ['datetime', '2020-01-02T24:00:00'],
    ['datetime', '2020-01-02'],
    ['date', '20200102'],
    ['date', ' 2020-01-02'],
    ['date', '2020-01-02\n'],
    ['date', '2021-02-29'],
    ['date', '0000-01-01'],
    ['date', '٢٠٢٠-01-02'],
    ['time', ''],
    ['time', '3:4'],
    ['time', null],
    ['time', 5],
  ] as [TimeKind, unknown][])('a %s can not be %j', (kind, text) => {
    expect(faultOf(() => readTime(kind, text))).toBe('BAD_VALUE')
  })
})
