/** WebSockets on the real server, spoken to by clients that are not ours: the package ws, and octets by hand. */
import { once } from 'node:events'
import { get } from 'node:http'
import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type ClientOptions, type RawData, WebSocket } from 'ws'
import {
  AdvancedHTTPServer,
  type AdvancedHTTPServerOptions,
  RequestHandler,
  WebSocketHandler,
} from '../../src/index.js'
import { CertificateWorkshop, needOpenssl } from '../support/certificates.js'
import { hear, hearUntil, type Served, serve } from '../support/serve.js'
import { until } from '../support/settled.js'
import { clientClose, clientFrame, clientText } from '../support/web-socket-frames.js'

class Echo extends WebSocketHandler<EchoHandler> {
  override on_message_text(message: string): unknown {
    return this.send_message_text(message)
  }

  override on_message_binary(message: Buffer): unknown {
    return this.send_message_binary(message)
  }

  override on_closed(code: number, reason: string): unknown {
    return this.handler.onClosed?.(code, reason)
  }
}

class EchoHandler extends RequestHandler {
  static override web_socket_handler: typeof RequestHandler.web_socket_handler = Echo
  onClosed?: (code: number, reason: string) => void

  override on_init(): void {
    this.handler_map['^page$'] = () => this.send_response_full('page\n')
  }
}

const HANDSHAKE =
  'GET /socket HTTP/1.1\r\nHost: example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'

/** A connected client of the package ws. Its messages are kept from the first on. */
async function connectTo({ port }: Pick<Served, 'port'>, protocols: string[] = [], options: ClientOptions = {}) {
  const client = new WebSocket(`ws://127.0.0.1:${port}/socket`, protocols, options)
  const messages = messagesOf(client)
  await once(client, 'open')
  return { client, next: messages }
}

