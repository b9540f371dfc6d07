// The benchmark: node bench/run.mjs [scenario …] [options]. README.md says what the options are and what the figures mean.
import { parseArgs } from 'node:util'
import { pinLoad } from './lib/cores.mjs'
import { machine } from './lib/machine.mjs'
import { OPTIONS, SMOKE_OPTIONS } from './lib/options.mjs'
import { availablePeers } from './lib/peers.mjs'
import { updateMarkdown, updateSummary } from './lib/results.mjs'
import { scenarioTable, targetTable } from './lib/tables.mjs'
import { scenarios } from './scenarios/index.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: String(OPTIONS.rounds) },
    seconds: { type: 'string', default: String(OPTIONS.durationMs / 1000) },
    rate: { type: 'string', default: String(OPTIONS.rate) },
    markdown: { type: 'string' },
    summary: { type: 'string' },
    drawing: { type: 'string' },
    kept: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
  },
})

const unknown = positionals.filter((name) => !Object.hasOwn(scenarios, name))
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are: ${Object.keys(scenarios).join(', ')}`)
  process.exit(2)
}

const full = {
  ...OPTIONS,
  rounds: Number(values.rounds),
  durationMs: Number(values.seconds) * 1000,
  rate: Number(values.rate),
}

const chosen = positionals.length > 0 ? positionals : Object.keys(scenarios)
if (values.kept) renewTables({})
else if (values.smoke) await tryAll({ ...SMOKE_OPTIONS, drawing: values.drawing, peers: availablePeers() })
else await measureAll({ ...full, drawing: values.drawing, peers: availablePeers() })

async function measureAll(options) {
  const results = {}
  const pinned = pinLoad()
  const where = machine(pinned)
  for (const name of chosen) {
    const rows = await scenarios[name].run(options)
    results[name] = { rows, machine: where, date: new Date().toISOString().slice(0, 10) }
    console.log(scenarioTable(name, scenarios[name], results[name]))
    // After each scenario, so that a run that is interrupted loses only the one under way.
    renewTables(results)
  }
  console.log(targetTable(scenarios, results))
}

function renewTables(results) {
  if (values.markdown === undefined) return
  const all = updateMarkdown(values.markdown, scenarios, results)
  if (values.summary !== undefined) updateSummary(values.summary, all)
}

async function tryAll(options) {
  pinLoad()
  for (const name of chosen) {
    const rows = await scenarios[name].run(options)
    console.log(`${name}: right answers, ${rows.map((row) => row.name ?? row.title).join('; ')}`)
  }
}
