/**
 * Octets that are no request, over a real socket: each of them gets one complete answer and an end to its connection, or
 * is served as what it is. Nothing behind a fault is served, and nothing of it is shown in the answer.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { LineLog } from '../support/line-log.js'
import { hear, serve, type Served } from '../support/serve.js'

const HOST = 'Host: a\r\n'
const GET = `GET /x HTTP/1.1\r\n${HOST}`
const POST = `POST /x HTTP/1.1\r\n${HOST}`
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`
/** What must not be served behind a fault, and has to be behind a good request. */
const NEXT = `GET /next HTTP/1.1\r\n${HOST}\r\n`
/** What an answer must not repeat. */
const MARK = 'do-not-repeat'

type Row = readonly [title: string, octets: string]

const line = (text: string): string => `${text}\r\n${HOST}\r\n`
const coded = (...values: string[]): string =>
  `${POST}${values.map((value) => `Transfer-Encoding:${value}\r\n`).join('')}\r\n0\r\n\r\n`
const sized = (...values: string[]): string =>
  `${POST}${values.map((value) => `Content-Length:${value}\r\n`).join('')}\r\nabc`
const field = (text: string): string => `${GET}${text}\r\n\r\n`
const host = (value: string): string => `GET /x HTTP/1.1\r\nHost: ${value}\r\n\r\n`