/** Gives the next message, as text or octets, whether it has come or is still to come. */
function messagesOf(client: WebSocket): () => Promise<string | Buffer> {
  const come: (string | Buffer)[] = []
  let wake: (() => void) | undefined
  client.on('message', (data: RawData, binary: boolean) => {
    const octets = data as Buffer
    come.push(binary ? octets : octets.toString())
    wake?.()
  })
  return async () => {
    while (come.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return come.shift() as string | Buffer
  }
}

/** Close code and reason as the client saw them. */
async function closure(client: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = (await once(client, 'close')) as [number, Buffer]
  return [code, reason.toString()]
}

/** Status of the answer to a handshake that is not accepted. */
async function refusal(port: number, options: ClientOptions = {}): Promise<number | undefined> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/`, options)
  client.on('error', () => {})
  const [, response] = await once(client, 'unexpected-response')
  client.terminate()
  return (response as { statusCode?: number }).statusCode
}

/** A handler class that notes how its WebSockets ended, and a promise of the first time. */
function closureTeller() {
  const closures: unknown[][] = []
  let tell!: () => void
  const closed = new Promise<void>((resolve) => {
    tell = resolve
  })
  class Telling extends EchoHandler {
    override onClosed = (...closing: unknown[]): void => {
      closures.push(closing)
      tell()
    }
  }
  return { klass: Telling, closures, closed }
}

function serveHandler(socketClass: typeof RequestHandler.web_socket_handler, options?: AdvancedHTTPServerOptions) {
  return serve(
    class extends EchoHandler {
      static override web_socket_handler = socketClass
    },
    options,
  )
}

describe('a client of the package ws', () => {
  it('gets its text and its octets back, small and large', async () => {
    await using served = await serve(EchoHandler)
    const { client, next } = await connectTo(served)
    client.send('h\u00e9llo \u{1f600}')
    expect(await next()).toBe('h\u00e9llo \u{1f600}')
    for (const size of [0, 1, 125, 126, 65_535, 65_536, 3_000_000]) {
      const octets = Buffer.alloc(size, 'payload ')
      client.send(octets)
      expect(octets.equals((await next()) as Buffer)).toBe(true)
    }
    client.terminate()
  })

  it('may send fragments and pings between them', async () => {
    await using served = await serve(EchoHandler)
    const { client, next } = await connectTo(served)
    const pong = once(client, 'pong')
    client.send('one ', { fin: false })
    client.ping('are you there')
    client.send('two', { fin: true })
    expect(await next()).toBe('one two')
    expect(String((await pong)[0])).toBe('are you there')
    client.terminate()
  })

  it('may send much without waiting, and gets all of it in order', async () => {
    await using served = await serve(EchoHandler)
    const { client, next } = await connectTo(served)
    for (let count = 0; count < 2_000; count += 1) client.send(`message ${count}`)
    for (let count = 0; count < 2_000; count += 1) expect(await next()).toBe(`message ${count}`)
    client.terminate()
  })

  it.each([
    [1000, ''],
    [1001, 'going'],
    [3000, 'registered'],
    [4999, 'private \u00e9'],
  ])('closes with %i and gets it back, and the handler is told', async (code, reason) => {
    const { klass, closures, closed } = closureTeller()
    await using served = await serve(klass)
    const { client } = await connectTo(served)
    client.close(code, reason)
    expect((await closure(client))[0]).toBe(code)
    await closed
    expect(closures).toEqual([[code, reason]])
  })

  it.each([1000, 1003, 1007, 1008, 1009, 1011, 4000])(
    'is told the code %i and the reason when we close',
    async (code) => {
      class Closing extends WebSocketHandler {
        override on_message_text(reason: string): unknown {
          return this.close(code, reason)
        }
      }
      await using served = await serveHandler(Closing)
      const { client } = await connectTo(served)
      client.send('why')
      expect(await closure(client)).toEqual([code, 'why'])
    },
  )

  it('agrees on a subprotocol', async () => {
    class Choosing extends WebSocketHandler {
      override select_protocol(offered: readonly string[]): string | null {
        return offered.includes('chat.v2') ? 'chat.v2' : null
      }
    }
    await using served = await serveHandler(Choosing)
    const { client } = await connectTo(served, ['chat.v1', 'chat.v2'])
    expect(client.protocol).toBe('chat.v2')
    client.terminate()
  })

  it('that offers compression gets it only from a handler that wants it', async () => {
    class Compressing extends Echo {
      override permessage_deflate = true
    }
    await using plain = await serve(EchoHandler)
    const plainly = await connectTo(plain)
    expect(plainly.client.extensions).toBe('')
    plainly.client.terminate()
    await using compressing = await serveHandler(Compressing)
    const { client, next } = await connectTo(compressing, [], { perMessageDeflate: { threshold: 0 } })
    expect(client.extensions).toBe('permessage-deflate')
    for (const message of ['short', 'long '.repeat(20_000), '']) {
      client.send(message)
      expect(await next()).toBe(message)
    }
    client.terminate()
  })

  it('that sends a message over the limit is closed with 1009, compressed or not', async () => {
    class Compressing extends Echo {
      override permessage_deflate = true
    }
    for (const perMessageDeflate of [false, { threshold: 0 }]) {
      await using served = await serveHandler(Compressing, { limits: { websocket_message_bytes: 1_000 } })
      const { client } = await connectTo(served, [], { perMessageDeflate })
      client.send('x'.repeat(1_001))
      expect(await closure(client)).toEqual([1009, ''])
    }
  })

  it('is refused where the origin is not allowed', async () => {
    class Strict extends Echo {
      override check_origin(origin: string | null): boolean {
        return origin === 'https://good.example'
      }
    }
    await using served = await serveHandler(Strict)
    expect(await refusal(served.port, { origin: 'https://bad.example' })).toBe(403)
    const { client } = await connectTo(served, [], { origin: 'https://good.example' })
    client.terminate()
  })

  it('needs the credentials that any request needs', async () => {
    await using served = await serve(EchoHandler)
    served.server.auth_add_creds('admin', 'secret')
    expect(await refusal(served.port)).toBe(401)
    const { client, next } = await connectTo(served, [], { headers: { Authorization: 'Basic YWRtaW46c2VjcmV0' } })
    client.send('inside')
    expect(await next()).toBe('inside')
    client.terminate()
  })

  it('connects over TLS', async (context) => {
    needOpenssl(context)
    const workshop = new CertificateWorkshop()
    const { certfile, keyfile } = workshop.selfSigned('localhost')
    await using served = await serve(EchoHandler, {
      addresses: [['127.0.0.1', 0, true]],
      ssl_certfile: certfile,
      ssl_keyfile: keyfile,
    })
    const client = new WebSocket(`wss://127.0.0.1:${served.port}/`, { rejectUnauthorized: false })
    const next = messagesOf(client)
    await once(client, 'open')
    client.send('secret')
    expect(await next()).toBe('secret')
    client.close(1000)
    expect((await closure(client))[0]).toBe(1000)
    workshop.remove()
  })
})

