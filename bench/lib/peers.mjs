// What the figures stand beside, installed on demand below bench/peers, so that the library's own tree knows none of it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { haveNginx, havePython } from './external-server.mjs'

const folder = fileURLToPath(new URL('../peers/', import.meta.url))

/** The set of what contenders may require on this machine; what is missing is said aloud. */
export function availablePeers() {
  const found = new Set()
  const note = (name, isThere) => {
    if (isThere) found.add(name)
    else console.error(`!! ${name} is not available: its rows are left out`)
  }
  note('fastify and sirv', installed())
  note('python3', havePython())
  note('nginx', haveNginx())
  return found
}

function installed() {
  if (existsSync(`${folder}node_modules/fastify`) && existsSync(`${folder}node_modules/sirv`)) return true
  console.error('installing fastify and sirv into bench/peers')
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  return spawnSync(npm, options, { cwd: folder, stdio: ['ignore', 2, 2], timeout: 120_000 }).status === 0
}
