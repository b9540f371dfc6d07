import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { currentHttpDate, httpDate } from '../../src/http/date.js'
import { pureVectors } from '../support/pure-vectors.js'
import { runPython } from '../support/python.js'

describe('httpDate', () => {
  const { cases } = pureVectors<{ timestamp: number; result: string }>('date_time_string')
  test.each(cases)('writes $timestamp as $result', ({ timestamp, result }) => {
    expect(httpDate(timestamp)).toBe(result)
  })

  test('writes any second from 1970 to 9999 as Python does', (context) => {
    const seconds = fc.sample(fc.integer({ min: 0, max: 253_402_300_799 }), { numRuns: 500, seed: 1 })
    const program = `
import email.utils, json, sys
print(json.dumps([email.utils.formatdate(second, usegmt=True) for second in json.load(sys.stdin)]))`
    expect(seconds.map(httpDate)).toEqual(runPython(context, program, seconds))
  })

  test.each([
    [-62_135_596_800, 'Mon, 01 Jan 0001 00:00:00 GMT'],
    [253_402_300_799.9, 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ])('writes the first and the last second of the years 1 to 9999: %d', (seconds, result) => {
    expect(httpDate(seconds)).toBe(result)
  })

  test('refuses a moment that four digits of a year cannot hold', () => {
    for (const seconds of [Number.NaN, Infinity, 253_402_300_800, -62_135_596_801]) {
      expect(() => httpDate(seconds)).toThrow(RangeError)
    }
  })
})

describe('currentHttpDate', () => {
  test('writes the second that the given moment falls into, whatever was asked before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1 }), (moments) => {
        for (const moment of moments) expect(currentHttpDate(moment)).toBe(httpDate(Math.floor(moment / 1000)))
      }),
    )
  })
})
