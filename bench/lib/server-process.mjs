// One contender in a process of its own, on a core of its own where the system lets us choose. It tells its port when it
// listens, and its CPU time when asked.
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0
export const SERVER_CORE = 0
export const LOAD_CORE = 1

/** Keeps the calling process off the server's core. */
export function pinLoad() {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', String(LOAD_CORE), String(process.pid)])
  return canPin
}

export async function startServer(name, settings = {}) {
  const script = fileURLToPath(new URL(`../servers/${name}.mjs`, import.meta.url))
  const child = fork(script, [JSON.stringify(settings)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', String(SERVER_CORE), String(child.pid)])
  const [{ port }] = await firstMessage(child)
  return {
    port,
    pid: child.pid,
    /** Microseconds of CPU time so far, and resident memory in bytes. */
    async usage() {
      child.send('usage')
      const [usage] = await firstMessage(child)
      return usage
    },
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

async function firstMessage(child) {
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`the server ended (${code})`)
  })
  died.catch(() => {})
  return Promise.race([once(child, 'message'), died])
}
