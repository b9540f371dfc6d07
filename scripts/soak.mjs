// The soak: node scripts/soak.mjs --minutes N [--clients N] [--seed N]. Mixed load on a server in a process of its own, every
// octet of every answer checked; reports lost and wrong answers, the slope of memory, and what is open at the end. Exit
// code 1 unless all is well. See test/support/soak.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiled = `${root}node_modules/.cache/soak/`

execFileSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}test/support/soak/tsconfig.json`],
  { stdio: ['ignore', 2, 2] },
)
mkdirSync(compiled, { recursive: true })
cpSync(`${root}package.json`, `${compiled}package.json`)
cpSync(`${root}test/support/rig/certs`, `${compiled}test/support/rig/certs`, { recursive: true })
await import(`${compiled}test/support/soak/main.js`)
