// Memory per idle keep-alive connection: how much a fresh process grows by connections that had one answer each.
import { setTimeout as sleep } from 'node:timers/promises'
import { summaries } from '../lib/compare.mjs'
import { openIdleConnections } from '../lib/idle-connections.mjs'
import { browserGet, HELLO } from '../lib/requests.mjs'
import { FLOOR, FLOOR_SCRIPT, floorSettings, OURS, sending, target } from '../lib/scenario.mjs'
import { startServer } from '../lib/server-process.mjs'

const NODE = 'node:http'
const GET = browserGet('/hello')
const CONTENDERS = [
  [OURS, 'hello', {}],
  [NODE, 'node-hello', {}],
  [FLOOR, FLOOR_SCRIPT, floorSettings(GET, HELLO)],
]
const task = { send: sending(GET), accepts: HELLO }

/** Long enough for closed connections to be forgotten and for collected memory to go back to the system. */
const SETTLE_MS = 500

/** Has glibc give back what is free, by its own default: who keeps it would begin with what others grow by. */
const GIVING_BACK = { MALLOC_TRIM_THRESHOLD_: '131072' }

async function kibPerConnection(script, settings, count) {
  const server = await startServer(script, settings, ['--expose-gc'], GIVING_BACK)
  try {
    // What is loaded or compiled by the first connections is not theirs.
    await (await openIdleConnections({ port: server.port, ...task }, Math.min(count, 100)))()
    await sleep(SETTLE_MS)
    const before = await server.memory()
    const close = await openIdleConnections({ port: server.port, ...task }, count)
    await sleep(SETTLE_MS)
    const after = await server.memory()
    await close()
    return (after - before) / count / 1024
  } finally {
    await server.stop()
  }
}

function perIdleConnection(connections) {
  return {
    about: `Growth of resident memory per idle keep-alive connection that had one answer, over ${connections.toLocaleString('en-US')} of them, after garbage collection, in a fresh process each round. What is free is given back to the system (MALLOC_TRIM_THRESHOLD_=131072).`,
    measures: ['memory'],
    base: NODE,
    targets: [target(7, NODE, { measure: 'memory', atMost: 0.6 })],
    async run({ rounds, smoke }) {
      const count = smoke ? 100 : connections
      const samples = new Map(CONTENDERS.map(([name]) => [name, []]))
      for (let round = 0; round < Math.min(rounds, 3); round += 1) {
        for (const [name, script, settings] of CONTENDERS) {
          samples.get(name).push({ memory: await kibPerConnection(script, settings, count) })
        }
      }
      return CONTENDERS.map(([name]) => ({ name, figures: summaries(samples.get(name)) }))
    },
  }
}

export const memory = {
  'idle-memory': perIdleConnection(2000),
  'idle-memory-10k': perIdleConnection(10_000),
}
