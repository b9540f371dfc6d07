/**
 * The claims about the response reader, as properties of any class that can be put in its place, like those of the request
 * reader.
 */
import * as fc from 'fast-check'
import { expect } from 'vitest'
import { ResponseError } from '../../src/http/errors.js'
import { NEED_DATA, type ResponseHead } from '../../src/http/events.js'
import { type Limits, resolveLimits } from '../../src/http/limits.js'
import type { ResponseReader, ResponseReaderOptions } from '../../src/http/llhttp/response-reader.js'
import { ReaderLog } from '../../test/http/support/reader-log.js'
import { tinyLimits } from './limits.js'
import { type NodeResponse, readWithNodeClient } from './node-client-oracle.js'
import { cuts, cutInto, latin1 } from './octets.js'
import { exchanges, type Exchange, methods, octetsOf, responseStream } from './responses.js'
import { fragments } from './requests.js'

export type ResponseReaderClass = new (options: ResponseReaderOptions) => ResponseReader

const DEFAULTS = resolveLimits({})

function readerFor(
  Reader: ResponseReaderClass,
  expected: readonly string[],
  limits: Limits = DEFAULTS,
): ResponseReader {
  const reader = new Reader({ limits })
  for (const method of expected) reader.expect(method)
  return reader
}

/** F11: how a stream is cut changes no event, no offset and no verdict. */
export function responseSplitInvariance(Reader: ResponseReaderClass, stream = responseStream) {
  return fc.property(methods, stream, cuts, fc.boolean(), (expected, text, where, end) => {
    const octets = latin1(text)
    const story = ReaderLog.of(readerFor(Reader, expected), cutInto(octets, where), end)
    expect(story).toEqual(ReaderLog.of(readerFor(Reader, expected), [octets], end))
  })
}

export function responseSplitInvarianceWithLimits(Reader: ResponseReaderClass) {
  return fc.property(methods, responseStream, cuts, tinyLimits, (expected, text, where, limits) => {
    const octets = latin1(text)
    const story = ReaderLog.of(readerFor(Reader, expected, limits), cutInto(octets, where), true)
    expect(story).toEqual(ReaderLog.of(readerFor(Reader, expected, limits), [octets], true))
  })
}

interface ToldResponse {
  readonly head: ResponseHead
  body: string
  /** What the end said; null while it was not told. */
  keepsAlive: boolean | null
}

interface ToldResponses {
  readonly responses: ToldResponse[]
  readonly outcome: ResponseError | 'waits' | 'over'
}

function take(reader: ResponseReader, responses: ToldResponse[]): void {
  for (let event = reader.next(); event !== NEED_DATA && event !== null; event = reader.next()) {
    if (event.kind === 'head') responses.push({ head: event, body: '', keepsAlive: null })
    const last = responses.at(-1) as ToldResponse
    if (event.kind === 'chunk') last.body += event.octets.toString('latin1')
    if (event.kind === 'end') last.keepsAlive = event.keepsAlive
  }
}

function collect(reader: ResponseReader, pieces: readonly Buffer[], end: boolean): ToldResponses {
  const responses: ToldResponse[] = []
  try {
    for (const piece of pieces) {
      reader.receive(piece)
      take(reader, responses)
    }
    if (end) reader.receiveEnd()
    take(reader, responses)
    return { responses, outcome: reader.next() === null ? 'over' : 'waits' }
  } catch (error) {
    if (error instanceof ResponseError) return { responses, outcome: error }
    throw error
  } finally {
    reader.release()
  }
}

/** F11: valid responses answer their requests in order, with the bodies they were made with. */
export function responsesAnswerInOrder(Reader: ResponseReaderClass) {
  return fc.property(exchanges, cuts, (list, where) => {
    const octets = latin1(octetsOf(list))
    const reader = readerFor(
      Reader,
      list.map(({ method }) => method),
    )
    const { responses, outcome } = collect(reader, cutInto(octets, where), true)
    const expected = modelOf(list)
    expect(responses.map(({ head, body, keepsAlive }) => [head.status, head.interim, body, keepsAlive])).toEqual(
      expected,
    )
    expect(outcome).toBe('over')
  })
}

/** Status, whether interim, body, and what the end says, of each response that is read. */
function modelOf(list: readonly Exchange[]): [number, boolean, string, boolean][] {
  const model: [number, boolean, string, boolean][] = []
  let position = 0
  for (const { octets, status, body, isFinal, keepsAlive, untilEnd } of list.flatMap(({ responses }) => responses)) {
    position += octets.length
    // What was meant as the next response is then a part of this one's body.
    const more = untilEnd ? octetsOf(list).slice(position) : ''
    model.push([status, !isFinal, body + more, keepsAlive])
    if (!keepsAlive) break
  }
  return model
}

