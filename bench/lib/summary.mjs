// The short table of the repository's README: what this library costs beside what its users would take instead.
import { MEASURES } from './measures.mjs'
import { grouped } from './statistics.mjs'
import { markdown } from './tables.mjs'

const OURS = 'advancedhttpserver'

/** Ratios as near to 1 as this are within what a day makes of them. */
const ALIKE = 0.05

/** In the order of the table: what is asked, by the scenario that measures it. More of a measure is never better here. */
const ROWS = [
  { what: 'GET, keep-alive', scenario: 'keep-alive-get', beside: 'node:http', measure: 'cpu' },
  { what: 'GET, 16 pipelined', scenario: 'pipelined-16', beside: 'node:http', measure: 'cpu' },
  { what: 'GET, a connection each', scenario: 'connection-per-request', beside: 'node:http', measure: 'cpu' },
  { what: 'GET over TLS, keep-alive', scenario: 'tls-keep-alive', beside: 'node:https', measure: 'cpu' },
  { what: 'POST of 1 KiB', scenario: 'post-1k', beside: 'node:http', measure: 'cpu' },
  { what: 'POST of 64 KiB', scenario: 'post-64k', beside: 'node:http', measure: 'cpu' },
  { what: 'file of 1 KiB', scenario: 'file-1k', beside: 'sirv', measure: 'cpu' },
  { what: 'file of 1 MiB', scenario: 'file-1m', beside: 'sirv', measure: 'cpu' },
  { what: 'remote call, JSON', scenario: 'rpc', ours: `${OURS}, JSON`, beside: 'fastify, POST JSON', measure: 'cpu' },
  { what: 'WebSocket message of 64 octets', scenario: 'websocket-64', beside: 'ws', measure: 'cpu' },
  { what: 'idle connection', scenario: 'idle-memory', beside: 'node:http', measure: 'memory' },
  { what: 'start-up', scenario: 'start-up', beside: 'node:http', measure: 'startUp' },
]

/** @param results What is kept of the runs, by scenario. */
export function summaryTable(results) {
  const lines = ROWS.map((row) => summaryLine(row, results[row.scenario])).filter((line) => line !== undefined)
  return markdown(['', 'unit', 'here', 'beside it', 'ratio', ''], lines)
}

function summaryLine({ what, ours = OURS, beside, measure }, result) {
  const [here, there] = [ours, beside].map((wanted) => result?.rows.find(({ name }) => name === wanted))
  if (here === undefined || there === undefined) return undefined
  const { title, digits } = MEASURES[measure]
  const [mine, theirs] = [here, there].map(({ figures }) => figures[measure].median)
  const ratio = mine / theirs
  return [
    what,
    title,
    grouped(mine, digits),
    `${grouped(theirs, digits)} (${beside})`,
    ratio.toFixed(2),
    verdict(ratio),
  ]
}

function verdict(ratio) {
  if (Math.abs(ratio - 1) <= ALIKE) return 'alike'
  return ratio < 1 ? 'less' : '**more**'
}
