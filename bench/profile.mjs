// Where the CPU time of a request goes: node bench/profile.mjs [scenario …] [--seconds N] [--markdown FILE]. Profiled is this
// library's server under the load of the scenario, and the bare server beside it where there is one. The library runs as it
// is compiled and not bundled: what is added up is the time of the files of each room.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measured, warmUp } from './lib/compare.mjs'
import { pinLoad } from './lib/cores.mjs'
import { machine } from './lib/machine.mjs'
import { OPTIONS } from './lib/options.mjs'
import { timesByPart } from './lib/profile-parts.mjs'
import { renewBetween } from './lib/results.mjs'
import { FLOOR, OURS } from './lib/scenario.mjs'
import { profileTable } from './lib/tables.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const copy = `${root}node_modules/.cache/profile/`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '5' }, markdown: { type: 'string' } },
})
const names = positionals.length > 0 ? positionals : ['keep-alive-get', 'pipelined-16', 'post-64k', 'websocket-64']

compileAndCopy()
const { scenarios } = await import(`${copy}bench/scenarios/index.mjs`)
const unfit = names.filter((name) => scenarios[name]?.contenders === undefined)
if (unfit.length > 0) {
  console.error(`can't be profiled: ${unfit.join(', ')}`)
  process.exit(2)
}
const where = machine(pinLoad())
const profiles = []
for (const name of names) profiles.push(...(await profilesOf(name, Number(values.seconds) * 1000)))
const table = profileTable(profiles)
console.log(table)
const today = new Date().toISOString().slice(0, 10)
if (values.markdown !== undefined) renewBetween(values.markdown, 'profile', `${table}\n\n${today}; ${where}`)

/** The servers of the bench with the library as it is compiled, each file by itself. */
function compileAndCopy() {
  const options = ['-p', 'tsconfig.build.json', '--outDir', `${copy}dist`, '--declaration', 'false', '--noCheck']
  execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, ...options], { cwd: root })
  mkdirSync(`${copy}bench`, { recursive: true })
  cpSync(`${root}package.json`, `${copy}package.json`)
  for (const folder of ['lib', 'scenarios', 'servers']) {
    cpSync(`${root}bench/${folder}`, `${copy}bench/${folder}`, { recursive: true })
  }
}

/** @returns Pairs of a heading and the microseconds of CPU time per request, by part. */
async function profilesOf(name, durationMs) {
  const contenders = await scenarios[name].contenders(OPTIONS)
  const found = []
  for (const heading of [OURS, FLOOR]) {
    const contender = contenders.find((candidate) => candidate.name === heading)
    if (contender === undefined) continue
    found.push([heading === OURS ? name : heading, await profileOf(contender, durationMs)])
  }
  return found
}

async function profileOf({ start, load }, durationMs) {
  const server = await start()
  try {
    await warmUp(server, load, durationMs)
    await server.startProfile()
    const { cpu } = await measured(server, load, durationMs)
    const times = timesByPart(await server.stopProfile())
    const sampled = [...times.values()].reduce((sum, time) => sum + time, 0)
    return new Map([...times].map(([part, time]) => [part, (time / sampled) * cpu]))
  } finally {
    await server.stop()
  }
}
