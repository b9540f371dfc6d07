import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentRange, multipartBody } from '../../../src/handler/files/byteranges.js'
import { MAX_RANGES, type Slice, selectRanges } from '../../../src/handler/files/ranges.js'
import { Headers } from '../../../src/http/headers.js'

const VALIDATORS = { etag: '"now"', lastModified: 'Fri, 13 Feb 2009 23:31:30 GMT' }

function select(range: string, size = 100, more: readonly (readonly [string, string])[] = [], datesAreStrong = true) {
  return selectRanges(new Headers([['Range', range], ...more]), size, VALIDATORS, datesAreStrong)
}

/** So many single octets that don't touch. */
function ranges(count: number): string {
  return `bytes=${Array.from({ length: count }, (_, n) => `${n * 3}-${n * 3}`).join(',')}`
}

function slice(first: number, last: number): Slice {
  return { start: first, length: last - first + 1 }
}

describe('selectRanges', () => {
  test.each<[range: string, slices: Slice[]]>([
    ['bytes=0-0', [slice(0, 0)]],
    ['bytes=0-99', [slice(0, 99)]],
    ['bytes=10-19', [slice(10, 19)]],
    ['bytes=90-', [slice(90, 99)]],
    ['bytes=90-999', [slice(90, 99)]],
    ['bytes=-1', [slice(99, 99)]],
    ['bytes=-100', [slice(0, 99)]],
    ['bytes=-101', [slice(0, 99)]],
    [`bytes=-${'9'.repeat(400)}`, [slice(0, 99)]],
    ['Bytes=0-1', [slice(0, 1)]],
    ['bytes= 0-1 , 5-6', [slice(0, 1), slice(5, 6)]],
    ['bytes=5-6,0-1', [slice(5, 6), slice(0, 1)]],
    ['bytes=0-9,5-14,15-19', [slice(0, 19)]],
    ['bytes=0-1,200-300', [slice(0, 1)]],
    ['bytes=0-1, -500', [slice(0, 99)]],
  ])('%s', (range, slices) => {
    expect(select(range)).toEqual(slices)
  })

  test.each(['bytes=100-', 'bytes=100-200', 'bytes=-0', 'bytes=5-3', `bytes=${'9'.repeat(400)}-`])(
    '%s can not be satisfied',
    (range) => {
      expect(select(range)).toBe('unsatisfiable')
    },
  )

  test.each(['', 'bytes', 'bytes=', 'bytes=a-b', 'bytes=-', 'bytes=1', 'bytes=1-2x', 'lines=0-1', ' bytes=0-1', '0-1'])(
    '%j is ignored',
    (range) => {
      expect(select(range)).toBe('whole')
    },
  )

  test('more ranges than the limit, two Range fields, an empty file and no Range at all get the whole', () => {
    expect(select(ranges(MAX_RANGES))).toHaveLength(MAX_RANGES)
    expect(select(ranges(MAX_RANGES + 1))).toBe('whole')
    expect(select('bytes=0-1', 100, [['Range', 'bytes=0-1']])).toBe('whole')
    expect(select('bytes=0-1', 0)).toBe('whole')
    expect(selectRanges(new Headers(), 100, VALIDATORS, true)).toBe('whole')
  })

  test.each<[condition: string, holds: boolean]>([
    ['"now"', true],
    ['"old"', false],
    ['W/"now"', false],
    ['Fri, 13 Feb 2009 23:31:30 GMT', true],
    ['Fri, 13 Feb 2009 23:31:31 GMT', false],
    ['nonsense', false],
  ])('If-Range: %s', (condition, holds) => {
    expect(select('bytes=0-1', 100, [['If-Range', condition]])).toEqual(holds ? [slice(0, 1)] : 'whole')
  })

  test('a date in If-Range says nothing about a file that was just written', () => {
    expect(select('bytes=0-1', 100, [['If-Range', VALIDATORS.lastModified]], false)).toBe('whole')
  })

  test('gives slices inside of the file that do not overlap, whatever is asked', () => {
    const number = fc.oneof(
      fc.nat(120).map(String),
      fc.constant(''),
      fc.constantFrom('x', ' 3', '99999999999999999999'),
    )
    const spec = fc.tuple(number, number).map(([first, last]) => `${first}-${last}`)
    const header = fc.array(spec, { minLength: 1, maxLength: 8 }).map((specs) => `bytes=${specs.join(',')}`)
    fc.assert(
      fc.property(header, fc.integer({ min: 1, max: 110 }), (range, size) => {
        const slices = select(range, size)
        if (typeof slices === 'string') return
        const seen = new Set<number>()
        for (const { start, length } of slices) {
          expect(length).toBeGreaterThan(0)
          for (let place = start; place < start + length; place++) {
            expect(place).toBeLessThan(size)
            expect(seen.has(place)).toBe(false)
            seen.add(place)
          }
        }
      }),
    )
  })
})

describe('multipartBody', () => {
  test('frames each slice with its type and place', () => {
    const slices = [slice(0, 1), slice(5, 9)]
    const { contentType, parts, length } = multipartBody(slices, 100, 'text/plain')
    const boundary = /^multipart\/byteranges; boundary=([0-9a-f]{32})$/.exec(contentType)?.[1]
    const text = parts
      .map((part) => (Buffer.isBuffer(part) ? part.toString('latin1') : 'x'.repeat(part.length)))
      .join('')
    expect(text).toBe(
      `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/100\r\n\r\nxx\r\n` +
        `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 5-9/100\r\n\r\nxxxxx\r\n` +
        `--${boundary}--\r\n`,
    )
    expect(length).toBe(text.length)
    expect(multipartBody(slices, 100, 'text/plain').contentType).not.toBe(contentType)
  })

  test('names a slice by its first and last octet', () => {
    expect(contentRange({ start: 5, length: 1 }, 13)).toBe('bytes 5-5/13')
  })
})
