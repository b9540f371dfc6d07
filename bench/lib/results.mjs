// The figures that the Markdown files show, kept as JSON, so that a run of a few scenarios renews only theirs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { summaryTable } from './summary.mjs'
import { figures } from './tables.mjs'

/**
 * Renews the figures between the markers of a Markdown file, and what is kept beside it.
 *
 * @param results What was measured now, by scenario.
 * @returns All that is kept. @throws when the file has no markers.
 */
export function updateMarkdown(file, scenarios, results) {
  const kept = join(dirname(file), 'results.json')
  const known = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {}
  const all = { ...known, ...results }
  renewBetween(file, 'figures', figures(scenarios, all))
  writeFileSync(kept, `${JSON.stringify(all, null, 2)}\n`)
  return all
}

/** Renews the short table between the markers of a Markdown file. @throws when the file has no markers. */
export function updateSummary(file, results) {
  renewBetween(file, 'performance', summaryTable(results))
}

/** Puts the content between the markers of that name in a Markdown file. @throws when the file has none. */
export function renewBetween(file, name, content) {
  const [beginLine, endLine] = ['begin', 'end'].map((side) => `<!-- ${name}: ${side} -->`)
  const text = readFileSync(file, 'utf8')
  const [begin, end] = [text.indexOf(beginLine), text.indexOf(endLine)]
  if (begin < 0 || end < begin) throw new Error(`${file} has no lines ${beginLine} and ${endLine}`)
  writeFileSync(file, `${text.slice(0, begin)}${beginLine}\n\n${content.trimEnd()}\n\n${text.slice(end)}`)
}
