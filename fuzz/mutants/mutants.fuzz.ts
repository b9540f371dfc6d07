/** The properties under test: each known defect of a reader must break at least one of them. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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
import {
  agreesWithNodeClient,
  type ResponseReaderClass,
  responsesAnswerInOrder,
  responseSplitInvariance,
  truncationShows,
} from '../support/response-properties.js'
import { seed } from '../support/settings.js'
import { type Mutant, MUTANTS, REQUEST_MUTANTS, RESPONSE_MUTANTS } from './mutants.js'

type Property = (Reader: unknown) => fc.IRawProperty<unknown>

const REQUEST_PROPERTIES = [
  splitInvariance,
  splitInvarianceWithLimits,
  verbIsOnlyAName,
  agreesWithNode,
  checksOnlyRefuse,
  requestsDoNotMix,
  upgradesHandOver,
  readersDoNotMix,
].map(
  (property): Property =>
    (Reader) =>
      property(Reader as ReaderClass),
)

const RESPONSE_PROPERTIES = [
  responseSplitInvariance,
  responsesAnswerInOrder,
  truncationShows,
  agreesWithNodeClient,
].map(
  (property): Property =>
    (Reader) =>
      property(Reader as ResponseReaderClass),
)

function expectAllNoticed(
  file: string,
  name: string,
  mutants: readonly Mutant[],
  properties: readonly Property[],
): void {
  test.each(mutants)('"$name" is noticed', async (mutant) => {
    const Mutated = await loadMutant(file, name, MUTANTS.indexOf(mutant))
    expect(await brokenBy(Mutated, properties)).toBeGreaterThan(0)
  })

  test('the reader itself, loaded in the same way, breaks none', async () => {
    const Reader = await loadMutant(file, name, MUTANTS.length)
    expect(await brokenBy(Reader, properties)).toBe(0)
  })
}

describe('of the request reader', () => {
  expectAllNoticed('request-reader', 'RequestReader', REQUEST_MUTANTS, REQUEST_PROPERTIES)
})

describe('of the response reader', () => {
  expectAllNoticed('response-reader', 'ResponseReader', RESPONSE_MUTANTS, RESPONSE_PROPERTIES)
})

/** The class with this name; a number that no mutant has gives the real one. */
async function loadMutant(file: string, name: string, number: number): Promise<unknown> {
  const path = `../../src/http/llhttp/${file}.ts?mutant=${number}`
  const module = (await import(/* @vite-ignore */ path)) as Record<string, unknown>
  return module[name]
}

/** How many properties fail. Their first failure is enough: nothing is shrunk. */
async function brokenBy(Reader: unknown, properties: readonly Property[]): Promise<number> {
  let broken = 0
  for (const property of properties) {
    const { failed } = await fc.check(property(Reader), { seed, numRuns: 300, endOnFailure: true })
    if (failed) broken++
  }
  return broken
}
