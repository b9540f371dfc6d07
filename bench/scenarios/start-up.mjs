// From the start of the process to the first whole answer: what loading the library costs.
import { learnAnswer } from '../lib/answer.mjs'
import { summaries } from '../lib/compare.mjs'
import { browserGet, HELLO } from '../lib/requests.mjs'
import { OURS, sending, target } from '../lib/scenario.mjs'
import { startServer } from '../lib/server-process.mjs'

const NODE = 'node:http'
const CONTENDERS = [
  [OURS, 'hello'],
  [NODE, 'node-hello'],
]

/** Starts are short and vary: more of them than rounds. */
const STARTS_PER_ROUND = 2

async function msToFirstAnswer(script) {
  const startedAt = performance.now()
  const server = await startServer(script)
  try {
    await learnAnswer({ port: server.port, send: sending(browserGet('/hello')), accepts: HELLO })
    return performance.now() - startedAt
  } finally {
    await server.stop()
  }
}

export const startUp = {
  'start-up': {
    about: 'Milliseconds from starting `node` to the first whole answer, the processes in turn.',
    measures: ['startUp'],
    base: NODE,
    targets: [target(7, NODE, { measure: 'startUp', atMost: 1.4 })],
    async run({ rounds, smoke }) {
      const samples = new Map(CONTENDERS.map(([name]) => [name, []]))
      for (let start = 0; start < (smoke ? 1 : rounds * STARTS_PER_ROUND); start += 1) {
        for (const [name, script] of CONTENDERS) samples.get(name).push({ startUp: await msToFirstAnswer(script) })
      }
      return CONTENDERS.map(([name]) => ({ name, figures: summaries(samples.get(name)) }))
    },
  },
}
