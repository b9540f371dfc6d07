// The figures that README.md shows, kept as JSON beside it, so that a run of a few scenarios renews only theirs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { scenarioTable, targetTable } from './tables.mjs'

const BEGIN = '<!-- figures: begin -->'
const END = '<!-- figures: end -->'

/**
 * Renews the part of a Markdown file between its two markers.
 *
 * @param results What was measured now, by scenario. @throws when the file has no markers.
 */
export function updateMarkdown(file, scenarios, results) {
  const kept = join(dirname(file), 'results.json')
  const known = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {}
  const all = { ...known, ...results }
  const text = readFileSync(file, 'utf8')
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`${file} has no lines ${BEGIN} and ${END}`)
  writeFileSync(kept, `${JSON.stringify(all, null, 2)}\n`)
  writeFileSync(file, text.slice(0, begin + BEGIN.length) + figures(scenarios, all) + text.slice(end))
}

function figures(scenarios, results) {
  const tables = Object.keys(scenarios)
    .filter((name) => results[name] !== undefined)
    .map((name) => scenarioTable(name, scenarios[name], results[name]))
  return `\n\n### Targets\n\n${targetTable(scenarios, results)}\n\n${tables.join('\n')}\n`
}
