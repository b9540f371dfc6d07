/**
 * The table of the README that sets the library beside others: every row has a proof here, of what can be proved of each
 * side. The Python original speaks through its recorded exchanges; fastify where it is installed.
 */
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, METHODS, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { Server as TlsServer } from 'node:tls'
import { expect, it, type TestContext } from 'vitest'
import { AdvancedHTTPServer, DEFAULT_TIMEOUTS, RequestHandler, RPCClient, WebSocketHandler } from '../../src/index.js'
import { Faults } from '../../src/testing/index.js'
import { duplexPair } from '../support/duplex-pair.js'
import { serve } from '../support/serve.js'
import { readDocument, ROOT } from './support/documents.js'
import { ask, bodyOf } from './support/talk.js'

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

/** As much of fastify as the rows are about. */
interface Fastify {
  readonly server: Server
  addHttpMethod(method: string): unknown
  get(path: string, handler: () => Promise<unknown>): unknown
  listen(options: { port: number; host: string }): Promise<unknown>
  close(): Promise<void>
  hasDecorator(name: string): boolean
  hasReplyDecorator(name: string): boolean
  readonly setValidatorCompiler: unknown
}

/** Proofs by the title of their row. */
const PROOFS: Readonly<Record<string, (context: TestContext) => Promise<void> | void>> = {
  async Verbs(context) {
    class AnyHandler extends RequestHandler {
      'do_any.TOKEN!'(): void | Promise<void> {
        return this.send_response_full('any')
      }
    }
    await using served = await serve(AnyHandler)
    expect(await bodyOf(served.port, 'any.TOKEN!', '/')).toBe('any')
    expect(METHODS).not.toContain('RPC')
    await withNodeServer(async (port) => {
      expect(await ask(port, 'RPC / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).toMatch(
        /^HTTP\/1\.1 400 /,
      )
    })
    expect(recorded('verbs', /^BREW /, /^HTTP\/1\.1 \d+ /)).not.toEqual([])
    await withFastify(context, (app) => {
      expect(() => app.addHttpMethod('RPC')).toThrow()
      app.addHttpMethod('PURGE')
    })
  },

  async 'Fields of a response'(context) {
    class BareHandler extends RequestHandler {
      override do_GET(): void {
        this.send_response_only(200)
        this.send_header('x-CASE', 1)
        this.send_header('Content-Length', 0)
        this.end_headers()
      }
    }
    await using served = await serve(BareHandler)
    expect(fieldsOf(await ask(served.port, GET))).toEqual(['x-CASE', 'Content-Length'])
    const kept = GET.replace('Connection: close', 'Connection: keep-alive')
    await withNodeServer(async (_port, server) => {
      const response = await firstHead(server, kept)
      expect(fieldsOf(response)).toEqual(expect.arrayContaining(['Date', 'Connection', 'Keep-Alive']))
    })
    expect(
      recorded('responses', /^GET \/response-only /, /^HTTP\/1\.1 200 OK\r\nContent-Length: 2\r\n\r\nok$/),
    ).not.toEqual([])
    await withFastify(context, async (app) => {
      app.get('/', () => Promise.resolve('text'))
      const port = await listening(app)
      expect(fieldsOf(await ask(port, GET))).toEqual(expect.arrayContaining(['content-type', 'Date', 'Connection']))
    })
  },

  async 'Chunked responses'(context) {
    class StreamHandler extends RequestHandler {
      override do_GET(): void | Promise<void> {
        if (this.path === '/chunked') return this.#chunked()
        return this.send_response_full(Readable.from(['a', 'b']))
      }

      #chunked(): void {
        this.send_response(200)
        this.chunked().end('a')
      }
    }
    await using served = await serve(StreamHandler)
    expect(await ask(served.port, GET)).not.toContain('Transfer-Encoding')
    expect(await ask(served.port, GET.replace('/', '/chunked'))).toContain('Transfer-Encoding: chunked')
    await withNodeServer(async (port) => {
      expect(await ask(port, GET)).toContain('Transfer-Encoding: chunked')
    })
    expect(recorded('', /./, /\r\nTransfer-Encoding: chunked\r\n/)).toEqual([])
    await withFastify(context, async (app) => {
      app.get('/', () => Promise.resolve(Readable.from(['a', 'b'])))
      expect(await ask(await listening(app), GET)).toContain('Transfer-Encoding: chunked')
    })
  },

  async 'Addresses of one server'(context) {
    const addresses = [
      ['127.0.0.1', 0],
      ['127.0.0.1', 0],
    ] as const
    await using served = await serve(RequestHandler, { addresses })
    const ports = served.server.sub_servers.map(({ server_address }) => server_address[1])
    for (const port of ports) expect(await bodyOf(port, 'GET', '/')).toBe('Resource Not Found\n')
    await withNodeServer((_port, server) => {
      expect(() => server.listen(0)).toThrow(/ERR_SERVER_ALREADY_LISTEN|more than once/)
    })
    await withFastify(context, async (app) => {
      await listening(app)
      await expect(app.listen({ port: 0, host: '127.0.0.1' })).rejects.toThrow()
    })
  },

  'Certificates by server name'() {
    const { prototype } = AdvancedHTTPServer
    for (const name of ['add_sni_cert', 'remove_sni_cert', 'reload_certs']) expect(prototype).toHaveProperty(name)
    expect(TlsServer.prototype).toHaveProperty('addContext')
    expect(TlsServer.prototype).not.toHaveProperty('removeContext')
    expect(recorded('tls', /./, /./, 'certificate').length).toBeGreaterThan(1)
  },

  async 'Time for a request head'(context) {
    expect(DEFAULT_TIMEOUTS.head_ms).toBe(20_000)
    expect(createServer().headersTimeout).toBe(60_000)
    await withFastify(context, (app) => expect(app.server.headersTimeout).toBe(60_000))
  },

  async 'Basic authentication'(context) {
    class SecretHandler extends RequestHandler {
      do_PEEK(): void | Promise<void> {
        return this.send_response_full('secret')
      }
    }
    await using served = await serve(SecretHandler)
    served.server.auth_add_creds('user', 'password')
    expect(await bodyOf(served.port, 'PEEK', '/')).toBe('Unauthorized')
    expect(recorded('auth', /^(?!GET|HEAD|POST|RPC)[A-Z-]+ (?![\s\S]*Authorization:)/, /^HTTP\/1\.1 200 /)).not.toEqual(
      [],
    )
    await withFastify(context, (app) => expect(app.hasDecorator('basicAuth')).toBe(false))
  },

  async 'Remote calls'() {
    class SumHandler extends RequestHandler {
      override on_init(): void {
        this.rpc_handler_map['/sum'] = (_handler: this, ...numbers: number[]) =>
          numbers.reduce((sum, number) => sum + number)
      }
    }
    await using served = await serve(SumHandler)
    using rpc = new RPCClient(['127.0.0.1', served.port])
    expect(await rpc('sum', 1, 2, 3)).toBe(6)
    expect(recorded('rpc', /^RPC /, /"exception_occurred": false/)).not.toEqual([])
  },

  async WebSockets(context) {
    expect(WebSocketHandler.prototype).toHaveProperty('on_message_text')
    await withNodeServer(async (port) => {
      const upgrade = GET.replace('Connection: close', 'Connection: close, Upgrade\r\nUpgrade: websocket')
      expect(await ask(port, upgrade)).toMatch(/^HTTP\/1\.1 200 /)
    })
    expect(recorded('websocket', /Upgrade: websocket/, /^HTTP\/1\.1 101 /)).not.toEqual([])
    await withFastify(context, (app) => expect(app.hasDecorator('websocketServer')).toBe(false))
  },

  async Files(context) {
    await using served = await serve(RequestHandler)
    served.server.serve_files = true
    served.server.serve_files_root = ROOT
    expect(await bodyOf(served.port, 'GET', '/LICENSE', 'Range: bytes=0-2')).toHaveLength(3)
    expect(recorded('files', /^GET \/hello\.txt /, /\r\nLast-Modified: /)).not.toEqual([])
    expect(recorded('files', /\r\nRange: /, /^HTTP\/1\.1 200 OK\r\n/)).not.toEqual([])
    await withFastify(context, (app) => expect(app.hasReplyDecorator('sendFile')).toBe(false))
  },

  async 'HTTP over any Duplex'() {
    const server = new AdvancedHTTPServer(RequestHandler, { addresses: [['127.0.0.1', 0]] })
    for (const hand of [
      (stream: PassThrough) => void server.handle_connection(stream),
      (stream: PassThrough) => void createServer((_request, response) => response.end()).emit('connection', stream),
    ]) {
      const [here, there] = duplexPair()
      hand(there as PassThrough)
      here.write(GET)
      const [octets] = (await once(here, 'data')) as [Buffer]
      expect(octets.toString()).toMatch(/^HTTP\/1\.1 /)
      here.destroy()
    }
  },

  'Misbehaves on command'() {
    expect(Object.keys(Faults).length).toBeGreaterThan(15)
  },

  async 'HTTP/2'(context) {
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
    await using served = await serve(RequestHandler)
    expect(await served.talk(preface)).toMatch(/^HTTP\/1\.1 (?:400|505) /)
    expect(await import('node:http2')).toHaveProperty('createServer')
    await withFastify(context, async (_app, fastify) => {
      const app = fastify({ http2: true })
      expect(app.server).not.toBeInstanceOf(createServer().constructor)
      await app.close()
    })
  },

  async 'Schemas for bodies and answers'(context) {
    await withFastify(context, (app) => expect(app.setValidatorCompiler).toBeTypeOf('function'))
  },
}

