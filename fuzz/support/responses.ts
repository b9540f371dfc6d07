/**
 * Streams of responses, and a model of how they answer requests: each case knows what must be told, so that a reader can
 * be held against it and not only against itself.
 */
import * as fc from 'fast-check'
import { damaged } from './octets.js'

/** One response and what a reader must tell of it; `null` where the stream has to end first. */
export interface ResponseCase {
  readonly octets: string
  readonly status: number
  readonly body: string
  /** Whether it answers its request: interim ones do not. */
  readonly isFinal: boolean
  /** Whether anything can follow it. */
  readonly keepsAlive: boolean
  /** Whether only the end of the stream ends it. */
  readonly untilEnd: boolean
}

export interface Exchange {
  readonly method: string
  readonly responses: readonly ResponseCase[]
}

const content: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n', '\0', '\xff', ' '), maxLength: 40 }),
  fc.constant('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n'),
)

const reason: fc.Arbitrary<string> = fc.constantFrom('OK', '', 'Not At All', '\xe9t\xe9', ' x ')

const ordinaryFields: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      'Server: x/1.0',
      'X-Long: 0123456789012345678901234567890',
      'Set-Cookie: a=b; c',
      'Upgrade: h2c',
      'Date:',
    ),
    {
      maxLength: 4,
    },
  )
  .map((lines) => lines.map((line) => `${line}\r\n`).join(''))

const method: fc.Arbitrary<string> = fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'RPC', 'CONNECT')

const interim: fc.Arbitrary<ResponseCase> = fc
  .tuple(fc.constantFrom(100, 102, 103, 199), fc.constantFrom('', 'Content-Length: 5\r\n', 'Link: x\r\n'))
  .map(([status, fields]) => ({
    octets: `HTTP/1.1 ${status} X\r\n${fields}\r\n`,
    status,
    body: '',
    isFinal: false,
    keepsAlive: true,
    untilEnd: false,
  }))

type Framing = 'length' | 'chunked' | 'none' | 'close'

function framed(text: string, framing: Framing, cut: number): [fields: string, octets: string] {
  switch (framing) {
    case 'length':
      return [`Content-Length: ${text.length}\r\n`, text]
    case 'chunked':
      return ['transfer-encoding: Chunked\r\n', chunked([text.slice(0, cut % 20), text.slice(cut % 20)])]
    default:
      return ['', text]
  }
}

function chunked(pieces: readonly string[]): string {
  const chunks = pieces
    .filter((piece) => piece !== '')
    .map((piece) => `${piece.length.toString(16)};x=y\r\n${piece}\r\n`)
  return `${chunks.join('')}0\r\nX-Trailer: 1\r\n\r\n`
}

/** The final response to a request with this method. */
function finalTo(request: string): fc.Arbitrary<ResponseCase> {
  return fc
    .tuple(
      fc.constantFrom(200, 200, 201, 204, 206, 301, 304, 404, 500, 999),
      fc.constantFrom<Framing>('length', 'length', 'chunked', 'chunked', 'close'),
      content,
      reason,
      ordinaryFields,
      fc.constantFrom('', '', '', 'Connection: close\r\n', 'Connection: x,\tCLOSE\t\r\n'),
      fc.nat(),
    )
    .map(([status, framing, text, phrase, fields, connection, cut]) => {
      const tunnel = request === 'CONNECT' && status < 300
      const bodiless = tunnel || request === 'HEAD' || status === 204 || status === 304
      const [framingField, octets] = framed(text, framing, cut)
      const untilEnd = !bodiless && framing === 'close'
      return {
        octets: `HTTP/1.1 ${status} ${phrase}\r\n${fields}${framingField}${connection}\r\n${bodiless ? '' : octets}`,
        status,
        body: bodiless ? '' : text,
        isFinal: true,
        keepsAlive: connection === '' && !untilEnd && !tunnel,
        untilEnd,
      }
    })
}

/** A request and its answer, up to two interim responses in front. */
const exchange: fc.Arbitrary<Exchange> = method.chain((request) =>
  fc
    .tuple(fc.array(interim, { maxLength: 2 }), finalTo(request))
    .map(([before, final]) => ({ method: request, responses: [...before, final] })),
)

/** Exchanges on one connection. Those behind one that ends the connection are never read. */
export const exchanges: fc.Arbitrary<Exchange[]> = fc.array(exchange, { minLength: 1, maxLength: 4 })

export const methods: fc.Arbitrary<string[]> = fc.array(method, { maxLength: 5 })

export function octetsOf(list: readonly Exchange[]): string {
  return list.flatMap(({ responses }) => responses.map(({ octets }) => octets)).join('')
}

const trickyFields = fc
  .array(
    fc.constantFrom(
      'Content-Length: 3',
      'Content-Length: 3\t',
      'Content-Length:',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding:',
      'Transfer-Encoding: gzip',
      'Connection: close',
      'Connection: keep-alive',
      'Connection: upgrade',
      'Upgrade: x',
      'A : b',
      'X: 0123456789012345678901234567890\x80',
    ),
    { maxLength: 4 },
  )
  .map((lines) => lines.map((line) => `${line}\r\n`).join(''))

const trickyResponse = fc
  .tuple(
    fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'RTSP/1.0'),
    fc.constantFrom('200', '200', '101', '100', '204', '205', '304', '099', '20', '1000'),
    fc.constantFrom(' OK\r\n', ' \r\n', '\r\n', ' a\0b\r\n', ' OK\n', ' OK\r\r'),
    trickyFields,
    fc.constantFrom('', 'abc', '3\r\nabc\r\n0\r\n\r\n'),
  )
  .map(([version, status, phrase, fields, body]) => `${version} ${status}${phrase}${fields}\r\n${body}`)

/** Streams of responses: valid, doubtful and damaged ones. */
export const responseStream: fc.Arbitrary<string> = fc.oneof(
  exchanges.map(octetsOf),
  fc.array(trickyResponse, { minLength: 1, maxLength: 3 }).map((list) => list.join('')),
  damaged(exchanges.map(octetsOf)),
)
