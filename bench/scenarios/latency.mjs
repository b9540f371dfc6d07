// Latency at a fixed arrival rate, alone and beside connections that only stay open.
import { openIdleConnections } from '../lib/idle-connections.mjs'
import { openLoop } from '../lib/open-loop.mjs'
import { browserGet, HELLO } from '../lib/requests.mjs'
import {
  comparison,
  contender,
  FLOOR,
  FLOOR_SCRIPT,
  floor,
  floorSettings,
  OURS,
  sending,
  target,
} from '../lib/scenario.mjs'
import { startServer } from '../lib/server-process.mjs'

const NODE = 'node:http'
const GET = browserGet('/hello')
const task = { send: sending(GET), accepts: HELLO }

/** Rounds are as much longer than elsewhere: one request in a hundred is no more than a few dozen in a short one. */
const LENGTHENED = 4

const atRate =
  ({ rate }) =>
  (port, durationMs) =>
    openLoop({ port, durationMs: durationMs * LENGTHENED, rate, connections: 64, ...task })

/** A contender that has idle connections from its start to its end. */
function besideIdle(options, name, script, settings = {}) {
  return {
    name,
    load: atRate(options),
    start: async () => {
      const server = await startServer(script, settings)
      const close = await openIdleConnections({ port: server.port, ...task }, options.idleBeside)
      const stop = async () => {
        await close()
        await server.stop()
      }
      return { ...server, stop }
    },
  }
}

const latency = (about, contenders) =>
  comparison({
    about,
    measures: ['p99', 'p50', 'cpu'],
    base: NODE,
    contenders,
    targets: [target(7, NODE, { measure: 'p99', atMost: 0.9 })],
  })

export const latencies = {
  latency: latency(
    'The keep-alive GET due at a fixed rate (2,000 a second by default, `--rate N`) on up to 64 connections; a latency counts from when the request was due.',
    (options) => [
      contender(OURS, 'hello', atRate(options)),
      contender(NODE, 'node-hello', atRate(options)),
      floor(GET, HELLO, atRate(options)),
    ],
  ),
  'latency-beside-idle': latency('The same beside 2,000 idle keep-alive connections.', (options) => [
    besideIdle(options, OURS, 'hello'),
    besideIdle(options, NODE, 'node-hello'),
    besideIdle(options, FLOOR, FLOOR_SCRIPT, floorSettings(GET, HELLO)),
  ]),
}