it('every row of the table has its proof here', () => {
  const [, section = ''] = readDocument('README.md').split('\n## Beside others\n')
  const rows = Array.from(section.split('\n## ')[0]?.matchAll(/^\| (\w[^|]*?) \|/gm) ?? [], ([, title = '']) => title)
  expect(rows.toSorted()).toEqual(Object.keys(PROOFS).toSorted())
})

for (const [title, prove] of Object.entries(PROOFS)) it(`the row about ${title} is true`, (context) => prove(context))

/** Names of a response's fields, as sent. */
function fieldsOf(response: string): string[] {
  const [head = ''] = response.split('\r\n\r\n')
  return head
    .split('\r\n')
    .slice(1)
    .map((line) => line.slice(0, line.indexOf(':')))
}

/** A server of node:http that answers without saying how long the body is. */
async function withNodeServer(use: (port: number, server: Server) => Promise<void> | void): Promise<void> {
  const server = createServer((_request, response) => {
    response.write('a')
    response.end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    await use((server.address() as AddressInfo).port, server)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function firstHead(server: Server, request: string): Promise<string> {
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
  socket.write(request)
  const [octets] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return octets.toString('latin1')
}

type MakeFastify = (options?: object) => Fastify

/** Leaves the fastify half of a row out, aloud, where fastify is not installed. */
async function withFastify(
  context: TestContext,
  use: (app: Fastify, fastify: MakeFastify) => Promise<void> | void,
): Promise<void> {
  const name: string = 'fastify'
  const found = (await import(/* @vite-ignore */ name).catch(() => null)) as { readonly default: MakeFastify } | null
  if (found === null) return console.warn(`fastify is not installed, not compared with it: ${context.task.name}`)
  const app = found.default()
  try {
    await use(app, found.default)
  } finally {
    await app.close()
  }
}

async function listening(app: Fastify): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

interface Recording {
  readonly name: string
  readonly steps: readonly { readonly send?: string }[]
  readonly receive?: string
}

/** Names of recorded exchanges with the Python original: what was sent and received, and a key there must be. */
function recorded(group: string, sent: RegExp, received: RegExp, key = 'receive'): string[] {
  const groups = group === '' ? ['responses', 'verbs', 'files', 'rpc', 'auth'] : [group]
  return groups.flatMap((each) => {
    const exchanges = JSON.parse(readFileSync(join(ROOT, `test/vectors/wire-${each}.json`), 'utf8')) as Recording[]
    const wanted = exchanges.filter((exchange) => {
      const octets = exchange.steps.map(({ send = '' }) => send).join('')
      return key in exchange && sent.test(octets) && received.test(exchange.receive ?? '')
    })
    return wanted.map(({ name }) => name)
  })
}
