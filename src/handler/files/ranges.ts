/**
 * Which octets of a file a request asks for (RFC 9110 14): one range, several, from the end, or all of it after all when
 * `If-Range` says that the client's part is of an older state.
 */
import { createRequire } from 'node:module'
import type { Headers } from '../../http/headers.js'
import type { Validators } from './conditions.js'
import { matchesStrongly } from './entity-tag.js'

// Loaded by the first request that needs it: most of a start is loading.
const require = createRequire(import.meta.url)

/** Consecutive octets of a file. */
export interface Slice {
  readonly start: number
  readonly length: number
}

/** Ranges that one request may ask for; with more it gets the whole file. Video players and PDF viewers ask for few. */
export const MAX_RANGES = 16

/** A suffix (`-500`) and what stands before it. */
const SUFFIX = /([=,][ \t]*)-(\d+)/g

/**
 * The slices to send, `whole` when the answer is an ordinary 200, `unsatisfiable` when it is 416. Ranges that overlap or
 * touch are joined, so that no octet is ever sent twice.
 *
 * @param datesAreStrong - Whether the file's time tells its states apart: else a date in `If-Range` never holds.
 */
export function selectRanges(
  headers: Headers,
  size: number,
  validators: Validators,
  datesAreStrong: boolean,
): readonly Slice[] | 'whole' | 'unsatisfiable' {
  const fields = headers.get_all('Range')
  const field = fields[0]
  // Of an empty file no range can be sent, and the whole is what the client is after.
  if (field === undefined || fields.length > 1 || size === 0) return 'whole'
  if (!/^bytes=/i.test(field) || countOf(field, ',') >= MAX_RANGES) return 'whole'
  if (!ifRangeHolds(headers, validators, datesAreStrong)) return 'whole'
  const rangeParser = require('range-parser') as typeof import('range-parser')
  const ranges = rangeParser(size, clampSuffixes(field, size), { combine: true })
  if (ranges === -2) return 'whole'
  if (ranges === -1) return 'unsatisfiable'
  return ranges.map(({ start, end }) => ({ start, length: end - start + 1 }))
}

/** A suffix longer than the file means all of it (RFC 9110 14.1.2); range-parser drops it instead. */
function clampSuffixes(field: string, size: number): string {
  return field.replace(SUFFIX, (whole, before, length) => (Number(length) > size ? `${before}0-` : whole))
}

/** RFC 9110 13.1.5: strong comparison, dates by equality. */
function ifRangeHolds(headers: Headers, { etag, lastModified }: Validators, datesAreStrong: boolean): boolean {
  const condition = headers.get('If-Range')
  if (condition === null) return true
  return matchesStrongly(condition, etag) || (datesAreStrong && condition === lastModified)
}

function countOf(text: string, character: string): number {
  let count = 0
  for (let place = text.indexOf(character); place >= 0; place = text.indexOf(character, place + 1)) count++
  return count
}
