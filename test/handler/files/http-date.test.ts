import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseHttpDate } from '../../../src/handler/files/http-date.js'
import { httpDate } from '../../../src/http/date.js'

describe('parseHttpDate', () => {
  test('reads all three forms of HTTP', () => {
    expect(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(784_111_777)
    expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(2024, 0))).toBe(784_111_777)
    expect(parseHttpDate('Sun Nov  6 08:49:37 1994')).toBe(784_111_777)
  })

  test('takes a year of two digits for at most 50 years ahead', () => {
    const now = Date.UTC(2024, 5)
    expect(parseHttpDate('Friday, 01-Jan-74 00:00:00 GMT', now)).toBe(Date.UTC(2074, 0) / 1000)
    expect(parseHttpDate('Friday, 01-Jan-75 00:00:00 GMT', now)).toBe(Date.UTC(1975, 0) / 1000)
  })

  test.each([
    '',
    '2030',
    '2009-02-13T23:31:30Z',
    'soon 2030',
    'Fri, 13 Feb 2009 23:31:30',
    'Fri, 13 Feb 2009 23:31:30 CET',
    'Fri, 13 Feb 2009 24:00:00 GMT',
    'Fri, 13 Feb 2009 23:60:00 GMT',
    'Fri, 30 Feb 2009 23:31:30 GMT',
    'Fri, 00 Feb 2009 23:31:30 GMT',
    'fri, 13 feb 2009 23:31:30 gmt',
    ' Fri, 13 Feb 2009 23:31:30 GMT',
  ])('takes %j for no date', (text) => {
    expect(parseHttpDate(text)).toBeNull()
  })

  test('reads what httpDate writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
        expect(parseHttpDate(httpDate(seconds))).toBe(seconds)
      }),
    )
  })
})
