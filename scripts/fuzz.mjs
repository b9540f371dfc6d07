// Runs the fuzz targets. --short: a fixed seed, about a minute in all, for every push. Otherwise the seed is new and
// printed, so that a failure can be run again.
//
//   node scripts/fuzz.mjs [--short] [--target NAME] [--seed N] [--runs N | --seconds N]
//
// --target NAME runs fuzz/NAME.fuzz.ts alone (mutants/mutants is one, too), --runs N sets the cases per property,
// --seconds N the time per property.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const SHORT = { seed: 20_260_101, runs: 2_500 }
const LONG_RUNS = 20_000

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    target: { type: 'string' },
    seed: { type: 'string' },
    runs: { type: 'string' },
    seconds: { type: 'string' },
  },
})

const seed = wholeNumber('seed') ?? (values.short ? SHORT.seed : Math.floor(Math.random() * 2 ** 31))
const seconds = wholeNumber('seconds')
const runs = wholeNumber('runs') ?? (values.short ? SHORT.runs : LONG_RUNS)
const target = values.target === undefined ? undefined : `fuzz/${values.target}.fuzz.ts`
if (target !== undefined && !existsSync(root + target)) fail(`there is no ${target}`)

console.error(`fuzz: seed ${seed}, ${seconds === undefined ? `${runs} cases` : `${seconds} s`} per property`)
const { status } = spawnSync(
  process.execPath,
  [
    `${root}node_modules/vitest/vitest.mjs`,
    'run',
    '--config',
    `${root}fuzz/vitest.config.ts`,
    ...(target === undefined ? [] : [target]),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      FUZZ_SEED: String(seed),
      FUZZ_RUNS: String(runs),
      FUZZ_SECONDS: seconds === undefined ? '' : String(seconds),
    },
  },
)
if (status !== 0) console.error(`fuzz: to run this again: node scripts/fuzz.mjs --seed ${seed} --runs ${runs}`)
process.exitCode = status ?? 1

function wholeNumber(name) {
  const text = values[name]
  if (text === undefined) return undefined
  if (!/^\d{1,15}$/.test(text)) fail(`--${name} wants a whole number, not ${text}`)
  return Number(text)
}

function fail(message) {
  console.error(`fuzz: ${message}`)
  process.exit(2)
}
