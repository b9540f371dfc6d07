/**
 * The request path from end to end: octets into a connection in memory, the rig behind it, and all that it sends back. The
 * first octet of an input picks credentials, tight limits, narrow pipes, and a client that vanishes or waits for its answers.
 * Claims: no error but those the rig throws on purpose; it comes to its end and leaves nothing open; each complete request
 * is answered once and in order; octets that are none get one answer with the status that fits; the same for any cuts.
 */
import { type Limits, resolveLimits } from '../../../src/http/limits.js'
import { duplexPair } from '../../../test/support/duplex-pair.js'
import { readFrames } from '../../../test/support/web-socket-frames.js'
import { waysToCut } from '../cuts.js'
import { HTTP_WORDS, PATH_WORDS, REQUEST_WORDS, WEB_SOCKET_WORDS, words } from '../dictionaries.js'
import { type Answer, type Answers, readAnswers } from '../oracles/answers.js'
import { asksToClose, type Held, type Requests, requestsIn } from '../oracles/requests.js'
import { ANSWERS, LEAVES_BODY, RigServer } from '../oracles/rig-server.js'
import { stepsUntil, withinSteps } from '../steps.js'
import { claim, type Target } from '../target.js'

const AUTHENTICATES = 1
const IS_TIGHT = 2
const IS_NARROW = 4
const VANISHES = 8
/** Goes on, and ends its side, only when it has what it asked for: an answer that waits for what comes next never comes. */
const IS_PATIENT = 16

const TIGHT: Partial<Limits> = {
  leading_bytes: 4,
  verb_bytes: 8,
  request_line_bytes: 80,
  header_bytes: 200,
  header_fields: 6,
  chunk_overhead_bytes: 20,
  trailer_bytes: 40,
  trailer_fields: 2,
  collected_body_bytes: 60,
  body_bytes: 100,
  drain_bytes: 40,
  output_bytes: 512,
  form_fields: 3,
  rpc_depth: 3,
  rpc_elements: 8,
  websocket_message_bytes: 100,
  websocket_fragments: 3,
}

/** Pieces up to this number come one after the other, each with a turn of the event loop in front of it. */
const FEW = 20

const servers = new Map<number, RigServer>()

function kindOf(settings: number): number {
  return settings & (AUTHENTICATES | IS_TIGHT)
}

function serverFor(settings: number): RigServer {
  const kind = kindOf(settings)
  let server = servers.get(kind)
  if (server === undefined) {
    server = new RigServer({ authenticates: (kind & AUTHENTICATES) !== 0, limits: limitsFor(kind) })
    servers.set(kind, server)
  }
  return server
}

function limitsFor(settings: number): Partial<Limits> {
  return (settings & IS_TIGHT) === 0 ? {} : TIGHT
}

interface Exchange {
  readonly received: string
  /** A handler failed, so that an answer may be cut. */
  readonly brokenOff: boolean
  /** Number of answers behind which a handler has ended the connection, without saying so; 0: none has. */
  readonly closedBehind: number
}

async function exchange(pieces: readonly Buffer[], settings: number, requests: Requests): Promise<Exchange> {
  try {
    return await converse(pieces, settings, requests)
  } catch (error) {
    // What it has left behind is no fault of the next input.
    servers.delete(kindOf(settings))
    throw error
  }
}

async function converse(pieces: readonly Buffer[], settings: number, requests: Requests): Promise<Exchange> {
  const server = serverFor(settings)
  server.brokenOff = 0
  server.headsWritten = 0
  server.closedBehind = 0
  server.unexpected = []
  const [near, far] = duplexPair((settings & IS_NARROW) === 0 ? {} : { highWaterMark: 64 })
  let received = ''
  const isOver = (): boolean => far.readableEnded || far.destroyed
  far.on('error', () => {})
  far.on('data', (octets: Buffer) => {
    received += octets.toString('latin1')
  })
  const served = server.serve(near)
  for (const [place, piece] of pieces.entries()) {
    if (place > 0 && pieces.length < FEW) await new Promise(setImmediate)
    if (!far.destroyed) far.write(piece)
    const isLast = place === pieces.length - 1
    if ((settings & IS_PATIENT) === 0 || (pieces.length >= FEW && !isLast)) continue
    const sent = isLast ? requests : requestsIn(Buffer.concat(pieces.slice(0, place + 1)), requests.limits)
    await stepsUntil(() => isOver() || hasAll(received, sent), 'answers come by themselves')
    await stepsUntil(() => isOver() || hasHeads(received, sent, server.headsWritten), 'heads come by themselves')
  }
  if ((settings & VANISHES) === 0) far.end()
  else far.destroy()
  await withinSteps(served)
  claim(server.unexpected.length === 0, 'nothing unexpected is thrown', server.unexpected)
  claim(server.isIdle, 'no connection is left behind')
  return { received, brokenOff: server.brokenOff > 0, closedBehind: server.closedBehind }
}

