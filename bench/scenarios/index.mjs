// All scenarios by name, in the order of the tables.
import { bodies } from './bodies.mjs'
import { files } from './files.mjs'
import { growth } from './growth.mjs'
import { keepAlive } from './keep-alive.mjs'
import { latencies } from './latency.mjs'
import { memory } from './memory.mjs'
import { rpc } from './rpc.mjs'
import { startUp } from './start-up.mjs'
import { tls } from './tls.mjs'
import { webSocket } from './web-socket.mjs'

export const scenarios = {
  ...keepAlive,
  ...bodies,
  ...files,
  ...rpc,
  ...webSocket,
  ...tls,
  ...memory,
  ...startUp,
  ...latencies,
  ...growth,
}
