/**
 * The response reader. The first octet of an input picks the methods of the requests that are answered and the limits.
 * Claims: only a ResponseError is thrown; no more answers than requests; lengths as announced; the same for any cuts.
 */
import { ResponseError } from '../../../src/http/errors.js'
import { NEED_DATA, type ResponseEvent } from '../../../src/http/events.js'
import { type Limits, resolveLimits } from '../../../src/http/limits.js'
import { ResponseReader } from '../../../src/http/llhttp/response-reader.js'
import { waysToCut } from '../cuts.js'
import { HTTP_WORDS, RESPONSE_WORDS, words } from '../dictionaries.js'
import { claim, type Target } from '../target.js'

const METHODS: readonly (readonly string[])[] = [
  ['GET', 'GET', 'GET', 'GET'],
  ['HEAD', 'GET', 'HEAD'],
  ['POST'],
  ['CONNECT', 'GET'],
]

const LIMITS: readonly Readonly<Limits>[] = [
  resolveLimits({}),
  resolveLimits({
    request_line_bytes: 40,
    header_bytes: 80,
    header_fields: 3,
    chunk_overhead_bytes: 10,
    trailer_bytes: 30,
    trailer_fields: 2,
    body_bytes: 20,
  }),
]

interface Answer {
  readonly raw: string
  readonly status: number
  readonly interim: boolean
  readonly framing: string
  readonly contentLength: number
  readonly upgrade: boolean
  readonly fields: readonly (readonly [string, string])[]
  body: string
  end: { readonly keepsAlive: boolean; readonly trailers: readonly (readonly [string, string])[] } | null
}

interface Told {
  readonly answers: readonly Answer[]
  readonly outcome: string
}

const SEEDS = [
  '@HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 204 No Content\r\nX: y\r\n\r\n',
  '@HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a="b"\r\nabc\r\n0\r\nT: 1\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n',
  '@HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end',
  'AHTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\nHTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
  'CHTTP/1.1 200 Established\r\n\r\n\x00\x01tunnel',
  '@HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x00',
  '@HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\naHTTP/1.1 205 Reset Content\r\n\r\n',
  'DHTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nContent-Length: 3\r\n\r\nabc',
]

function read(pieces: readonly Buffer[], settings: number): Told {
  const methods = METHODS[settings & 3] as readonly string[]
  const reader = new ResponseReader({ limits: LIMITS[(settings >> 2) & 1] as Limits })
  for (const method of methods) reader.expect(method)
  const answers: Answer[] = []
  try {
    for (const piece of pieces) {
      reader.receive(Buffer.from(piece))
      takeAll(reader, answers)
    }
    reader.receiveEnd()
    takeAll(reader, answers)
    return { answers, outcome: 'over' }
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error
    return { answers, outcome: `${error.code} at ${error.offset}: ${error.message}` }
  } finally {
    reader.release()
  }
}

function takeAll(reader: ResponseReader, answers: Answer[]): void {
  for (let event = reader.next(); event !== NEED_DATA && event !== null; event = reader.next()) note(event, answers)
}

function note(event: ResponseEvent, answers: Answer[]): void {
  const answer = answers.at(-1)
  if (event.kind === 'head') {
    claim(answer === undefined || answer.end !== null, 'a head follows an end')
    const { raw, status, interim, framing, contentLength, upgrade, headers } = event
    answers.push({
      raw,
      status,
      interim,
      framing,
      contentLength,
      upgrade,
      fields: headers.items(),
      body: '',
      end: null,
    })
    return
  }
  claim(answer !== undefined && answer.end === null, 'a body belongs to a head that has not ended')
  if (event.kind === 'chunk') answer.body += event.octets.toString('latin1')
  else answer.end = { keepsAlive: event.keepsAlive, trailers: event.trailers.items() }
}

function assertSound({ answers }: Told, octets: Buffer, settings: number): void {
  const methods = METHODS[settings & 3] as readonly string[]
  claim(answers.filter(({ interim }) => !interim).length <= methods.length, 'no more answers than requests')
  let from = 0
  const text = octets.toString('latin1')
  for (const { raw, framing, contentLength, body, end } of answers) {
    const place = text.indexOf(`${raw}\r\n`, from)
    claim(place >= 0, 'a head is what was received')
    from = place + raw.length + body.length
    if (framing === 'none') claim(body === '', 'no body where none is framed')
    if (framing === 'length' && end !== null) claim(body.length === contentLength, 'a body has its announced length')
    if (framing === 'length') claim(body.length <= contentLength, 'a body is not longer than announced')
  }
}

export const target: Target = {
  name: 'response',
  seeds: SEEDS.map((seed) => Buffer.from(seed, 'latin1')),
  dictionary: words([...HTTP_WORDS, ...RESPONSE_WORDS]),
  maxBytes: 4096,

  run(input) {
    const octets = input.subarray(1)
    const settings = input[0] ?? 0
    assertSound(read([octets], settings), octets, settings)
  },

  check(input) {
    const octets = input.subarray(1)
    const settings = input[0] ?? 0
    const whole = JSON.stringify(read([octets], settings))
    for (const pieces of waysToCut(octets)) {
      const cut = JSON.stringify(read(pieces, settings))
      claim(cut === whole, 'cuts change nothing', { cut, whole, pieces: pieces.map(String) })
    }
  },
}
