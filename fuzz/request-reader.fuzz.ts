/**
 * The request reader against itself, against llhttp alone, and against node:http. The claims are in
 * `support/request-properties.ts`; octets that once broke one of them are in `regressions/`.
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import plainOctets from 'undici/lib/llhttp/llhttp-wasm.js'
import simdOctets from 'undici/lib/llhttp/llhttp_simd-wasm.js'
import { RequestReader } from '../src/http/llhttp/request-reader.js'
import { Llhttp } from '../src/http/llhttp/wasm.js'
import { REQUEST_REGRESSIONS } from './regressions/requests.js'
import { traceLlhttp } from './support/llhttp-trace.js'
import { cutInto, cuts, latin1 } from './support/octets.js'
import {
  agreesWithNode,
  checksOnlyRefuse,
  nothingAfterTheEnd,
  onlyFaultsEscape,
  readersDoNotMix,
  requestsDoNotMix,
  splitInvariance,
  splitInvarianceWithLimits,
  upgradesHandOver,
  verbIsOnlyAName,
} from './support/request-properties.js'
import { anyRest, fragments } from './support/requests.js'
import { fuzz } from './support/settings.js'

describe('the request reader', () => {
  fuzz('tells the same however a stream is cut', splitInvariance(RequestReader))
  fuzz('tells the same however a stream is cut, at small limits', splitInvarianceWithLimits(RequestReader))
  fuzz('tells the same however any octets are cut', splitInvariance(RequestReader, fragments))
  fuzz(
    'tells the same however any octets are cut, at small limits',
    splitInvarianceWithLimits(RequestReader, fragments),
  )
  fuzz('reads any verb as llhttp reads PUT', verbIsOnlyAName(RequestReader))
  fuzz('reads what node:http reads', agreesWithNode(RequestReader))
  fuzz('tells nothing after a fault or after the last message', nothingAfterTheEnd(RequestReader))
  fuzz('throws nothing but faults of the request', onlyFaultsEscape(RequestReader))
  fuzz('does not mix streams that take turns', readersDoNotMix(RequestReader), 0.3)
  fuzz('reads requests in a row as each alone', requestsDoNotMix(RequestReader))
  fuzz('hands over all octets behind an upgrade, or reads on', upgradesHandOver(RequestReader))
  fuzz('tells no message that llhttp would read otherwise', checksOnlyRefuse(RequestReader))
})

describe('llhttp with SIMD and llhttp without', () => {
  const simd = new Llhttp(simdOctets)
  const plain = new Llhttp(plainOctets)
  fuzz(
    'tell the same',
    fc.property(fc.oneof(anyRest, fragments), cuts, (rest, where) => {
      const pieces = cutInto(latin1(`PUT${rest}`), where)
      expect(traceLlhttp(simd, pieces)).toEqual(traceLlhttp(plain, pieces))
    }),
  )
})

describe('octets that were once misread', () => {
  test.each(REQUEST_REGRESSIONS)('$name', ({ octets, limits }) => {
    const stream = fc.constant(octets)
    fc.assert(splitInvariance(RequestReader, stream), { numRuns: 100 })
    if (limits !== undefined) {
      fc.assert(splitInvarianceWithLimits(RequestReader, stream, fc.constant(limits)), { numRuns: 200 })
    }
  })
})
