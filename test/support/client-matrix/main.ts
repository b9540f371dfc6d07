/**
 * Writes the tables of docs/break-a-client.md: what faults there are, and what clients make of them on this machine. Clients
 * it does not have are left out, aloud. With `--faults` it writes the first table only.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { CLIENTS } from './clients.js'
import { isSound, runMatrix } from './matrix.js'
import { SCENARIOS } from './scenarios.js'
import { faultTable, matrixTable, scenarioCell, withSection } from './tables.js'

const [file = '', ...flags] = process.argv.slice(2)
let document = withSection(readFileSync(file, 'utf8'), 'faults', faultTable())

if (!flags.includes('--faults')) {
  for (const { name, version } of CLIENTS) {
    if (version === null) console.warn(`left out, it is not on this machine: ${name}`)
  }
  const clients = CLIENTS.filter(({ version }) => version !== null)
  const rows = await runMatrix(SCENARIOS, clients)
  document = withSection(document, 'client matrix', matrixTable(rows, clients))
  for (const { scenario, verdicts } of rows) {
    for (const [name, verdict] of verdicts) {
      if (!isSound(scenario, verdict))
        console.log(`${name}: ${scenarioCell(scenario)}: ${verdict.outcome} ${verdict.detail}`)
    }
  }
}
writeFileSync(file, document)