describe('web_socket_handler', () => {
  it('may be a function that makes and runs the handler in its own time', async () => {
    await using served = await serveHandler(async (handler: EchoHandler) => {
      await new Promise((resolve) => setImmediate(resolve))
      await new Echo(handler).run()
    })
    const { client, next } = await connectTo(served)
    client.send('made')
    expect(await next()).toBe('made')
    client.terminate()
  })

  it('may be a function that answers by itself', async () => {
    await using served = await serveHandler((handler: EchoHandler) => handler.send_error(503))
    expect(await refusal(served.port)).toBe(503)
  })

  it('may be a function that speaks a protocol of its own', async () => {
    await using served = await serveHandler(async (handler: EchoHandler) => {
      handler.send_response_only(101)
      handler.end_headers()
      await handler.wfile.flush()
      handler.detach().stream.end('my own')
    })
    expect(await served.talk(HANDSHAKE)).toBe('HTTP/1.1 101 Switching Protocols\r\n\r\nmy own')
  })

  it.each([
    ['over HTTP/1.0', HANDSHAKE.replace('HTTP/1.1', 'HTTP/1.0')],
    ['that Connection does not name', HANDSHAKE.replace('keep-alive, Upgrade', 'keep-alive')],
  ])('as a function is not called for an upgrade %s', async (_title, octets) => {
    await using served = await serveHandler((handler: EchoHandler) => handler.send_error(503))
    expect(await served.talk(octets.replace('/socket', '/page'))).toMatch(/^HTTP\/1\.[01] 200 OK\r\n/)
  })

  it('is found among other protocols', async () => {
    await using served = await serve(EchoHandler)
    expect(await served.talk(HANDSHAKE.replace('websocket', 'h2c, WebSocket'))).toMatch(/^HTTP\/1\.1 101 /)
  })

  it('of null leaves the request to HTTP', async () => {
    await using served = await serveHandler(null)
    expect(await refusal(served.port)).toBe(404)
  })

  it('that fails before it answers is answered 500', async () => {
    await using served = await serveHandler(() => {
      throw new Error('no sockets today')
    })
    expect(await refusal(served.port)).toBe(500)
  })
})

