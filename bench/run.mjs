// The benchmark: node bench/run.mjs [scenario …] [--rounds N] [--seconds N] [--smoke]. See README.md for what the figures say.
import { parseArgs } from 'node:util'
import { pinLoad } from './lib/server-process.mjs'
import { machine, printTable } from './lib/report.mjs'
import { scenarios } from './scenarios.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '2' },
    smoke: { type: 'boolean', default: false },
  },
})
const rounds = values.smoke ? 1 : Number(values.rounds)
const durationMs = values.smoke ? 100 : Number(values.seconds) * 1000
const chosen = positionals.length > 0 ? positionals : Object.keys(scenarios)

console.log(machine(pinLoad()))
for (const name of chosen) {
  const scenario = scenarios[name]
  if (scenario === undefined) {
    console.error(`unknown scenario ${name}; there are: ${Object.keys(scenarios).join(', ')}`)
    process.exit(2)
  }
  printTable(name, scenario.about, await scenario.run({ rounds, durationMs }), scenario.base)
}
