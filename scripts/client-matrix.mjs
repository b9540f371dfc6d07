// Runs every fault of the test kit against clients of other makes and writes what they do into docs/break-a-client.md:
// node scripts/client-matrix.mjs [--faults]. It is compiled below node_modules, where bare imports resolve.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiled = `${root}node_modules/.cache/client-matrix/`

execFileSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}test/support/client-matrix/tsconfig.json`],
  { stdio: ['ignore', 2, 2] },
)
mkdirSync(compiled, { recursive: true })
cpSync(`${root}package.json`, `${compiled}package.json`)
process.argv.splice(2, 0, `${root}docs/break-a-client.md`)
await import(`${compiled}test/support/client-matrix/main.js`)
