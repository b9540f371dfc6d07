// The vocabulary scenarios are written in.
import { compare } from './compare.mjs'
import { startServer } from './server-process.mjs'

/** How this library is named in the tables. */
export const OURS = 'advancedhttpserver'

/**
 * A scenario whose contenders get the same kind of load in turn.
 *
 * @param contenders From the options of the run to a list, or a promise of one, of `{ name, start, load, requires? }`; `requires` names what
 *   peers.mjs has to have found.
 * @param base The contender that stands for 1.00 in the columns of ratios.
 * @param targets See `target`.
 */
export function comparison({ about, measures = ['cpu', 'user', 'system', 'rate'], base, contenders, targets = [] }) {
  return {
    about,
    measures,
    base,
    targets,
    contenders,
    async run(options) {
      const all = await contenders(options)
      return compare(
        all.filter(({ requires }) => requires === undefined || options.peers.has(requires)),
        options,
      )
    },
  }
}

/** A contender on Node.js: a script of bench/servers and the load it gets. */
export function contender(name, script, task, settings = {}, requires) {
  return { name, requires, start: () => startServer(script, settings), load: task }
}

/** How the floor is named in the tables. */
export const FLOOR = 'bare net'

/**
 * A bare `net` (or `tls`) server as a contender: it parses nothing and answers each request with the same octets.
 *
 * @param request A whole request, or its length. @param body The body of its answer.
 * @param settings `ends`: the connection ends behind an answer; `certificate` and `key`: paths, for TLS.
 */
export function floor(request, body, task, settings = {}) {
  return contender(FLOOR, FLOOR_SCRIPT, task, floorSettings(request, body, settings))
}

export const FLOOR_SCRIPT = 'bare-net'

/** What the script of the floor needs; the parameters are those of {@link floor}. */
export function floorSettings(request, body, { ends = false, ...settings } = {}) {
  const head =
    'HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n' +
    `Connection: ${ends ? 'close' : 'keep-alive'}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n`
  const answer = Buffer.concat([Buffer.from(head), body]).toString('base64')
  return { requestBytes: typeof request === 'number' ? request : request.length, answer, ends, ...settings }
}

/**
 * What the median of `measure` of this library (or of another row) is to be, as a ratio to another row's.
 *
 * @param issue Which issue asks for it.
 */
export function target(issue, to, { measure = 'cpu', atMost, atLeast, of = OURS }) {
  return { issue, of, to, measure, atMost, atLeast }
}

/** Sends the same octets on every call. */
export function sending(octets, pipelined = 1) {
  const batch = Buffer.concat(Array(pipelined).fill(octets))
  return (socket) => void socket.write(batch)
}
