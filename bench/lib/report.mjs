// Figures as Markdown tables, ready for README.md.
import { cpus } from 'node:os'
import { shown } from './statistics.mjs'

export function machine(pinned) {
  const cores = cpus()
  const where = pinned ? 'server and load on a core each' : 'cores not pinned (no taskset)'
  return `Node ${process.version}, ${cores.length} × ${cores[0]?.model ?? 'unknown'}, ${process.platform}; ${where}.`
}

/** @param base The contender whose CPU time is 1.00 in the ratio column. */
export function printTable(name, about, rows, base) {
  const unit = rows.find((row) => row.name === base)?.cpu.median ?? Number.NaN
  console.log(`\n### ${name}\n\n${about}\n`)
  console.log('| server | CPU µs per request: median (range) | ratio | requests/s: median (range) |')
  console.log('| --- | --- | --- | --- |')
  for (const { name: server, cpu, rate } of rows) {
    console.log(`| ${server} | ${shown(cpu)} | ${(cpu.median / unit).toFixed(2)} | ${shown(rate, 0)} |`)
  }
}
