// Server and load on a core each, where the system lets us choose.
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const SERVER_CORE = 0
const LOAD_CORE = 1

const canPin =
  process.platform === 'linux' &&
  availableParallelism() > 1 &&
  spawnSync('taskset', ['-c', `${SERVER_CORE},${LOAD_CORE}`, 'true']).status === 0

/** The command that runs on the server's core from its first instruction on. */
export function onServerCore(command, parameters) {
  return canPin ? ['taskset', ['-c', String(SERVER_CORE), command, ...parameters]] : [command, parameters]
}

/** Keeps the calling process, and what it starts by itself, off the server's core. @returns whether that is possible. */
export function pinLoad() {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', String(LOAD_CORE), String(process.pid)])
  return canPin
}