/** Whether every complete request is answered, or an answer has come that ends the connection. */
function hasAll(received: string, requests: Requests): boolean {
  const whole = answersOf({ received }, requests).final.filter((answer) => answer.whole)
  const complete = requests.held.filter((request) => request.complete).length
  return whole.length >= complete || whole.at(-1)?.persists === false
}

/** Whether so many heads have come. Behind a switch to another protocol there are none, though a handler that only says so may write some. */
function hasHeads(received: string, requests: Requests, written: number): boolean {
  const { final, interim } = answersOf({ received }, requests)
  return final.at(-1)?.delimited === 'tunnel' || final.length + interim.length >= written
}

function answersOf({ received }: Pick<Exchange, 'received'>, { held }: Requests): Answers {
  return readAnswers(received, (index) => {
    const head = held[index]?.head
    return { method: head?.method ?? '', isOld: head !== undefined && head.minorVersion === 0 }
  })
}

function assertSound(sent: Exchange, requests: Requests): void {
  const answers = answersOf(sent, requests)
  const { final, rest } = answers
  assertOrder(final)
  if (sent.brokenOff) return
  claim(rest === '', 'nothing follows the last answer', rest)
  claim(
    final.every(({ whole }) => whole),
    'no answer is cut',
  )
  assertFrames(final.at(-1))
  if (sent.closedBehind === 0) assertCount(final, requests)
  else claim(final.length === sent.closedBehind, 'nothing is answered behind a connection that was closed')
}

/** Each answer says which request it belongs to, except those that a resource writes by itself. */
function assertOrder(final: readonly Answer[]): void {
  for (const [place, { fields }] of final.entries()) {
    const mark = fields.get(ANSWERS.toLowerCase()) ?? String(place + 1)
    if (mark === 'fault') claim(place === final.length - 1, 'an answer to a fault is the last one')
    else claim(mark === String(place + 1), 'each request is answered once and in order', { mark, place })
  }
}

function assertCount(final: readonly Answer[], { held, fault, limits }: Requests): void {
  const last = final.at(-1)
  const complete = held.filter((request) => request.complete).length
  claim(final.length <= held.length + 1, 'no answer without a request', { answers: final.length, held: held.length })
  const closing = held.findIndex(({ head }) => asksToClose(head))
  claim(closing < 0 || final.length <= closing + 1, 'nothing is answered behind a request to close', { closing })
  const stuck = held.findIndex((request) => leavesTooMuch(request, limits))
  claim(stuck < 0 || final.length <= stuck + 1, 'nothing is answered behind a body that is not read away', { stuck })
  if ((last !== undefined && !last.persists) || (stuck >= 0 && final.length === stuck + 1)) return
  claim(final.length >= complete, 'each complete request is answered', { answers: final.length, complete })
  claim(fault === null || isInAnswered(final, held), 'a fault is answered, and the connection ends', fault?.code)
  claim(final.length <= held.length, 'an answer that goes on has a request', { answers: final.length })
}

/** More of its body is left than is read away: the connection ends behind an answer that could not know. */
function leavesTooMuch({ head, bodyBytes }: Held, limits: Readonly<Limits>): boolean {
  return head.method === LEAVES_BODY && bodyBytes > limits.drain_bytes
}

/** The fault is in the body of a request whose answer had begun: no other answer follows, the connection just ends. */
function isInAnswered(final: readonly Answer[], held: readonly Held[]): boolean {
  return final.length === held.length && held.at(-1)?.complete === false
}

function assertFrames(last: Answer | undefined): void {
  // Behind a switch that a handler only says it makes, the rig goes on as it did.
  if (last?.delimited !== 'tunnel' || !last.fields.has('sec-websocket-accept')) return
  for (const { masked, opcode } of readFrames(Buffer.from(last.body, 'latin1'))) {
    claim(!masked && [1, 2, 8, 9, 10].includes(opcode), 'a tunnel carries frames')
  }
}

/** What must not depend on cuts: everything up to the first answer that ends the connection, whose body may be cut. */
function comparable({ final }: Answers): string[] {
  return final.map(({ status, fields, body, persists }) => {
    const kept = [...fields].filter(([name]) => name !== 'date' && name !== 'connection')
    return JSON.stringify([status, kept, persists ? body : ''])
  })
}

