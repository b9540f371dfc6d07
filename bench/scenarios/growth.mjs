// How the cost of a request grows: with the number of connections, the requests on each, the fields of a head, the octets of a
// body. Flat is right for the first three, and for the body per KiB.
import { writeFileSync } from 'node:fs'
import { closedLoop } from '../lib/closed-loop.mjs'
import { compare } from '../lib/compare.mjs'
import { drawCurves } from '../lib/draw-curves.mjs'
import { browserGet, HELLO, withBody } from '../lib/requests.mjs'
import { contender, OURS, sending } from '../lib/scenario.mjs'
import { bodyOf } from '../lib/stream-of.mjs'

const NODE = 'node:http'
const HELLO_SERVERS = [
  [OURS, 'hello'],
  [NODE, 'node-hello'],
]
const BODY_SERVERS = [
  [OURS, 'bodies'],
  [NODE, 'node-bodies'],
]
const MOST_ROUNDS = 3
const MOST_MS = 1000

const get = sending(browserGet('/hello'))

function withFields(count) {
  const more = Array.from({ length: count - 1 }, (_, index) => `X-Field-${index}: value ${index}\r\n`)
  return sending(Buffer.from(`GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n${more.join('')}\r\n`))
}

function withOctets(octets) {
  const accepts = Buffer.from(String(octets))
  const send = sending(withBody('PUT /upload', 'Content-Type: application/octet-stream\r\n', bodyOf(octets)))
  return { connections: 4, send, accepts, per: octets / 1024 }
}

const CURVES = [
  {
    title: 'connections',
    unit: 'CPU µs per request',
    servers: HELLO_SERVERS,
    points: [1, 10, 100, 1000],
    task: (connections) => ({ connections, send: get, accepts: HELLO }),
  },
  {
    title: 'requests per connection',
    unit: 'CPU µs per request',
    servers: HELLO_SERVERS,
    points: [1, 10, 100, 1000, 10_000],
    task: (perConnection) => ({ connections: 4, perConnection, send: get, accepts: HELLO }),
  },
  {
    title: 'fields per request',
    unit: 'CPU µs per request',
    servers: HELLO_SERVERS,
    points: [1, 10, 30, 100],
    task: (count) => ({ connections: 16, send: withFields(count), accepts: HELLO }),
  },
  {
    title: 'octets of the request body',
    unit: 'CPU µs per KiB',
    servers: BODY_SERVERS,
    points: [2 ** 10, 2 ** 13, 2 ** 16, 2 ** 20, 2 ** 23, 2 ** 26],
    task: withOctets,
  },
]

/** Every point is a comparison of its own, so that the contenders meet the same weather at it. */
async function measureCurve({ title, unit, servers, points, task }, options) {
  const lines = new Map(servers.map(([name]) => [name, []]))
  for (const point of options.smoke ? [points[0], points[2]] : points) {
    const { per = 1, ...load } = task(point)
    const run = (port, durationMs) => closedLoop({ port, durationMs, ...load })
    const contenders = servers.map(([name, script]) => contender(name, script, run))
    for (const { name, figures } of await compare(contenders, options)) {
      lines.get(name).push({ at: point, value: figures.cpu.median / per })
    }
  }
  return { title, unit, lines: Object.fromEntries(lines) }
}

export const growth = {
  growth: {
    about: 'CPU time as a request, or what surrounds it, grows; drawn in [growth.svg](growth.svg).',
    curves: true,
    targets: [],
    async run(options) {
      const bounded = {
        ...options,
        rounds: Math.min(options.rounds, MOST_ROUNDS),
        durationMs: Math.min(options.durationMs, MOST_MS),
      }
      const curves = []
      for (const curve of CURVES) curves.push(await measureCurve(curve, bounded))
      if (options.drawing !== undefined) writeFileSync(options.drawing, drawCurves(curves))
      return curves
    },
  },
}
