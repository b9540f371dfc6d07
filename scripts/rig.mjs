// Starts the wire-test rig (test/support/rig) as a program of its own: node scripts/rig.mjs [instance=port ...].
// It is compiled, with the library's sources, below node_modules, where bare imports resolve and nothing is committed.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiled = `${root}node_modules/.cache/rig/`

// Standard output belongs to the rig, which prints its ports there: what the compiler says goes to stderr.
execFileSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}test/support/rig/tsconfig.json`],
  {
    stdio: ['ignore', 2, 2],
  },
)
mkdirSync(compiled, { recursive: true })
cpSync(`${root}package.json`, `${compiled}package.json`)
cpSync(`${root}test/support/rig/certs`, `${compiled}test/support/rig/certs`, { recursive: true })
await import(`${compiled}test/support/rig/main.js`)
