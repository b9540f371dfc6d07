// Short answers to GETs: the hot path alone, with many routes, pipelined, and with a connection for each request.
import { closedLoop } from '../lib/closed-loop.mjs'
import { startPython } from '../lib/external-server.mjs'
import { browserGet, HELLO } from '../lib/requests.mjs'
import { comparison, contender, FLOOR, floor, OURS, sending, target } from '../lib/scenario.mjs'

const CONNECTIONS = 16
const NODE = 'node:http'
const ONE_ROUTE = `${OURS}, 1 route`
const MANY_ROUTES = `${OURS}, 1,000 routes`

const GET = browserGet('/hello')
const CLOSING_GET = browserGet('/hello', 'close')

const get = (port, durationMs) =>
  closedLoop({ port, durationMs, connections: CONNECTIONS, send: sending(GET), accepts: HELLO })

const pipelined = (port, durationMs) =>
  closedLoop({
    port,
    durationMs,
    connections: CONNECTIONS,
    pipelined: 16,
    send: sending(GET, 16),
    sendOne: sending(GET),
    accepts: HELLO,
  })

const connectionEach = (port, durationMs) =>
  closedLoop({
    port,
    durationMs,
    connections: CONNECTIONS,
    perConnection: 1,
    serverCloses: true,
    send: sending(CLOSING_GET),
    accepts: HELLO,
  })

export const keepAlive = {
  'keep-alive-get': comparison({
    about:
      'GET with six browser-like fields over 16 keep-alive connections. The bare `net` server, here and below, parses nothing and always writes the same octets.',
    base: NODE,
    contenders: () => [
      contender(OURS, 'hello', get),
      contender(NODE, 'node-hello', get),
      floor(GET, HELLO, get),
      { name: "Python's http.server", requires: 'python3', start: startPython, load: get },
    ],
    targets: [target(2, NODE, { atMost: 0.5 }), target(7, NODE, { atMost: 0.4 }), target(7, FLOOR, { atMost: 1.4 })],
  }),
  'thousand-routes': comparison({
    about: 'The same with 1,000 literal routes registered before the one that answers.',
    base: ONE_ROUTE,
    contenders: () => [contender(ONE_ROUTE, 'hello', get), contender(MANY_ROUTES, 'hello', get, { routes: 1000 })],
    targets: [target(7, ONE_ROUTE, { of: MANY_ROUTES, atMost: 1.1 })],
  }),
  'pipelined-16': comparison({
    about: 'The same, 16 requests written at once on each of 16 connections.',
    base: NODE,
    contenders: () => [
      contender(OURS, 'hello', pipelined),
      contender(NODE, 'node-hello', pipelined),
      floor(GET, HELLO, pipelined),
    ],
    targets: [target(7, NODE, { atMost: 0.2 })],
  }),
  'connection-per-request': comparison({
    about: 'The same with `Connection: close`, a new connection for each request, 16 at a time.',
    base: NODE,
    contenders: () => [
      contender(OURS, 'hello', connectionEach),
      contender(NODE, 'node-hello', connectionEach),
      floor(CLOSING_GET, HELLO, connectionEach, { ends: true }),
    ],
    targets: [target(7, NODE, { atMost: 0.7 })],
  }),
}