/** With cuts a body may not have come when its request is answered, and then the connection may end with that answer. */
function assertSame(cut: Answers, whole: Answers): void {
  const [some, all] = [comparable(cut), comparable(whole)]
  const shared = Math.min(some.length, all.length)
  const endsEarly = cut.final.at(shared - 1)?.persists === false || whole.final.at(shared - 1)?.persists === false
  for (let place = 0; place < shared - 1; place += 1) {
    claim(some[place] === all[place], 'cuts change no answer', { cut: some[place], whole: all[place] })
  }
  claim(cut.final[shared - 1]?.status === whole.final[shared - 1]?.status, 'cuts change no status', { some, all })
  claim(some.length === all.length || endsEarly, 'cuts lose no answer', { some, all })
}

const LEFT = 'x'.repeat(50)

const UNREAD = '3c\r\n'.concat('GET /smuggled HTTP/1.1\r\n'.padEnd(60, 'x'), '\r\n0\r\n\r\n')

const SEEDS = [
  `BLEAVE / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n${LEFT}GET /full HTTP/1.1\r\nHost: a\r\n\r\n`,
  'BLEAVE / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /full HTTP/1.1\r\nHost: a\r\n\r\n',
  '@GET /full HTTP/1.1\r\nHost: a\r\nConnection: close, keep-alive\r\n\r\nGET /full HTTP/1.1\r\nHost: a\r\n\r\n',
  '@GET /full HTTP/1.1\r\nHost: a\r\nConnection: x,\tClose\t\r\n\r\nGET /full HTTP/1.1\r\nHost: a\r\n\r\n',
  'PPOST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabcPOST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nab',
  `BGET /hello-world HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${UNREAD}GET /full HTTP/1.1\r\nHost: a\r\n\r\n`,
  `@GET /hello-world HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${UNREAD}GET /full HTTP/1.1\r\nHost: a\r\n\r\n`,
  '@GET /hello-world HTTP/1.1\r\nHost: a\r\n\r\nHEAD /full HTTP/1.1\r\nHost: a\r\n\r\n',
  '@POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\na=1&b=2GET /big HTTP/1.1\r\nHost: a\r\n\r\n',
  '@PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\nDELETE / HTTP/1.1\r\nHost: a\r\n\r\n',
  '@RPC /double HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n[21]',
  '@RPC /echo HTTP/1.1\r\nHost: a\r\nContent-Type: binary/message-pack\r\nContent-Length: 4\r\n\r\n\x92\x01\xa1a',
  '@POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc',
  '@GET /docs/ HTTP/1.1\r\nHost: a\r\n\r\nGET /hello.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=0-3\r\n\r\n',
  '@GET /raw HTTP/1.1\r\nHost: a\r\n\r\nGET /stream HTTP/1.1\r\nHost: a\r\n\r\n',
  'AGET /whoami HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YWRtaW46c2VjcmV0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'BGET /hello-world HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 70\r\n\r\n',
  'DGET /big HTTP/1.1\r\nHost: a\r\n\r\nGET /big.txt HTTP/1.1\r\nHost: a\r\n\r\n',
  'HGET /big HTTP/1.1\r\nHost: a\r\n\r\n',
  '@GET /hello-world HTTP/1.0\r\n\r\n',
  'PGET /hello-world HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /',
  '@GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x83\0\0\0\0abc\x88\x80\0\0\0\0',
  '@OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nPURGE /x HTTP/1.1\r\nHost: a\r\n\r\nBREW / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
]

export const target: Target = {
  name: 'request',
  seeds: SEEDS.map((seed) => Buffer.from(seed, 'latin1')),
  dictionary: words([...HTTP_WORDS, ...REQUEST_WORDS, ...PATH_WORDS, ...WEB_SOCKET_WORDS.slice(0, 9)]),
  maxBytes: 4096,

  async run(input) {
    const [settings, octets] = [input[0] ?? 0, input.subarray(1)]
    const requests = requestsIn(octets, resolveLimits(limitsFor(settings)))
    const sent = await exchange([octets], settings, requests)
    if ((settings & VANISHES) === 0) assertSound(sent, requests)
  },

  async check(input) {
    const [settings, octets] = [input[0] ?? 0, input.subarray(1)]
    const requests = requestsIn(octets, resolveLimits(limitsFor(settings)))
    const whole = await exchange([octets], settings, requests)
    for (const pieces of waysToCut(octets)) {
      const cut = await exchange(pieces, settings, requests)
      if ((settings & VANISHES) !== 0) continue
      assertSound(cut, requests)
      if (!whole.brokenOff && !cut.brokenOff) assertSame(answersOf(cut, requests), answersOf(whole, requests))
    }
  },
}
