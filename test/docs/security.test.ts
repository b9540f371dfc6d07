/** SECURITY.md: for every row of what is refused, octets that are, and the answer that the row names. */
import { mkdtempSync, rmSync, writeFileSync, mkdirSync, symlinkSync } from 'node:fs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RequestHandler, WebSocketHandler } from '../../src/index.js'
import { encodeWebSocketFrame, startServer } from '../../src/testing/index.js'
import { serve, type Served } from '../support/serve.js'
import { readDocument } from './support/documents.js'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n'
const POST = 'POST / HTTP/1.1\r\nHost: a\r\n'
const UPGRADE = `${GET}Connection: Upgrade\r\nUpgrade: websocket\r\n`
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'

/** What is sent, by the title of its row. */
const SENT: Readonly<Record<string, readonly string[]>> = {
  'a request line that is not verb, target, version with one blank between': [
    'GET  / HTTP/1.1\r\nHost: a\r\n\r\n',
    ' GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n',
  ],
  'HTTP/0.9': ['GET /\r\n\r\n'],
  'a major version other than 1': ['GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
  'control characters or octets above 127 in the target': [
    'GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n',
  ],
  'a line ended by LF alone': ['GET / HTTP/1.1\nHost: a\n\n', `${GET}X: 1\n\r\n`],
  'a bare CR, or NUL, in the head': [`${GET}X: a\rb\r\n\r\n`, `${GET}X: a\0b\r\n\r\n`],
  'a folded field line': [`${GET}X: a\r\n b\r\n\r\n`],
  'a blank before the colon': [`${GET}X : a\r\n\r\n`],
  'an empty field name, or one that is no token': [`${GET}: a\r\n\r\n`, `${GET}X(: a\r\n\r\n`],
  'HTTP/1.1 without Host': ['GET / HTTP/1.1\r\n\r\n'],
  'two Host fields': [`${GET}Host: b\r\n\r\n`],
  'Content-Length that is not digits alone': [
    `${POST}Content-Length: +1\r\n\r\na`,
    `${POST}Content-Length: 0x1\r\n\r\na`,
  ],
  'Content-Length twice, and different': [`${POST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
  'Content-Length beside Transfer-Encoding': [
    `${POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
  ],
  'a Transfer-Encoding that does not end with chunked': [`${POST}Transfer-Encoding: chunked, gzip\r\n\r\n`],
  'a transfer coding that is not known': [`${POST}Transfer-Encoding: rot13\r\n\r\n`],
  'Transfer-Encoding in HTTP/1.0': ['POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  'a chunk outside the grammar': [
    `${POST}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`,
    `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\naa\r\n0\r\n\r\n`,
  ],
  'a verb without a method, `__proto__` and `constructor` among them': [
    'FAKE / HTTP/1.1\r\nHost: a\r\n\r\n',
    '__proto__ / HTTP/1.1\r\nHost: a\r\n\r\n',
    'constructor / HTTP/1.1\r\nHost: a\r\n\r\n',
    'init / HTTP/1.1\r\nHost: a\r\n\r\n',
  ],
  'a head, line or body beyond [its limit](docs/serving-on-the-open-internet.md#limits)': [
    `${POST}Content-Length: 20000000\r\n\r\n`,
    `GET /${'x'.repeat(70_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `${GET}X: ${'x'.repeat(70_000)}\r\n\r\n`,
  ],
  'paths that lead out of the web root: encoded, by backslashes, by NUL, by links': [
    ...['/../secret', '/%2e%2e/secret', '/%252e%252e/secret', '/..%5csecret', '/..%2fsecret', '/page%00', '/link'].map(
      (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    ),
  ],
  'a user name or password that is wrong, or credentials that are none': [
    ...['Basic dXNlcjp3cm9uZw==', 'Basic bm9ib2R5OnNlY3JldA==', 'Basic dXNlcg==', 'Basic ???', 'Bearer abc'].map(
      (credentials) => `LOCKED / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: ${credentials}\r\n\r\n`,
    ),
  ],
  'a WebSocket handshake with a wrong version, or without a key': [
    `${UPGRADE}${KEY}Sec-WebSocket-Version: 12\r\n\r\n`,
    `${UPGRADE}Sec-WebSocket-Version: 13\r\n\r\n`,
  ],
}

/** Rows that are more than one exchange of octets; their tests are below. */
const OTHERWISE = ['a WebSocket frame that is not masked, or out of order', 'plain HTTP on a TLS port']

class LockedHandler extends RequestHandler {
  static override web_socket_handler = WebSocketHandler

  override check_authorization(): boolean | Promise<boolean> {
    return this.command === 'LOCKED' ? super.check_authorization() : true
  }

  do_LOCKED(): void | Promise<void> {
    return this.send_response_full('let in')
  }
}

let served: Served
const folder = mkdtempSync(join(tmpdir(), 'security-'))
beforeAll(async () => {
  mkdirSync(join(folder, 'root'))
  writeFileSync(join(folder, 'secret'), 'secret')
  writeFileSync(join(folder, 'root', 'page'), 'page')
  symlinkSync(join(folder, 'secret'), join(folder, 'root', 'link'))
  served = await serve(LockedHandler)
  served.server.serve_files = true
  served.server.serve_files_root = join(folder, 'root')
  served.server.auth_add_creds('user', 'secret')
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const rows = Array.from(
  readDocument('SECURITY.md').matchAll(/^\| (?!what comes|--)(.+?) \| (.+?) \| .+ \|$/gm),
  ([, title = '', answer = '']) => ({ title, answer }),
)

it('every row has its proof here', () => {
  expect(rows.map(({ title }) => title).toSorted()).toEqual([...Object.keys(SENT), ...OTHERWISE].toSorted())
})

describe('is answered as the table says:', () => {
  for (const { title, answer } of rows) {
    for (const octets of SENT[title] ?? []) {
      it(`${title}: ${JSON.stringify(octets.slice(0, 60))}`, async () => {
        const socket = await served.client()
        const heard: string[] = []
        socket.on('data', (data: Buffer) => heard.push(data.toString('latin1')))
        const ended = once(socket, 'end')
        socket.write(octets, 'latin1')
        await ended
        const [status = ''] = /^HTTP\/1\.1 (\d{3}) /.exec(heard.join(''))?.slice(1) ?? []
        expect(answer.split(/\D+/)).toContain(status)
        expect(heard.join('')).toMatch(/\r\nConnection: (?:Upgrade, )?close\r\n/)
        expect(heard.join('')).not.toContain('secret')
        expect(heard.join('').match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
      })
    }
  }
})

it('a WebSocket frame that is not masked, or out of order, is closed with 1002', async () => {
  for (const frame of [
    encodeWebSocketFrame({ payload: 'bare' }),
    encodeWebSocketFrame({ opcode: 0, mask: 'mask', payload: 'nothing was begun' }),
  ]) {
    const socket = await served.client()
    socket.write(`${UPGRADE}${KEY}Sec-WebSocket-Version: 13\r\n\r\n`)
    await once(socket, 'data')
    socket.write(frame)
    const [closing] = (await once(socket, 'data')) as [Buffer]
    expect(closing[0]).toBe(0x88)
    expect(closing.readUInt16BE(2)).toBe(1002)
  }
})

it('plain HTTP on a TLS port is answered in the clear', async () => {
  await using server = await startServer(RequestHandler, { tls: true })
  const socket = connect({ port: server.port, host: '127.0.0.1' })
  socket.write(`${GET}\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\nConnection: close\r\n/)
  socket.destroy()
})
