// One contender on Node.js in a process of its own. It tells its port when it listens, and what it used when asked.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onServerCore } from './cores.mjs'

/**
 * @param script Name of a file in bench/servers.
 * @param settings What that file finds in its `settings`.
 * @param environment Variables besides the bench's own.
 * @throws when the server ends instead of listening.
 */
export async function startServer(script, settings = {}, nodeOptions = [], environment = {}) {
  const path = fileURLToPath(new URL(`../servers/${script}.mjs`, import.meta.url))
  const [command, parameters] = onServerCore(process.execPath, [...nodeOptions, path, JSON.stringify(settings)])
  const child = spawn(command, parameters, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...environment },
  })
  const exited = once(child, 'exit')
  const died = exited.then(([code, signal]) => {
    throw new Error(`the server ${script} ended (${code ?? signal})`)
  })
  died.catch(() => {})
  const nextMessage = async () => (await Promise.race([once(child, 'message'), died]))[0]
  const ask = (question) => {
    child.send(question)
    return nextMessage()
  }
  const { port } = await nextMessage()
  return {
    port,
    /** Microseconds of CPU time so far, `user` and `system`, and the most memory that was resident, `peakBytes`. */
    cpuUsage: () => ask('cpu'),
    /** Resident octets, after garbage collection when the server was started with --expose-gc. */
    memory: () => ask('memory'),
    startProfile: () => ask('startProfile'),
    /** The profile since then, as Node.js' inspector gives it. */
    stopProfile: () => ask('stopProfile'),
    async stop() {
      child.kill()
      await exited
    },
  }
}