/** Octets by the status they are answered with; 0: none, the connection just ends. The title says where they are from. */
const REFUSED: Record<number, readonly Row[]> = {
  0: [
    ['nothing', ''],
    ['empty lines', '\r\n\r\n'],
    ['half a verb', 'GE'],
    ['half a head', `${GET}X-A: 1\r\n`],
    ['half a body', sized(' 9')],
    ['half a chunk', `${CHUNKED}9\r\nabc`],
    ['a body without its last chunk', `${CHUNKED}3\r\nabc\r\n`],
  ],
  400: [
    ['Content-Length and Transfer-Encoding', `${POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['Transfer-Encoding and Content-Length', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`],
    ['an empty Transfer-Encoding and Content-Length', `${POST}Transfer-Encoding:\r\nContent-Length: 3\r\n\r\nabc`],
    ['Content-Length and an empty Transfer-Encoding', `${POST}Content-Length: 3\r\nTransfer-Encoding:\r\n\r\nabc`],
    ['an empty Transfer-Encoding', coded('')],
    ['an empty Transfer-Encoding before another', coded('', ' chunked')],
    ['an empty Transfer-Encoding behind another', coded(' chunked', '')],
    ['chunked before gzip', coded(' chunked, gzip')],
    ['chunked before identity', coded(' chunked, identity')],
    ['chunked twice in a field', coded(' chunked, chunked')],
    ['chunked in two fields', coded(' chunked', ' chunked')],
    ['chunked and identity in two fields', coded(' chunked', ' identity')],
    ['identity and chunked in two fields', coded(' identity', ' chunked')],
    ['an empty member before chunked', coded(' ,chunked')],
    ['an empty member behind chunked', coded(' chunked,')],
    ['a tab behind chunked', coded(' chunked\t')],
    ['a vertical tab before chunked', coded(' \x0bchunked')],
    ['a blank before the colon of Transfer-Encoding', `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['a blank before a colon', field('X-A : 1')],
    ['Transfer-Encoding on a folded line', `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
    ['a folded line', field('X-A: 1\r\n 2')],
    ['a line folded with a tab', field('X-A: 1\r\n\t2')],
    ['chunks in HTTP/1.0', 'POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    [
      'chunks in HTTP/1.0 with keep-alive',
      'POST /x HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two equal lengths', sized(' 3', ' 3')],
    ['two different lengths', sized(' 3', ' 4')],
    ...[' 3, 3', ' -1', ' +3', ' 0x3', ' 3.0', ' 1_0', ' 1 1', '', ' \xb2', ' 3\t', ' 18446744073709551616'].map(
      (value): Row => [`the length ${JSON.stringify(value)}`, sized(value)],
    ),
    ['a line without a colon', field(MARK)],
    ['an empty name', field(`: ${MARK}`)],
    ...['\0', '\x80', '(', '\x7f', '"'].map(
      (octet): Row => [`a name with ${JSON.stringify(octet)}`, field(`X${octet}: 1`)],
    ),
    ...['\0', '\x01', '\x7f', '\x0b'].map(
      (octet): Row => [`a value with ${JSON.stringify(octet)}`, field(`X: a${octet}b`)],
    ),
    ['a blank before the first field', `GET /x HTTP/1.1\r\n ${HOST}\r\n`],
    ['a tab before the first field', `GET /x HTTP/1.1\r\n\t${HOST}\r\n`],
    ['CR alone in a value', field('X: a\rb')],
    ['LF alone behind a field', `${GET}X: a\n\r\n`],
    ['LF alone behind the request line', `GET /x HTTP/1.1\n${HOST}\r\n`],
    ['LF alone behind the head', `${GET}\n`],
    ['LF alone everywhere', 'GET /x HTTP/1.1\nHost: a\n\n'],
    ['CR CR LF behind the head', `${GET}\r\r\n`],
    ['an octet behind CR at the end of the head', `${GET}\rX`],
    ['no Host', 'GET /x HTTP/1.1\r\n\r\n'],
    ['two Hosts', field('Host: b')],
    ['two equal Hosts', field('Host: a')],
    ...['a, b', 'a/b', 'u@a', 'a:x', 'a b', '[::1', '\xe9'].map((value): Row => [`the host ${value}`, host(value)]),
    ['OPTIONS of an asterisk and more', line('OPTIONS *x HTTP/1.1')],
    ['CONNECT to a path', line('CONNECT /x HTTP/1.1')],
    ['CONNECT without a port', line('CONNECT a HTTP/1.1')],
    ['a target beyond ASCII', line(`GET /\x80${MARK} HTTP/1.1`)],
    ['a target with NUL', line(`GET /\0${MARK} HTTP/1.1`)],
    ['a target with a tab', line('GET /\tx HTTP/1.1')],
    ['a target that is a word', line(`GET ${MARK} HTTP/1.1`)],
    ['a target that is a query', line('GET ?a=b HTTP/1.1')],
    ['an authority that is none', line('GET http://[a/ HTTP/1.1')],
    ['no target', line('GET HTTP/1.1')],
    ['no target between blanks', line('GET  HTTP/1.1')],
    ['two blanks before the target', line('GET  /x HTTP/1.1')],
    ['two blanks before the version', line('GET /x  HTTP/1.1')],
    ['tabs between the parts', line('GET\t/x\tHTTP/1.1')],
    ['a blank before the verb', line(' GET /x HTTP/1.1')],
    ['a blank behind the version', line('GET /x HTTP/1.1 ')],
    ['a fourth part', line(`GET /x ${MARK} HTTP/1.1`)],
    ['no version', 'GET /x\r\n'],
    ['no version, and fields', `GET /x\r\n${HOST}\r\n`],
    ['HTTP/0.9', line('GET /x HTTP/0.9')],
    ...['HTTP/1.10', 'HTTP/01.1', 'http/1.1', 'HTTP/1', 'HTTP/1.', 'HTTP/+1.1', 'HTTP/1.x', 'HTTP 1.1', MARK].map(
      (version): Row => [`the version ${version}`, line(`GET /x ${version}`)],
    ),
    ['RTSP', line('GET /x RTSP/1.0')],
    ['RTSP with a verb of its own', line('DESCRIBE /x RTSP/1.0')],
    ['ICE', line('SOURCE /x ICE/1.0')],
    ['a TLS handshake', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'],
    ['too many line ends before a request', '\r\n'.repeat(33) + line('GET /x HTTP/1.1')],
    ['a verb with a colon', line('GE:T /x HTTP/1.1')],
    ['a verb beyond ASCII', line('G\xcbT /x HTTP/1.1')],
    ['LF amid the verb', line('GE\nT /x HTTP/1.1')],
    ['NUL alone', '\0'],
    ['binary', Buffer.from(Array.from({ length: 256 }, (_, octet) => 255 - octet)).toString('latin1')],
    ['a response', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['an e-mail', 'HELO a\r\nMAIL FROM:<b>\r\n'],
    ...[
      '3;a\n',
      '3;a\rx',
      '3;a="\n"',
      '3 ;a',
      '3; a',
      '3 \r\n',
      '0x3\r\n',
      '+3\r\n',
      '-1\r\n',
      '\r\n',
      'g\r\n',
      '3\n',
    ].map((text): Row => [`the chunk line ${JSON.stringify(text)}`, CHUNKED + text]),
    ['a chunk size of 2^64', `${CHUNKED}10000000000000000\r\n`],
    ['a chunk longer than its size', `${CHUNKED}3\r\nabcd\r\n`],
    ['a chunk ended by LF', `${CHUNKED}3\r\nabc\n0\r\n\r\n`],
    ['a chunk ended by CR', `${CHUNKED}3\r\nabc\r0\r\n\r\n`],
    ['a last chunk ended by LF', `${CHUNKED}0\r\n\n`],
    ['a trailer without a colon', `${CHUNKED}0\r\n${MARK}\r\n\r\n`],
    ['Content-Length as a trailer', `${CHUNKED}0\r\nContent-Length: 3\r\n\r\n`],
    ['Transfer-Encoding as a trailer', `${CHUNKED}0\r\nTransfer-Encoding: chunked\r\n\r\n`],
  ],
  413: [
    ['a length of 2^53', sized(' 9007199254740992')],
    ['a length of 2^64 - 1', sized(' 18446744073709551615')],
    ['a length beyond what a form may have', `${POST}Content-Length: 10485761\r\n\r\n`],
    ['such a length when asked whether to go on', `${POST}Content-Length: 10485761\r\nExpect: 100-continue\r\n\r\n`],
    ['a chunk extension of 20 KB', `${CHUNKED}1;${'x'.repeat(20_000)}\r\na\r\n`],
    ['many chunks with extensions', CHUNKED + `1;${'x'.repeat(100)}\r\na\r\n`.repeat(300)],
    ['endless zeros before a chunk size', `${CHUNKED}${'0'.repeat(20_000)}1\r\na\r\n`],
  ],
  414: [['a request line of 70 KB', line(`GET /${'x'.repeat(70_000)} HTTP/1.1`)]],
  431: [
    ['a field of 200 KB', field(`X: ${'x'.repeat(200_000)}`)],
    ['many fields of 200 KB together', field(`X: ${'x'.repeat(2_000)}\r\n`.repeat(99).trimEnd())],
    ['200 fields', field('X: 1\r\n'.repeat(200).trimEnd())],
    ['100 KB of blanks before a value', field(`X:${' '.repeat(100_000)}1`)],
    ['a name of 100 KB', field(`${'x'.repeat(100_000)}: 1`)],
    ['trailers of 20 KB', `${CHUNKED}0\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['200 trailers', `${CHUNKED}0\r\n${'X: 1\r\n'.repeat(200)}\r\n`],
  ],
  501: [
    ...[' xchunked', ' identity', ' "chunked"', ' chunked;q=1', ' gzip, chunked'].map(
      (value): Row => [`the coding ${value}`, coded(value)],
    ),
    ['a verb of 65 octets', line(`${'V'.repeat(65)} /x HTTP/1.1`)],
    ['an endless verb', 'V'.repeat(200_000)],
    ['a verb that nobody has', line('UNHEARD /x HTTP/1.1')],
    ['a verb in lower case', line('get /x HTTP/1.1')],
    ['a verb that is left of a body', line('deGET /x HTTP/1.1')],
    ['PRI in HTTP/1.1', line('PRI * HTTP/1.1')],
    ['init, which is a hook', line('init /x HTTP/1.1')],
  ],
  505: [
    ...['HTTP/2.0', 'HTTP/3.0', 'HTTP/9.9'].map((version): Row => [version, line(`GET /x ${version}`)]),
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ],
}

/** Odd, and valid: served, and the connection goes on. */
const SERVED: readonly Row[] = [
  ['a tab before chunked', coded('\tchunked')],
  ['chunked in any case', coded(' ChUnKeD')],
  ['a length with zeros and blanks', sized(' 003 ')],
  ['octets beyond ASCII in a value', field('X: \x80\xff')],
  ['an empty Host', host('')],
  ['a Host with a port', host('a:80')],
  ['an absolute target that names another host', line('GET http://b/x HTTP/1.1')],
  ['an absolute target for POST', `POST http://b/x HTTP/1.1\r\n${HOST}\r\n`],
  ['an absolute target with a user', line('GET http://u@b/x HTTP/1.1')],
  ['an asterisk for GET', line('GET * HTTP/1.1')],
  ['an asterisk for OPTIONS', line('OPTIONS * HTTP/1.1')],
  ['a fragment', line('GET /a#b HTTP/1.1')],
  ['two slashes before the path', line('GET //host/path HTTP/1.1')],
  ['empty lines before the request', `\r\n\n\r\n${line('GET /x HTTP/1.1')}`],
  ['HTTP/1.2', line('GET /x HTTP/1.2')],
  ['chunk extensions', `${CHUNKED}3;a=b;c="d"\r\nabc\r\n0;e\r\n\r\n`],
  ['DEL in a quoted extension', `${CHUNKED}3;a="\x7f"\r\nabc\r\n0\r\n\r\n`],
  ['a trailer', `${CHUNKED}3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n`],
  ['Host as a trailer', `${CHUNKED}0\r\nHost: b\r\n\r\n`],
  ['an upgrade that nobody takes', field('Connection: Upgrade\r\nUpgrade: x')],
  ['Upgrade named by Proxy-Connection', field('Proxy-Connection: upgrade\r\nUpgrade: x')],
  ['a body of a GET', `${GET}Content-Length: 3\r\n\r\nabc`],
  ['an unknown expectation', field('Expect: 200-maybe')],
]

/** Valid, and the last on its connection. */
const SERVED_LAST: readonly Row[] = [
  ['close and a tab', field('Connection: close\t')],
  ['close among others', field('Connection: x, CLOSE ,y')],
  ['close in the second field', field('Connection: keep-alive\r\nConnection: close')],
  ['close beside keep-alive in HTTP/1.0', 'GET /x HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n'],
  ['HTTP/1.0', 'GET /x HTTP/1.0\r\n\r\n'],
  ['an upgrade in HTTP/1.0', 'GET /x HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ['close in a trailer', `${CHUNKED}0\r\nConnection: close\r\n\r\n`],
]

const served: string[] = []

class Handler extends RequestHandler {
  override do_GET(): void {
    served.push(this.path)
    void this.send_response_full('[answer]')
  }
  override async do_POST(): Promise<void> {
    await super.do_POST()
  }
  override dispatch_handler(): void {
    this.do_GET()
  }
  override do_OPTIONS(): void {
    this.do_GET()
  }
  do_init(): void {}
}

/** The head and the body of the only response there is. */
function onlyResponse(heard: string): { status: number; head: string; body: string } {
  const end = heard.indexOf('\r\n\r\n')
  const head = heard.slice(0, end)
  const body = heard.slice(end + 4)
  expect(Number(/^Content-Length: (\d+)$/m.exec(head)?.[1])).toBe(body.length)
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]), head, body }
}

let server: Served
const log = new LineLog()
beforeAll(async () => {
  server = await serve(Handler, { logger: log })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  served.length = 0
  log.lines.length = 0
})

/** All that comes back until the server ends the connection; the client does not. */
async function answerTo(octets: string): Promise<string> {
  const client = await server.client()
  client.write(octets, 'latin1')
  return await hear(client)
}

describe.each(Object.entries(REFUSED).filter(([status]) => status !== '0'))('octets answered %s', (status, rows) => {
  it.each(rows)('%s', async (_title, octets) => {
    const response = onlyResponse(await answerTo(octets + NEXT))
    expect(response.status).toBe(Number(status))
    expect(response.head).toContain('\r\nConnection: close')
    expect(response.head + response.body).not.toContain(MARK)
    expect(served).not.toContain('/next')
    expect(log.at('error')).toEqual([])
  })
})

describe('octets without an answer', () => {
  it.each(REFUSED[0] ?? [])('%s', async (_title, octets) => {
    expect(await server.talk(Buffer.from(octets, 'latin1'))).toBe('')
    expect(served).toEqual([])
    expect(log.lines).toEqual([])
  })
})

describe('octets that are served', () => {
  it.each(SERVED)('%s', async (_title, octets) => {
    const heard = await server.talk(Buffer.from(octets + NEXT, 'latin1'))
    expect(heard.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
    expect(served).toHaveLength(2)
    expect(served[1]).toBe('/next')
  })

  it.each(SERVED_LAST)('%s, and nothing behind them', async (_title, octets) => {
    expect(onlyResponse(await answerTo(octets + NEXT)).status).toBe(200)
    expect(served).toHaveLength(1)
  })

  it('without chunks, behind which chunks come that are no request', async () => {
    const heard = await answerTo(`${POST}Transfer_Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n${NEXT}`)
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
    expect(served).toHaveLength(1)
  })
})