/** F11: a stream that ends early completes no response but those that are whole, and the loss shows. */
export function truncationShows(Reader: ResponseReaderClass) {
  return fc.property(exchanges, fc.nat(), cuts, (list, anywhere, where) => {
    const whole = octetsOf(list)
    const length = anywhere % whole.length
    const expected = list.map(({ method }) => method)
    const pieces = cutInto(latin1(whole.slice(0, length)), where)
    const { responses, outcome } = collect(readerFor(Reader, expected), pieces, true)
    const { complete, isCut } = truncatedModel(list, length)
    expect(responses.filter(({ keepsAlive }) => keepsAlive !== null)).toHaveLength(complete)
    expect(typeof outcome === 'string' ? outcome : outcome.code).toBe(isCut ? 'INCOMPLETE' : 'over')
  })
}

/** How many responses are complete when the stream ends after so many octets, and whether it ends within another one. */
function truncatedModel(list: readonly Exchange[], length: number): { complete: number; isCut: boolean } {
  let position = 0
  let complete = 0
  for (const { octets, keepsAlive, untilEnd } of list.flatMap(({ responses }) => responses)) {
    const needed = untilEnd ? octets.indexOf('\r\n\r\n') + 4 : octets.length
    if (length < position + needed) return { complete, isCut: length > position }
    complete++
    if (!keepsAlive) break
    position += octets.length
  }
  return { complete, isCut: false }
}

/** Codes that our own checks give, where node:http is more lenient. */
const OURS: ReadonlySet<ResponseError['code']> = new Set([
  'UNEXPECTED_RESPONSE',
  'BAD_STATUS_LINE',
  'BAD_VERSION',
  'BAD_STATUS',
  'BAD_CONTENT_LENGTH',
  'BAD_TRANSFER_ENCODING',
  'UNKNOWN_TRANSFER_CODING',
])

/** F11: the response to one request is what node:http's client reads. Our checks may refuse it; else both agree. */
export function agreesWithNodeClient(Reader: ResponseReaderClass) {
  const method = fc.constantFrom('GET', 'HEAD', 'POST', 'CONNECT')
  return fc.asyncProperty(method, responseStream, cuts, fc.boolean(), async (request, text, where, end) => {
    const octets = latin1(text)
    const { responses, outcome } = collect(readerFor(Reader, [request]), cutInto(octets, where), end)
    // node:http takes whatever answers a CONNECT for the beginning of a tunnel.
    if (request === 'CONNECT' && responses[0]?.head.upgrade !== true) return
    // It knows no later minor version than 1.1.
    if (responses.some(({ head }) => head.minorVersion > 1)) return
    const theirs = await readWithNodeClient(request, octets, end)
    const interim = responses.filter(({ head }) => head.interim)
    expect(theirs.interim.slice(0, interim.length)).toEqual(interim.map(({ head }) => head.status))
    const final = responses.find(({ head }) => !head.interim)
    if (final !== undefined) expectSameFinal(final, theirs.final as NodeResponse)
    else if (typeof outcome === 'string') expect(theirs.final).toBe(null)
    else expect(theirs.error !== null || OURS.has(outcome.code)).toBe(true)
  })
}

function expectSameFinal({ head, body, keepsAlive }: ToldResponse, theirs: NodeResponse): void {
  expect([head.status, head.reason, head.headers.items()]).toEqual([theirs.status, theirs.reason, theirs.fields])
  // Where it announces nothing, node:http reads a 205 to the end of the stream, and we read none.
  if (head.status === 205 && head.framing === 'none') return
  expect(theirs.body.startsWith(body)).toBe(true)
  if (keepsAlive === null || head.upgrade) return
  expect([body, theirs.complete]).toEqual([theirs.body, true])
}

/** Nothing but faults of the response escapes, and nothing comes after one. */
export function onlyResponseFaultsEscape(Reader: ResponseReaderClass) {
  return fc.property(methods, fc.oneof(fragments, responseStream), fragments, cuts, (expected, text, more, where) => {
    const reader = readerFor(Reader, expected)
    const first = outcomeOf(reader, cutInto(latin1(text), where))
    if (first instanceof ResponseError) expect(first.code).not.toBe('PARSER_FAILURE')
    if (first !== NEED_DATA) expect(outcomeOf(reader, [latin1(more)])).toBe(first)
    reader.release()
  })
}

function outcomeOf(reader: ResponseReader, pieces: readonly Buffer[]): unknown {
  try {
    for (const piece of pieces) {
      reader.receive(piece)
      take(reader, [{ head: {} as ResponseHead, body: '', keepsAlive: null }])
    }
    return reader.next()
  } catch (error) {
    if (error instanceof ResponseError) return error
    throw error
  }
}
