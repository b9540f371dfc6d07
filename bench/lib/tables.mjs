// Figures as Markdown: a table per scenario, and one of the targets with what was reached.
import { MEASURES } from './measures.mjs'
import { PARTS } from './profile-parts.mjs'
import { FLOOR } from './scenario.mjs'
import { grouped, shown } from './statistics.mjs'

/** What stands between the markers in the page of the bench. */
export function figures(scenarios, results) {
  const tables = Object.keys(scenarios)
    .filter((name) => results[name] !== undefined)
    .map((name) => scenarioTable(name, scenarios[name], results[name]))
  return `### Targets\n\n${targetTable(scenarios, results)}\n\n${tables.join('\n')}`
}

/** @param result `{ rows, machine, date }` of one run of the scenario. */
export function scenarioTable(name, { about, measures, base, curves }, { rows, machine, date }) {
  const table = curves ? curveTables(rows) : comparisonTable(rows, measures, base)
  return `### ${name}\n\n${about}\n\n${table}\n\n${date}; ${machine}\n`
}

function comparisonTable(rows, measures, base) {
  const unit = rows.find((row) => row.name === base)
  const headings = measures.flatMap((measure) => {
    const { title, compared } = MEASURES[measure]
    return compared ? [title, 'ratio'] : [title]
  })
  const lines = rows.map(({ name, figures }) => [
    name,
    ...measures.flatMap((measure) => {
      const figure = figures[measure]
      const { digits, compared } = MEASURES[measure]
      // Kept from a run that did not take it yet.
      if (figure === undefined) return compared ? ['', ''] : ['']
      if (!compared) return [grouped(figure.median, digits)]
      const ratio = unit === undefined ? '' : (figure.median / unit.figures[measure].median).toFixed(2)
      return [shown(figure, digits), ratio]
    }),
  ])
  return markdown(['server', ...headings], lines)
}

function curveTables(curves) {
  return curves
    .map(({ title, unit, lines }) => {
      const points = Object.values(lines)[0].map(({ at }) => at.toLocaleString('en-US'))
      const rows = Object.entries(lines).map(([name, line]) => [name, ...line.map(({ value }) => significant(value))])
      return markdown([`${unit}, by ${title}`, ...points], rows)
    })
    .join('\n\n')
}

function significant(value) {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
}

/** Microseconds per request, a line for each part. @param profiles Pairs of a scenario's name and its times by part. */
export function profileTable(profiles) {
  const used = PARTS.filter((part) => profiles.some(([, times]) => times.has(part)))
  const lines = used.map((part) => [part, ...profiles.map(([, times]) => times.get(part)?.toFixed(2) ?? '')])
  const sums = profiles.map(([, times]) => [...times.values()].reduce((sum, time) => sum + time, 0).toFixed(2))
  return markdown(['CPU µs per request', ...profiles.map(([name]) => name)], [...lines, ['together', ...sums]])
}

/** Every target of the scenarios that have results, with the ratio of the medians, and that of the bare server. */
export function targetTable(scenarios, results) {
  const lines = Object.entries(scenarios).flatMap(([name, { targets }]) =>
    targets.map((target) => targetLine(name, target, results[name])).filter((line) => line !== undefined),
  )
  return markdown(['scenario', 'ratio of', 'wanted (issue)', 'measured', '', FLOOR], lines)
}

function targetLine(name, { issue, of, to, measure, atMost, atLeast }, result) {
  const [row, base, floor] = [of, to, FLOOR].map((wanted) => result?.rows.find((row) => row.name === wanted))
  if (row === undefined || base === undefined) return undefined
  const toBase = ({ figures }) => figures[measure].median / base.figures[measure].median
  const ratio = toBase(row)
  const met = atMost === undefined ? ratio >= atLeast : ratio <= atMost
  const wanted = atMost === undefined ? `at least ${atLeast.toFixed(2)}` : `at most ${atMost.toFixed(2)}`
  const what = `${MEASURES[measure].title}: ${of} to ${to}`
  return [
    name,
    what,
    `${wanted} (${issue})`,
    ratio.toFixed(2),
    met ? 'met' : '**not met**',
    floor === undefined ? '' : toBase(floor).toFixed(2),
  ]
}

/** A table of Markdown. */
export function markdown(headings, lines) {
  const rows = [headings, headings.map(() => '---'), ...lines]
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
