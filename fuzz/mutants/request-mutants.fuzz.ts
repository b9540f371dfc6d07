/** The properties under test: each known defect of a request reader must break at least one of them. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ReaderClass } from '../support/collect.js'
import {
  agreesWithNode,
  checksOnlyRefuse,
  readersDoNotMix,
  requestsDoNotMix,
  splitInvariance,
  splitInvarianceWithLimits,
  upgradesHandOver,
  verbIsOnlyAName,
} from '../support/request-properties.js'
import { seed } from '../support/settings.js'
import { REQUEST_MUTANTS } from './request-mutants.js'

const PROPERTIES = [
  splitInvariance,
  splitInvarianceWithLimits,
  verbIsOnlyAName,
  agreesWithNode,
  checksOnlyRefuse,
  requestsDoNotMix,
  upgradesHandOver,
  readersDoNotMix,
]

test.each(REQUEST_MUTANTS.map((mutant, index) => ({ ...mutant, index })))('"$name" is noticed', async ({ index }) => {
  const Mutant = await loadMutant(index)
  const broken = PROPERTIES.filter((property) => breaks(property(Mutant) as fc.IRawProperty<unknown>))
  expect(broken.map(({ name }) => name)).not.toEqual([])
})

test('the reader itself, loaded in the same way, breaks none', async () => {
  const Reader = await loadMutant(REQUEST_MUTANTS.length)
  expect(PROPERTIES.filter((property) => breaks(property(Reader) as fc.IRawProperty<unknown>))).toEqual([])
})

async function loadMutant(index: number): Promise<ReaderClass> {
  const path = `../../src/http/llhttp/request-reader.ts?mutant=${index}`
  const module = (await import(/* @vite-ignore */ path)) as { RequestReader: ReaderClass }
  return module.RequestReader
}

/** Whether the property fails. Its first failure is enough: nothing is shrunk. */
function breaks(property: fc.IRawProperty<unknown>): boolean {
  const result = fc.check(property, { seed, numRuns: 300, endOnFailure: true }) as fc.RunDetails<unknown>
  return result.failed
}