describe('on the wire', () => {
  it('plain requests on the same connection are served before the handshake', async () => {
    await using served = await serve(EchoHandler)
    const client = await served.client()
    client.write(`GET /page HTTP/1.1\r\nHost: example\r\n\r\n${HANDSHAKE}`)
    client.write(Buffer.concat([clientText('early'), clientClose(1000)]))
    const heard = await hear(client)
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)+\r\npage\nHTTP\/1\.1 101 Switching Protocols\r\n/)
    expect(heard.endsWith('\r\n\r\n\x81\x05early\x88\x02\x03\xe8')).toBe(true)
  })

  it('an accepted handshake has one Connection line', async () => {
    await using served = await serve(EchoHandler)
    const heard = await served.talk(HANDSHAKE)
    expect(heard.slice(heard.indexOf('Date: '))).toBe(
      'Date: <DATE>\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    )
  })

  it('an unsupported version is answered 426, whole, and the connection ends', async () => {
    await using served = await serve(EchoHandler)
    const heard = await served.talk(HANDSHAKE.replace('Version: 13', 'Version: 8') + HANDSHAKE)
    expect(heard.slice(heard.indexOf('Date: '))).toBe(
      'Date: <DATE>\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\n' +
        'Content-Type: text/plain; charset=UTF-8\r\nContent-Length: 34\r\n\r\nThe WebSocket version has to be 13',
    )
    expect(heard).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/)
  })

  it.each([
    ['no key', HANDSHAKE.replace(/Sec-WebSocket-Key.*\r\n/, '')],
    ['two keys', HANDSHAKE.replace(/(Sec-WebSocket-Key.*\r\n)/, '$1$1')],
    ['a body', HANDSHAKE.replace('\r\n\r\n', '\r\nContent-Length: 4\r\n\r\nbody')],
  ])('a handshake with %s is answered 400', async (_title, octets) => {
    await using served = await serve(EchoHandler)
    expect(await served.talk(octets)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  })

  it.each([
    ['over HTTP/1.0', HANDSHAKE.replace('HTTP/1.1', 'HTTP/1.0')],
    ['that Connection does not name', HANDSHAKE.replace('keep-alive, Upgrade', 'keep-alive')],
    ['by HEAD', HANDSHAKE.replace('GET', 'HEAD')],
  ])('an upgrade %s is left out of account', async (_title, octets) => {
    await using served = await serve(EchoHandler)
    expect(await served.talk(octets.replace('/socket', '/page'))).toMatch(/^HTTP\/1\.[01] 200 OK\r\n/)
  })

  it('a client that resets is noticed, and on_closed is called once', async () => {
    const { klass, closures, closed } = closureTeller()
    await using served = await serve(klass)
    const client = await served.client()
    client.write(HANDSHAKE)
    await hearUntil(client, (heard) => heard.endsWith('\r\n\r\n'))
    client.resetAndDestroy()
    await closed
    await served.server.shutdown()
    expect(closures).toEqual([[1006, '']])
  })

  it('one handler that fails leaves the others alone', async () => {
    class Fragile extends Echo {
      override on_message_text(message: string): unknown {
        if (message === 'break') throw new Error('broken')
        return super.on_message_text(message)
      }
    }
    await using served = await serveHandler(Fragile)
    const [fragile, sturdy] = await Promise.all([connectTo(served), connectTo(served)])
    fragile.client.send('break')
    expect(await closure(fragile.client)).toEqual([1011, ''])
    sturdy.client.send('fine')
    expect(await sturdy.next()).toBe('fine')
    const response = once(get({ port: served.port, host: '127.0.0.1', path: '/page', agent: false }), 'response')
    expect(((await response)[0] as { statusCode: number }).statusCode).toBe(200)
    sturdy.client.terminate()
  })
})

describe('shutdown', () => {
  it('closes WebSockets with 1001 and waits for their goodbye', async () => {
    await using served = await serve(EchoHandler)
    const { client } = await connectTo(served)
    const closed = closure(client)
    await served.server.shutdown()
    expect(await closed).toEqual([1001, ''])
  })

  it('does not wait for a client that says none longer than the grace', async () => {
    await using served = await serve(EchoHandler)
    const client = await served.client()
    client.write(HANDSHAKE)
    await hearUntil(client, (heard) => heard.endsWith('\r\n\r\n'))
    const heard = hear(client)
    await served.server.shutdown({ grace_ms: 20 })
    expect(await heard).toBe('\x88\x02\x03\xe9')
  })

  it('does not wait for a hook that never settles', async () => {
    class Stuck extends WebSocketHandler {
      override on_message_text(): Promise<void> {
        return new Promise(() => {})
      }
    }
    await using served = await serveHandler(Stuck)
    const { client } = await connectTo(served)
    client.send('work')
    const closed = closure(client)
    await served.server.shutdown()
    expect(await closed).toEqual([1001, ''])
  })
})

describe('octets that came', () => {
  it.each([5, 64, 500, 70_000])('stay as they were: who gave them in memory may give them again (%d)', async (size) => {
    const server = new AdvancedHTTPServer(EchoHandler, { addresses: [['127.0.0.1', 0]] })
    let heard = ''
    const stream = new Duplex({
      read() {},
      write(octets: Buffer, _encoding, done) {
        heard += octets.toString('latin1')
        done()
      },
    })
    const served = server.sub_servers[0]?.handle_connection(stream)
    stream.push(HANDSHAKE)
    await until(() => heard.includes('\r\n\r\n'))
    const frame = clientFrame({ opcode: 2, payload: Buffer.alloc(size, 'x') })
    const before = Buffer.from(frame)
    stream.push(frame)
    await until(() => heard.endsWith('x'.repeat(size)))
    expect(frame.equals(before)).toBe(true)
    stream.push(clientClose(1000))
    stream.push(null)
    await served
  })
})
