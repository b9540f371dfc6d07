/** The figures of both pages are those that are kept, so that neither says what the other does not. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readDocument, ROOT } from './support/documents.js'

type Results = Readonly<Record<string, unknown>>

const results = JSON.parse(readFileSync(join(ROOT, 'bench/results.json'), 'utf8')) as Results

/** What a module of the bench exports. */
async function bench<Exports>(path: string): Promise<Exports> {
  return (await import(new URL(`../../bench/${path}`, import.meta.url).href)) as Exports
}

/** What stands between the markers of a page. */
function between(document: string, name: string): string {
  const marked = new RegExp(`<!-- ${name}: begin -->\\n\\n([^]*)\\n\\n<!-- ${name}: end -->`)
  return marked.exec(readDocument(document))?.[1] ?? ''
}

/** A contender of the scenario `start-up`. */
function row(name: string, median: number): unknown {
  return { name, figures: { startUp: { median } } }
}

it('the table of the README is made of the figures that are kept', async () => {
  const { summaryTable } = await bench<{ summaryTable(results: Results): string }>('lib/summary.mjs')
  expect(between('README.md', 'performance')).toBe(summaryTable(results))
  expect(summaryTable(results).split('\n').length).toBeGreaterThan(10)
})

it('so are those of the page of the bench', async () => {
  const { figures } = await bench<{ figures(scenarios: unknown, results: Results): string }>('lib/tables.mjs')
  const { scenarios } = await bench<{ scenarios: unknown }>('scenarios/index.mjs')
  expect(between('bench/README.md', 'figures')).toBe(figures(scenarios, results).trimEnd())
})

it('a ratio is called what it is', async () => {
  const { summaryTable } = await bench<{ summaryTable(results: Results): string }>('lib/summary.mjs')
  const told = (here: number): string | undefined =>
    summaryTable({ 'start-up': { rows: [row('advancedhttpserver', here), row('node:http', 100)] } })
      .split('\n')
      .at(-1)
  expect(told(50)).toContain('| 0.50 | less |')
  expect(told(104)).toContain('| 1.04 | alike |')
  expect(told(150)).toContain('| 1.50 | **more** |')
})
