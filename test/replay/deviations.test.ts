/** The table of deviations itself: it covers every exchange that is marked, and nothing that no exchange needs. */
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadExchanges } from '../support/replay.js'
import { deviations, soundAnswer } from './deviations.js'

const marked = readdirSync(new URL('../vectors/', import.meta.url))
  .flatMap((name) => /^wire-(.+)\.json$/.exec(name)?.[1] ?? [])
  .flatMap(loadExchanges)
  .filter((exchange) => exchange.deviation !== undefined)

test.each(marked.map((exchange) => [`${exchange.group}/${exchange.name}`, exchange] as const))(
  'the deviation in %s has a stated sound answer',
  (_title, exchange) => {
    expect(() => soundAnswer(exchange)).not.toThrow()
  },
)

test('no entry of the table is left without an exchange', () => {
  const needed = new Set(marked.map((exchange) => exchange.deviation_id))
  expect([...deviations.keys()].filter((id) => !needed.has(id))).toEqual([])
})
