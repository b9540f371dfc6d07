/**
 * The claims about the request reader, as properties of any class that can be put in its place: the real one must hold
 * them all, each mutant in `fuzz/mutants` must break at least one.
 */
import * as fc from 'fast-check'
import { expect } from 'vitest'
import type { RequestError } from '../../src/http/errors.js'
import { NEED_DATA } from '../../src/http/events.js'
import type { Limits } from '../../src/http/limits.js'
import { resolveLimits } from '../../src/http/limits.js'
import { OK, PAUSED, syntaxFault } from '../../src/http/llhttp/error-codes.js'
import { ReaderLog } from '../../test/http/support/reader-log.js'
import { collect, type ReaderClass, type Told, type ToldMessage } from './collect.js'
import { tinyLimits } from './limits.js'
import { readWithNode, type NodeMessage } from './node-oracle.js'
import { cuts, cutInto, latin1 } from './octets.js'
import { anyRest, anyStream, fragments, knownVerb, ordinaryVerb, requestStreams, validRequests } from './requests.js'
import { readUngated } from './ungated.js'

const DEFAULTS = resolveLimits({})

function log(Reader: ReaderClass, pieces: readonly Buffer[], limits: Limits = DEFAULTS, end = true): string[] {
  return ReaderLog.of(new Reader({ limits, requireHost: false }), pieces, end)
}

/** F1: how a stream is cut changes no event, no offset and no verdict. */
export function splitInvariance(Reader: ReaderClass, stream = anyStream) {
  return fc.property(stream, cuts, fc.boolean(), (text, where, end) => {
    const octets = latin1(text)
    expect(log(Reader, cutInto(octets, where), DEFAULTS, end)).toEqual(log(Reader, [octets], DEFAULTS, end))
  })
}

/** F1 with limits that most streams meet. */
export function splitInvarianceWithLimits(Reader: ReaderClass, stream = anyStream, limits = tinyLimits) {
  return fc.property(stream, cuts, limits, (text, where, small) => {
    const octets = latin1(text)
    expect(log(Reader, cutInto(octets, where), small)).toEqual(log(Reader, [octets], small))
  })
}

/** F2: any verb is read as llhttp alone reads PUT; only positions move, by the difference of the names' lengths. */
export function verbIsOnlyAName(Reader: ReaderClass) {
  const verbs = ordinaryVerb.filter((verb) => verb.length <= 64)
  // Without its blank the rest would be a part of the verb.
  const rests = anyRest.filter((rest) => rest.startsWith(' '))
  return fc.property(verbs, rests, cuts, (verb, rest, where) => {
    const told = collect(Reader, cutInto(latin1(verb + rest), where))
    expectAsUngated(told, latin1(`PUT${rest}`), verb)
  })
}

/** F9: each message that is told is what llhttp alone reads at its place; our checks only ever refuse. */
export function checksOnlyRefuse(Reader: ReaderClass) {
  return fc.property(anyStream, cuts, (text, where) => {
    const told = collect(Reader, cutInto(latin1(text), where))
    for (const message of told.messages) {
      const { method, offset } = message.head
      const standIn = method === 'CONNECT' ? method : 'PUT'
      const octets = latin1(standIn + text.slice(offset + method.length))
      expectSameMessage(message, octets, offset + method.length - standIn.length)
    }
  })
}

/** The first message of the stream against llhttp alone, whether it is told or refused. */
function expectAsUngated(told: Told, octets: Buffer, verb: string): void {
  const theirs = readUngated(octets)
  const shift = verb.length - 'PUT'.length
  const [message] = told.messages
  if (message !== undefined) expectSameMessage(message, octets, shift)
  const fault = typeof told.outcome === 'string' || (message !== undefined && message.end >= 0) ? null : told.outcome
  if (fault === null) {
    expect(theirs.result === OK || message !== undefined).toBe(true)
    return
  }
  const failed = theirs.result !== OK && theirs.result !== PAUSED
  if (failed && fault.offset - shift === theirs.position && !OURS.has(fault.code)) {
    expect(fault.code).toBe(asRequestFault(syntaxFault(theirs.result, theirs.headComplete)))
  } else {
    // We refuse what llhttp lets pass, never later than llhttp refuses, and only for reasons of our own.
    expect(OURS).toContain(fault.code)
    if (failed) expect(fault.offset - shift).toBeLessThanOrEqual(theirs.position)
  }
}

function asRequestFault(code: string): string {
  return code === 'BAD_START_LINE' ? 'BAD_REQUEST_LINE' : code
}

