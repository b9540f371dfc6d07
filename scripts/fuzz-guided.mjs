// Fuzzes one part of the library, led by what its inputs reach: inputs that do something new are kept and changed further.
//
//   node scripts/fuzz-guided.mjs TARGET --seconds N [--seed N] [--corpus FOLDER] [--findings FOLDER]
//
// Targets: request (octets to answers, the test rig behind the connection), response (the client's reader), websocket,
// serializers. The smallest inputs that reach everything stay in fuzz/corpus/TARGET; findings go below node_modules/.cache,
// and make the exit code 1. SIGINT ends a run early and keeps what it has.
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = `${root}node_modules/.cache/fuzz-guided/`
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    corpus: { type: 'string' },
    findings: { type: 'string' },
  },
})

const [targetName, ...others] = positionals
const seconds = Number(values.seconds)
const seed = Number(values.seed)
if (targetName === undefined || others.length > 0 || !Number.isInteger(seed) || !(seconds > 0)) {
  console.error('usage: node scripts/fuzz-guided.mjs request|response|websocket|serializers --seconds N [--seed N]')
  process.exit(2)
}

// Each run has a copy of its own: sources may change, and other runs begin, while it goes on.
const instrumented = `${cache}run-${process.pid}/`
process.once('exit', () => rmSync(instrumented, { recursive: true, force: true }))
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}fuzz/guided/tsconfig.json`], {
  stdio: ['ignore', 2, 2],
})
const { instrumentTree } = await import(`${cache}compiled/fuzz/guided/instrument.js`)
instrumentTree(`${cache}compiled/`, instrumented, 'src/')
cpSync(`${root}package.json`, `${instrumented}package.json`)

const { runGuided } = await import(`${instrumented}fuzz/guided/main.js`)
console.error(`fuzz: ${targetName} for ${seconds} s, seed ${seed}`)
process.exitCode = await runGuided({
  targetName,
  seconds,
  seed,
  corpusFolder: resolve(values.corpus ?? `${root}fuzz/corpus/${targetName}`),
  findingsFolder: resolve(values.findings ?? `${cache}findings/${targetName}`),
})
