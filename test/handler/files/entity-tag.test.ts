import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entityTagOf, entityTagsIn, matchesStrongly } from '../../../src/handler/files/entity-tag.js'

const NOW = 1_700_000_000_000

describe('entity tags', () => {
  test('differ by size, by time and by coding', () => {
    const tags = [
      entityTagOf({ size: 13, mtimeMs: 1_234_567_890_000 }, NOW),
      entityTagOf({ size: 14, mtimeMs: 1_234_567_890_000 }, NOW),
      entityTagOf({ size: 13, mtimeMs: 1_234_567_890_000.5 }, NOW),
      entityTagOf({ size: 13, mtimeMs: 1_234_567_890_000 }, NOW, 'gzip'),
    ]
    expect(tags[0]).toBe('"d-462d53c88d880"')
    expect(new Set(tags).size).toBe(tags.length)
  })

  test('are weak while the file is younger than a second, and for times in the future', () => {
    expect(entityTagOf({ size: 1, mtimeMs: NOW - 999 }, NOW)).toMatch(/^W\/"/)
    expect(entityTagOf({ size: 1, mtimeMs: NOW + 9_999_999 }, NOW)).toMatch(/^W\/"/)
    expect(entityTagOf({ size: 1, mtimeMs: NOW - 1_000 }, NOW)).toMatch(/^"/)
  })

  test('are found in lists, and what is none is left out', () => {
    expect(entityTagsIn('"a", W/"b" ,"c,d",,x, "')).toEqual(['"a"', 'W/"b"', '"c,d"'])
    expect(entityTagsIn('nothing')).toEqual([])
  })

  test('match strongly only when both are strong', () => {
    expect(matchesStrongly('"a"', '"a"')).toBe(true)
    expect(matchesStrongly('W/"a"', 'W/"a"')).toBe(false)
    expect(matchesStrongly('W/"a"', '"a"')).toBe(false)
  })

  test('are found again in a list of themselves', () => {
    const stats = fc.record({ size: fc.nat(), mtimeMs: fc.double({ min: 0, max: NOW, noNaN: true }) })
    fc.assert(
      fc.property(fc.array(stats, { maxLength: 5 }), (files) => {
        const tags = files.map((file) => entityTagOf(file, NOW))
        expect(entityTagsIn(tags.join(', '))).toEqual(tags)
      }),
    )
  })
})