/** Codes that our own checks and limits give. llhttp gives some of them too, at its own places. */
const OURS: ReadonlySet<RequestError['code']> = new Set([
  'BAD_REQUEST_LINE',
  'BAD_VERB',
  'BAD_TARGET',
  'BAD_VERSION',
  'BAD_HOST',
  'BAD_CONTENT_LENGTH',
  'BAD_TRANSFER_ENCODING',
  'VERSION_NOT_SUPPORTED',
  'UNKNOWN_TRANSFER_CODING',
  'VERB_TOO_LONG',
  'BODY_TOO_LARGE',
  'CHUNK_OVERHEAD',
])

function expectSameMessage(message: ToldMessage, octets: Buffer, shift: number): void {
  const theirs = readUngated(octets)
  const { head } = message
  expect(theirs.headComplete).toBe(true)
  expect(head.requestLine).toMatch(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64} [!-~]+ HTTP\/1\.\d$/)
  expect(head.headers.items()).toEqual(theirs.fields)
  if (head.upgrade) expect(theirs.upgrade).toBe(true)
  if (message.end < 0) {
    expect(theirs.body.startsWith(message.body)).toBe(true)
    return
  }
  expect(theirs.result).toBe(PAUSED)
  expect(message.body).toBe(theirs.body)
  expect(message.end).toBe(theirs.position + shift)
  expect(theirs.trailers).toEqual(expect.arrayContaining(message.trailers as unknown[]))
  if (message.keepsAlive) expect(theirs.keepsAlive).toBe(true)
}

/**
 * F3: what is told of verbs that Node.js knows is what node:http tells. It may tell more, where our checks refuse; it
 * tells less only in the listed cases.
 */
export function agreesWithNode(Reader: ReaderClass) {
  return fc.property(requestStreams(knownVerb), cuts, (text, where) => {
    const octets = latin1(text)
    const told = collect(Reader, cutInto(octets, where))
    const theirs = readWithNode(octets)
    for (const [index, message] of told.messages.entries()) {
      const other = theirs.messages[index]
      if (other === undefined) {
        expect(theirs.error !== null && isKnownDifference(theirs.error, message.head.minorVersion)).toBe(true)
        return
      }
      // A quoted extension with DEL is refused since llhttp 9.3.1, behind the octets that came before.
      const differs = theirs.error === 'HPE_STRICT' && text.includes('\x7f')
      expectSameAsNode(message, other, differs)
      if (other.upgrade || message.head.upgrade || differs) return
    }
    expectSameVerdict(told, theirs.messages[told.messages.length], theirs.error)
  })
}

/** What is read here and not by node:http: verbs out of its table, and a later minor version. */
function isKnownDifference(error: string, minorVersion: number): boolean {
  if (error === 'HPE_INVALID_VERSION') return minorVersion > 1
  return error === 'HPE_INVALID_METHOD' || error === 'HPE_INVALID_CONSTANT'
}

function expectSameAsNode(message: ToldMessage, other: NodeMessage, differs: boolean): void {
  const { head } = message
  expect([head.method, head.target, head.headers.items()]).toEqual([other.method, other.url, other.fields])
  if (other.upgrade || differs) return
  expect(message.body).toBe(other.body)
  expect(message.end >= 0).toBe(other.complete)
  if (other.complete) expect(other.trailers).toEqual(expect.arrayContaining(message.trailers as unknown[]))
}

/** `next`: what node:http has told beyond the messages told here. */
function expectSameVerdict({ messages, outcome }: Told, next: NodeMessage | undefined, error: string | null): void {
  if (typeof outcome !== 'string') {
    expect(error !== null || OURS.has(outcome.code)).toBe(true)
  } else if (outcome === 'waits') {
    expect(next).toBe(undefined)
    // The version of a head that is not complete may be a later one.
    expect(error === null || isKnownDifference(error, Infinity)).toBe(true)
  } else {
    // Our own rules for keep-alive are stricter: node:http may have read on.
    expect(messages.at(-1)?.keepsAlive).toBe(false)
  }
}

/** F4: nothing comes after a fault or after the last message, whatever arrives. */
export function nothingAfterTheEnd(Reader: ReaderClass) {
  return fc.property(fc.oneof(anyStream, fragments), fragments, (text, more) => {
    const reader = new Reader({ limits: DEFAULTS })
    reader.receive(latin1(text))
    const outcome = runOut(reader)
    reader.receive(latin1(more))
    if (outcome !== NEED_DATA) expect(runOut(reader)).toBe(outcome)
    reader.receiveEnd()
    if (outcome !== NEED_DATA) expect(runOut(reader)).toBe(outcome)
    reader.release()
  })
}

