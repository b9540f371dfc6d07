// How the cost of a request grows: with the number of connections, the requests on each, the fields of a head, the octets of a
// body. Flat is right for the first three, and for the body per KiB, and its memory must not grow with it.
import { writeFileSync } from 'node:fs'
import { closedLoop } from '../lib/closed-loop.mjs'
import { compare } from '../lib/compare.mjs'
import { drawCurves } from '../lib/draw-curves.mjs'
import { browserGet, headBefore, HELLO } from '../lib/requests.mjs'
import { contender, OURS, sending } from '../lib/scenario.mjs'
import { standingLoop } from '../lib/standing-loop.mjs'
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

/** Head and body apart: one Buffer of both would be a copy of a body that may be large. */
function withOctets(octets) {
  const body = bodyOf(octets)
  const head = headBefore('PUT /upload', 'Content-Type: application/octet-stream\r\n', body)
  const send = (socket) => {
    socket.cork()
    socket.write(head)
    socket.write(body)
    socket.uncork()
  }
  return { connections: 4, send, accepts: Buffer.from(String(octets)) }
}

const perRequest = { title: 'CPU µs per request', of: ({ cpu }) => cpu.median }
const perKib = { title: 'CPU µs per KiB', of: ({ cpu }, octets) => cpu.median / (octets / 1024) }
const peak = { title: 'MiB resident at most', of: ({ peak: { most } }) => most }

const CURVES = [
  {
    by: 'connections',
    figures: [perRequest],
    servers: HELLO_SERVERS,
    points: [1, 10, 100, 1000, 10_000],
    load: (connections) => (port, durationMs, begins) =>
      standingLoop({ port, durationMs, connections, send: get, accepts: HELLO }, begins),
  },
  {
    by: 'requests per connection',
    figures: [perRequest],
    servers: HELLO_SERVERS,
    points: [1, 10, 100, 1000, 10_000],
    load: looping((perConnection) => ({ connections: 4, perConnection, send: get, accepts: HELLO })),
  },
  {
    by: 'fields per request',
    figures: [perRequest],
    servers: HELLO_SERVERS,
    points: [1, 10, 30, 100],
    load: looping((count) => ({ connections: 16, send: withFields(count), accepts: HELLO })),
  },
  {
    by: 'octets of the request body',
    figures: [perKib, peak],
    servers: BODY_SERVERS,
    points: [2 ** 10, 2 ** 13, 2 ** 16, 2 ** 20, 2 ** 23, 2 ** 26, 2 ** 30],
    load: looping(withOctets),
  },
]

function looping(taskAt) {
  return (point) => {
    const task = taskAt(point)
    return (port, durationMs) => closedLoop({ port, durationMs, ...task })
  }
}

/** Every point is a comparison of its own, so that the contenders meet the same weather at it. One curve per figure. */
async function measureCurves({ by, figures, servers, points, load }, options) {
  const curves = figures.map(({ title }) => ({
    title: by,
    unit: title,
    lines: Object.fromEntries(servers.map(([name]) => [name, []])),
  }))
  for (const point of options.smoke ? [points[0], points[2]] : points) {
    const run = load(point)
    const contenders = servers.map(([name, script]) => contender(name, script, run))
    for (const row of await compare(contenders, options)) {
      figures.forEach(({ of }, index) =>
        curves[index].lines[row.name].push({ at: point, value: of(row.figures, point) }),
      )
    }
  }
  return curves
}

export const growth = {
  growth: {
    about:
      'CPU time, and the memory that bodies take, as a request or what surrounds it grows; drawn in [growth.svg](growth.svg).',
    curves: true,
    targets: [],
    async run(options) {
      const bounded = {
        ...options,
        rounds: Math.min(options.rounds, MOST_ROUNDS),
        durationMs: Math.min(options.durationMs, MOST_MS),
      }
      const curves = []
      for (const curve of CURVES) curves.push(...(await measureCurves(curve, bounded)))
      if (options.drawing !== undefined) writeFileSync(options.drawing, drawCurves(curves))
      return curves
    },
  },
}
