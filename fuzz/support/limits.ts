/** Limits so small that most streams meet one. */
import * as fc from 'fast-check'
import { type Limits, resolveLimits } from '../../src/http/limits.js'

export const tinyLimits: fc.Arbitrary<Limits> = fc
  .record({
    leading_bytes: fc.nat({ max: 4 }),
    verb_bytes: fc.integer({ min: 1, max: 12 }),
    request_line_bytes: fc.integer({ min: 10, max: 60 }),
    header_bytes: fc.integer({ min: 0, max: 160 }),
    header_fields: fc.nat({ max: 5 }),
    chunk_overhead_bytes: fc.nat({ max: 30 }),
    trailer_bytes: fc.nat({ max: 40 }),
    trailer_fields: fc.nat({ max: 2 }),
    body_bytes: fc.nat({ max: 60 }),
  })
  .map((limits) => resolveLimits(limits))