/** Takes all events; what came instead of another one. */
function runOut(reader: InstanceType<ReaderClass>): unknown {
  try {
    for (;;) {
      const event = reader.next()
      if (event === NEED_DATA || event === null) return event
    }
  } catch (error) {
    return error
  }
}

/** F5: no octets whatever make anything but a request's fault. */
export function onlyFaultsEscape(Reader: ReaderClass) {
  return fc.property(fragments, cuts, tinyLimits, fc.boolean(), (text, where, limits, tiny) => {
    const { outcome } = collect(Reader, cutInto(latin1(text), where), tiny ? { limits } : {})
    if (typeof outcome !== 'string') expect(outcome.code).not.toBe('PARSER_FAILURE')
  })
}

/** F6: readers that take turns on the one llhttp tell what each tells alone. */
export function readersDoNotMix(Reader: ReaderClass) {
  const streams = fc.array(fc.tuple(anyStream, cuts), { minLength: 2, maxLength: 5 })
  return fc.property(streams, fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 60 }), (cases, turns) => {
    const queues = cases.map(([text, where]) => cutInto(latin1(text), where))
    const alone = queues.map((pieces) => log(Reader, pieces, DEFAULTS, false))
    const readers = cases.map(() => new Reader({ limits: DEFAULTS, requireHost: false }))
    const logs = readers.map((reader) => new ReaderLog(reader))
    for (let turn = 0; queues.some((pieces) => pieces.length > 0); turn++) {
      const index = ((turns[turn % turns.length] as number) + Math.floor(turn / turns.length)) % cases.length
      const piece = queues[index]?.shift()
      if (piece === undefined) continue
      readers[index]?.receive(piece)
      // Some octets are left lying, and some in the middle of a chunk, so that they are parsed when another reader has been.
      logs[index]?.pull([Infinity, 1, 0][turn % 3])
    }
    for (const each of logs) each.pull()
    expect(logs.map((each) => each.finish())).toEqual(alone)
    for (const reader of readers) reader.release()
  })
}

/** F7: requests one behind the other are read as each is alone. */
export function requestsDoNotMix(Reader: ReaderClass) {
  return fc.property(validRequests, cuts, (requests, where) => {
    const together = log(Reader, cutInto(latin1(requests.join('')), where))
    let position = 0
    const alone = requests.flatMap((request) => {
      const lines = log(Reader, [latin1(request)]).slice(0, -1)
      const moved = lines.map((line) => moveHead(line, position))
      position += request.length
      return moved
    })
    expect(together).toEqual([...alone, 'over'])
  })
}

function moveHead(line: string, by: number): string {
  return line.replace(/^head (\d+):/, (_match, offset: string) => `head ${Number(offset) + by}:`)
}

/** F8: behind a request that offers another protocol all octets are handed over, or read on if nobody takes it. */
export function upgradesHandOver(Reader: ReaderClass) {
  const offers = fc.constantFrom(
    'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
    'CONNECT a:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nConnection: x, upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc',
    'P / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: 1\r\n\r\n',
  )
  return fc.property(validRequests, offers, fc.oneof(fragments, anyStream), cuts, (requests, offer, rest, where) => {
    const before = requests.join('') + offer
    const pieces = cutInto(latin1(before + rest), where)
    expect(restBehind(Reader, pieces, requests.length + 1)).toBe(rest)
    const declined = log(Reader, pieces)
    const separate = log(Reader, [latin1(rest)]).map((line) => moveHead(moveFault(line, before.length), before.length))
    expect(declined.slice(-separate.length)).toEqual(separate)
  })
}

function moveFault(line: string, by: number): string {
  return line.replace(/^(fault .* at )(\d+)$/, (_match, words: string, offset: string) => words + (Number(offset) + by))
}

/** Reads until the end of the message with this number, then takes what is left and what still arrives. */
function restBehind(Reader: ReaderClass, pieces: readonly Buffer[], messages: number): string {
  const reader = new Reader({ limits: DEFAULTS, requireHost: false })
  let ends = 0
  for (const [index, piece] of pieces.entries()) {
    reader.receive(piece)
    while (ends < messages) {
      const event = reader.next()
      if (event === NEED_DATA || event === null) break
      if (event.kind === 'end') ends++
    }
    if (ends === messages) return Buffer.concat([reader.takeRest(), ...pieces.slice(index + 1)]).toString('latin1')
  }
  throw new Error('the messages did not end')
}
