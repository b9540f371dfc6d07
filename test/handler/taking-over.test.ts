/** More than request and response: tunnels, upgrades that are declined, interim responses, chunks and trailers. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { hear, hearUntil, serve } from '../support/serve.js'

const get = (path: string, version = 'HTTP/1.1'): string => `GET ${path} ${version}\r\nHost: a\r\n\r\n`

class Handler extends RequestHandler {
  override on_init(): void {
    this.handler_map['^plain$'] = this.res_plain
    this.handler_map['^hints$'] = this.res_hints
    this.handler_map['^chunked$'] = this.res_chunked
    this.handler_map['^piped$'] = this.res_piped
    this.handler_map['^forgotten$'] = this.res_forgotten
    this.handler_map['^old$'] = this.res_old
  }

  async do_CONNECT(): Promise<void> {
    if (!this.path.startsWith('127.0.0.1:')) return void this.send_error(403)
    const upstream = connect(Number(this.path.split(':')[1]), '127.0.0.1')
    await once(upstream, 'connect')
    this.send_response_only(200, 'Connection Established')
    this.end_headers()
    const { stream, head } = this.detach()
    upstream.write(head)
    await Promise.all([pipeline(stream, upstream), pipeline(upstream, stream)])
  }

  res_plain(): void {
    void this.send_response_full('plain')
  }

  res_hints(): void {
    this.send_response(200)
    this.send_interim_response(103, [['Link', '</a.css>; rel=preload']])
    this.send_interim_response(102)
    this.send_header('Content-Length', 2)
    this.end_headers()
    this.wfile.write('ok')
  }

  res_chunked(): void {
    this.send_response(200)
    const body = this.chunked()
    body.write('abc')
    body.write('0123456789abcdef')
    body.add_trailer('X-Sum', 19)
    body.end()
  }

  async res_piped(): Promise<void> {
    this.send_response(200)
    await pipeline(Readable.from(['one', 'two']), this.chunked())
  }

  res_forgotten(): void {
    this.send_response(200)
    this.chunked().write('never ended')
  }

  res_old(): void {
    this.protocol_version = 'HTTP/1.0'
    void this.send_response_full('old')
  }
}

describe('CONNECT', () => {
  it('makes a tunnel of the connection, octets that came with the request included', async () => {
    const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
    await once(echo, 'listening')
    const { port } = echo.address() as { port: number }
    await using served = await serve(Handler)
    const client = await served.client()
    client.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\nearly `)
    await hearUntil(client, (heard) => heard === 'HTTP/1.1 200 Connection Established\r\n\r\nearly ')
    client.write('later')
    client.end()
    expect(await hear(client)).toBe('later')
    echo.close()
  })

  it('closes the connection when it becomes no tunnel', async () => {
    await using served = await serve(Handler)
    const answer = await served.talk(`CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n${get('/plain')}`)
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*Connection: close\r\n/)
    expect(answer).not.toContain('plain')
  })
})

describe('an upgrade that nobody takes', () => {
  it('goes on as HTTP, on the same connection', async () => {
    await using served = await serve(Handler)
    const upgrade = 'GET /plain HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'
    expect((await served.talk(upgrade + get('/plain'))).match(/plain(?=HTTP|$)/g)).toHaveLength(2)
  })
})

describe('interim responses', () => {
  it('go out in front of the response, several and with fields', async () => {
    await using served = await serve(Handler)
    const answer = await served.talk(get('/hints'))
    expect(answer).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    )
    expect(answer).toMatch(/\r\n\r\nok$/)
  })

  it('are kept from clients of HTTP/1.0', async () => {
    await using served = await serve(Handler)
    expect(await served.talk(get('/hints', 'HTTP/1.0'))).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  })
})

describe('a chunked body', () => {
  it('has a chunk per write and trailers behind them, and the connection goes on', async () => {
    await using served = await serve(Handler)
    const answer = await served.talk(get('/chunked') + get('/plain'))
    expect(answer).toContain(
      'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nX-Sum: 19\r\n\r\nHTTP/1.1 200 OK\r\n',
    )
    expect(answer).toMatch(/Connection: keep-alive[\s\S]*plain$/)
  })

  it('is a Writable that takes a pipeline', async () => {
    await using served = await serve(Handler)
    expect(await served.talk(get('/piped'))).toMatch(/\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n$/)
  })

  it('goes as it is to a client of HTTP/1.0, delimited by the close', async () => {
    await using served = await serve(Handler)
    const answer = await served.talk(get('/piped', 'HTTP/1.0'))
    expect(answer).toMatch(/Connection: close\r\n\r\nonetwo$/)
    expect(answer).not.toContain('Transfer-Encoding')
  })

  it('that its handler does not end is cut off, so that it can not be taken for whole', async () => {
    await using served = await serve(Handler)
    const answer = await served.talk(get('/forgotten') + get('/plain'))
    expect(answer).toMatch(/b\r\nnever ended\r\n$/)
  })
})

describe('protocol_version', () => {
  it('may be set for a response, which then tells the truth about the connection', async () => {
    await using served = await serve(Handler)
    expect(await served.talk(get('/old') + get('/plain'))).toMatch(
      /^HTTP\/1\.0 200 OK\r\n[\s\S]*Connection: close[\s\S]*\r\n\r\nold$/,
    )
  })
})
