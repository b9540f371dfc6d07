/** Responses: how each is framed, by its status, its fields and the request it answers; and what is no response. */
import { describe, expect, test } from 'vitest'
import { ResponseError } from '../../../src/http/errors.js'
import { NEED_DATA } from '../../../src/http/events.js'
import { DEFAULT_LIMITS } from '../../../src/http/limits.js'
import { ResponseReader } from '../../../src/http/llhttp/response-reader.js'
import { testRows } from '../support/response-rows.js'

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`
const CHUNKED_HEAD = 'head HTTP/1.1 200 "OK" chunked {Transfer-Encoding: chunked}'
const NEXT = `${OK}Content-Length: 1\r\n\r\nx`
const NEXT_LOG = ['head HTTP/1.1 200 "OK" length=1 {Content-Length: 1}', 'body x', 'end keep']

describe('framing', () => {
  testRows([
    {
      title: 'Content-Length frames a body',
      octets: `${OK}Content-Length: 3\r\n\r\nabc`,
      log: ['head HTTP/1.1 200 "OK" length=3 {Content-Length: 3}', 'body abc', 'end keep', 'waits'],
    },
    {
      title: 'chunks frame a body, and its trailers are told at the end',
      octets: `${CHUNKED}3;a=b\r\nabc\r\n0\r\nX-Sum: 1\r\nSet-Cookie: a\r\n\r\n`,
      log: [CHUNKED_HEAD, 'body abc', 'end keep {X-Sum: 1}', 'waits'],
    },
    {
      title: 'a body without framing lasts until the end of the stream',
      octets: `${OK}\r\nabc`,
      end: true,
      log: ['head HTTP/1.1 200 "OK" close {}', 'body abc', 'end close', 'over'],
    },
    {
      title: 'a body without framing may be empty',
      octets: `${OK}\r\n`,
      end: true,
      log: ['head HTTP/1.1 200 "OK" close {}', 'end close', 'over'],
    },
    {
      title: 'a body without framing does not end by itself',
      octets: `${OK}\r\nabc`,
      log: ['head HTTP/1.1 200 "OK" close {}', 'body abc', 'waits'],
    },
    {
      title: 'a response to HEAD has no body, whatever its fields say',
      methods: ['HEAD', 'GET'],
      octets: `${OK}Content-Length: 300\r\n\r\n${NEXT}`,
      log: ['head HTTP/1.1 200 "OK" none {Content-Length: 300}', 'end keep', ...NEXT_LOG, 'waits'],
    },
    {
      title: 'a response to HEAD may be chunked and has no body',
      methods: ['HEAD', 'GET'],
      octets: `${CHUNKED}${NEXT}`,
      log: ['head HTTP/1.1 200 "OK" none {Transfer-Encoding: chunked}', 'end keep', ...NEXT_LOG, 'waits'],
    },
    {
      title: 'a response to HEAD that announces nothing keeps the connection',
      methods: ['HEAD', 'GET'],
      octets: `${OK}\r\n${NEXT}`,
      log: ['head HTTP/1.1 200 "OK" none {}', 'end keep', ...NEXT_LOG, 'waits'],
    },
    ...[204, 304].map((status) => ({
      title: `${status} has no body, whatever its fields say`,
      methods: ['GET', 'GET'],
      octets: `HTTP/1.1 ${status} X\r\nContent-Length: 300\r\n\r\n${NEXT}`,
      log: [`head HTTP/1.1 ${status} "X" none {Content-Length: 300}`, 'end keep', ...NEXT_LOG, 'waits'],
    })),
    {
      title: '205 that announces no body has none, and ends the connection',
      octets: 'HTTP/1.1 205 Reset Content\r\n\r\nabc',
      log: ['head HTTP/1.1 205 "Reset Content" none {}', 'end close', 'over'],
    },
    {
      title: '205 that announces a body all the same has it',
      methods: ['GET', 'GET'],
      octets: `HTTP/1.1 205 Reset Content\r\nContent-Length: 3\r\n\r\nabc${NEXT}`,
      log: [
        'head HTTP/1.1 205 "Reset Content" length=3 {Content-Length: 3}',
        'body abc',
        'end keep',
        ...NEXT_LOG,
        'waits',
      ],
    },
    {
      title: '205 with a length of 0 keeps the connection',
      octets: 'HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n',
      log: ['head HTTP/1.1 205 "Reset Content" length=0 {Content-Length: 0}', 'end keep', 'waits'],
    },
    ...[100, 102, 103, 104, 199].map((status) => ({
      title: `${status} answers nothing yet and has no body`,
      octets: `HTTP/1.1 ${status} X\r\nContent-Length: 3\r\n\r\n${NEXT}`,
      log: [`head HTTP/1.1 ${status} "X" none interim {Content-Length: 3}`, 'end keep', ...NEXT_LOG, 'waits'],
    })),
    {
      title: 'an interim response does not end the connection, whatever it says',
      octets: `HTTP/1.0 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n${NEXT}`,
      log: [
        'head HTTP/1.0 100 "Continue" none interim {}',
        'end keep',
        'head HTTP/1.1 100 "Continue" none interim {Connection: close}',
        'end keep',
        ...NEXT_LOG,
        'waits',
      ],
    },
    {
      title: 'responses in a row answer requests in order',
      methods: ['GET', 'HEAD', 'GET'],
      octets: `${NEXT}${OK}Content-Length: 1\r\n\r\n${NEXT}`,
      log: [...NEXT_LOG, 'head HTTP/1.1 200 "OK" none {Content-Length: 1}', 'end keep', ...NEXT_LOG, 'waits'],
    },
  ])
})

describe('tunnels', () => {
  testRows([
    {
      title: '101 hands over to another protocol, even without Upgrade',
      octets: 'HTTP/1.1 101 Switching Protocols\r\nContent-Length: 3\r\n\r\n\x81\x01a',
      log: ['head HTTP/1.1 101 "Switching Protocols" none upgrade {Content-Length: 3}', 'end close', 'over'],
    },
    {
      title: '2xx to CONNECT hands over, whatever its fields say',
      methods: ['CONNECT'],
      octets: 'HTTP/1.1 299 X\r\nTransfer-Encoding: chunked\r\n\r\nabc',
      log: ['head HTTP/1.1 299 "X" none upgrade {Transfer-Encoding: chunked}', 'end close', 'over'],
    },
    {
      title: 'a refusal of CONNECT has a body like any other',
      methods: ['CONNECT', 'GET'],
      octets: `HTTP/1.1 403 No\r\nContent-Length: 1\r\n\r\na${NEXT}`,
      log: ['head HTTP/1.1 403 "No" length=1 {Content-Length: 1}', 'body a', 'end keep', ...NEXT_LOG, 'waits'],
    },
    {
      title: 'Upgrade on 200 only informs',
      methods: ['GET', 'GET'],
      octets: `${OK}Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\na${NEXT}`,
      log: [
        'head HTTP/1.1 200 "OK" length=1 {Connection: upgrade; Upgrade: h2c; Content-Length: 1}',
        'body a',
        'end keep',
        ...NEXT_LOG,
        'waits',
      ],
    },
  ])

  test.each([
    ['101', 'GET', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['2xx to CONNECT', 'CONNECT', `${OK}\r\n`],
  ])('all octets behind %s are handed over', (_title, method, head) => {
    const reader = new ResponseReader({ limits: DEFAULT_LIMITS })
    reader.expect(method)
    reader.receive(Buffer.from(`${head}HTTP/1.1 \0`))
    expect(reader.next()).toMatchObject({ kind: 'head', upgrade: true })
    expect(reader.next()).toMatchObject({ kind: 'end', keepsAlive: false })
    expect(reader.takeRest().toString()).toBe('HTTP/1.1 \0')
    expect(reader.next()).toBe(null)
  })
})

describe('keep-alive', () => {
  testRows([
    ...['close', 'close\t', 'Keep-Alive, CLOSE'].map((value) => ({
      title: `Connection: ${JSON.stringify(value)} ends the connection`,
      methods: ['GET', 'GET'],
      octets: `${OK}Connection: ${value}\r\nContent-Length: 0\r\n\r\n${NEXT}`,
      log: [`head HTTP/1.1 200 "OK" length=0 {Connection: ${value.trim()}; Content-Length: 0}`, 'end close', 'over'],
    })),
    {
      title: 'HTTP/1.0 ends the connection',
      octets: 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
      log: ['head HTTP/1.0 200 "OK" length=0 {Content-Length: 0}', 'end close', 'over'],
    },
    {
      title: 'HTTP/1.0 goes on with keep-alive',
      octets: 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n',
      log: ['head HTTP/1.0 200 "OK" length=0 {Connection: keep-alive; Content-Length: 0}', 'end keep', 'waits'],
    },
    {
      title: 'close in a trailer ends the connection',
      octets: `${CHUNKED}0\r\nConnection: close\r\n\r\n`,
      log: [CHUNKED_HEAD, 'end close', 'over'],
    },
  ])
})

describe('the status line', () => {
  testRows([
    {
      title: 'may have no reason',
      octets: 'HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n',
      log: ['head HTTP/1.1 200 "" length=0 {Content-Length: 0}', 'end keep', 'waits'],
    },
    {
      title: 'may end behind the status',
      octets: 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n',
      log: ['head HTTP/1.1 200 "" length=0 {Content-Length: 0}', 'end keep', 'waits'],
    },
    {
      title: 'has its reason as latin-1, blanks and all',
      octets: 'HTTP/1.1 999  \xe9 \tx \r\nContent-Length: 0\r\n\r\n',
      log: ['head HTTP/1.1 999 " \xe9 \\tx " length=0 {Content-Length: 0}', 'end keep', 'waits'],
    },
    {
      title: 'of HTTP/1.2 is read as one of HTTP/1.1',
      octets: 'HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n',
      log: ['head HTTP/1.2 200 "OK" length=0 {Content-Length: 0}', 'end keep', 'waits'],
    },
    ...['HTTP/2.0', 'HTTP/0.9'].map((version) => ({
      title: `of ${version} is refused`,
      octets: `${version} 200 OK▼\r\n\r\n`,
      log: ['fault BAD_VERSION'],
    })),
    ...['RTSP/1.0', 'ICE/1.0'].map((version) => ({
      title: `of ${version} is refused`,
      octets: `${version} 200 OK▼\r\n\r\n`,
      log: ['fault BAD_VERSION'],
    })),
    { title: 'with a status below 100 is refused', octets: 'HTTP/1.1 099 X▼\r\n\r\n', log: ['fault BAD_STATUS'] },
    { title: 'with a status of two digits is refused', octets: 'HTTP/1.1 20▼ X\r\n\r\n', log: ['fault BAD_STATUS'] },
    { title: 'with a status of four digits is refused', octets: 'HTTP/1.1 200▼0 X\r\n\r\n', log: ['fault BAD_STATUS'] },
    {
      title: 'with NUL in its reason is refused',
      octets: `HTTP/1.1 200 a\0b▼\r\n\r\n`,
      log: ['fault BAD_STATUS_LINE'],
    },
    {
      title: 'with CR CR behind it is refused',
      octets: `HTTP/1.1 200 OK\r\rContent-Length: 0\r\n\r\n▼`,
      log: ['fault BAD_STATUS_LINE'],
    },
    { title: 'that LF alone ends is refused', octets: 'HTTP/1.1 200 OK\n▼\r\n', log: ['fault BAD_HEADER'] },
    { title: 'with an empty line in front is refused', octets: `▼\r\n${NEXT}`, log: ['fault BAD_STATUS_LINE'] },
    { title: 'with LF alone in front is refused', octets: `▼\n${NEXT}`, log: ['fault BAD_STATUS_LINE'] },
    {
      title: 'is refused beyond its limit',
      octets: `HTTP/1.1 200 ${'x'.repeat(7)}▼x\r\n\r\n`,
      limits: { request_line_bytes: 22 },
      log: ['fault STATUS_LINE_TOO_LONG'],
    },
  ])
})

describe('what is no response, or an ambiguous one', () => {
  testRows([
    {
      title: 'octets that answer no request are refused',
      methods: [],
      octets: `▼${NEXT}`,
      log: ['fault UNEXPECTED_RESPONSE'],
    },
    {
      title: 'a second response to one request is refused',
      octets: `${NEXT}▼${NEXT}`,
      log: [...NEXT_LOG, 'fault UNEXPECTED_RESPONSE'],
    },
    {
      title: 'Transfer-Encoding beside Content-Length is refused',
      octets: `${OK}Content-Length: 3\r\nTransfer-Encoding:▼ chunked\r\n\r\n`,
      log: ['fault BAD_TRANSFER_ENCODING'],
    },
    {
      title: 'an empty Transfer-Encoding beside Content-Length is refused',
      octets: `${OK}Transfer-Encoding:\r\nContent-Length: 3\r\n\r\n▼abc`,
      log: ['fault BAD_TRANSFER_ENCODING'],
    },
    {
      title: 'an unknown coding is refused',
      octets: `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n▼abc`,
      log: ['fault UNKNOWN_TRANSFER_CODING'],
    },
    {
      title: 'Transfer-Encoding in HTTP/1.0 is refused',
      octets: 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n▼',
      log: ['fault BAD_TRANSFER_ENCODING'],
    },
    {
      title: 'a second Content-Length is refused',
      octets: `${OK}Content-Length: 3\r\nContent-Length: ▼3\r\n\r\nabc`,
      log: ['fault BAD_CONTENT_LENGTH'],
    },
    {
      title: 'a Content-Length beyond 2^53 - 1 is refused',
      octets: `${OK}Content-Length: 9007199254740992\r\n\r\n▼`,
      log: ['fault BODY_TOO_LARGE'],
    },
    {
      title: 'a body longer than the limit is refused',
      octets: `${OK}\r\nabc▼d`,
      limits: { body_bytes: 3 },
      log: ['head HTTP/1.1 200 "OK" close {}', 'body abc', 'fault BODY_TOO_LARGE'],
    },
    { title: 'a malformed field is refused', octets: `${OK}A▼ : b\r\n\r\n`, log: ['fault BAD_HEADER'] },
    { title: 'a malformed chunk is refused', octets: `${CHUNKED}▼x`, log: [CHUNKED_HEAD, 'fault BAD_CHUNK'] },
    { title: 'octets that are no HTTP are refused', octets: '▼hello', log: ['fault BAD_VERSION'] },
    { title: 'the end of the stream within a head is a fault', octets: `${OK}▼`, end: true, log: ['fault INCOMPLETE'] },
    {
      title: 'the end of the stream within a body is a fault',
      octets: `${OK}Content-Length: 3\r\n\r\nab▼`,
      end: true,
      log: ['head HTTP/1.1 200 "OK" length=3 {Content-Length: 3}', 'body ab', 'fault INCOMPLETE'],
    },
    { title: 'the end of the stream before a response is the end', octets: '', end: true, log: ['over'] },
  ])
})

test('a head is also told as it was received', () => {
  const reader = new ResponseReader({ limits: DEFAULT_LIMITS })
  reader.expect('GET')
  const head = 'HTTP/1.1 200 Fine\r\na:1\r\nB:  2 \r\n'
  reader.receive(Buffer.from(`${head}\r\nabc`))
  expect(reader.next()).toMatchObject({
    raw: head,
    httpVersion: 'HTTP/1.1',
    minorVersion: 1,
    status: 200,
    reason: 'Fine',
  })
})

test('each head is told as it was received, on a connection that has had others', () => {
  const reader = new ResponseReader({ limits: DEFAULT_LIMITS })
  reader.expect('HEAD')
  reader.expect('HEAD')
  reader.receive(Buffer.from(`${OK}A: 1\r\n\r\n${OK}B: 2\r\n\r\n`))
  for (const field of ['A: 1', 'B: 2']) {
    expect(reader.next()).toMatchObject({ kind: 'head', raw: `${OK}${field}\r\n` })
    expect(reader.next()).toMatchObject({ kind: 'end' })
  }
})

test('a fault is a ResponseError, thrown again and again', () => {
  const reader = new ResponseReader({ limits: DEFAULT_LIMITS })
  reader.receive(Buffer.from('x'))
  expect(() => reader.next()).toThrow(ResponseError)
  reader.expect('GET')
  expect(() => reader.next()).toThrow(ResponseError)
  reader.release()
})

test('requests may be announced while responses are read', () => {
  const reader = new ResponseReader({ limits: DEFAULT_LIMITS })
  for (const method of ['GET', 'HEAD', 'GET']) {
    reader.expect(method)
    reader.receive(Buffer.from(method === 'HEAD' ? `${OK}Content-Length: 1\r\n\r\n` : NEXT))
    const kinds: unknown[] = []
    for (let event = reader.next(); event !== NEED_DATA && event !== null; event = reader.next()) kinds.push(event.kind)
    expect(kinds).toEqual(method === 'HEAD' ? ['head', 'end'] : ['head', 'chunk', 'end'])
  }
})
