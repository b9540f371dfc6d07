/** HTTP on streams that the embedding program hands over: `handle_connection`, over anything that is a Duplex. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex, PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import {
  AdvancedHTTPServer,
  type AdvancedHTTPServerOptions,
  type HandlerClass,
  RequestHandler,
} from '../../src/index.js'
import { duplexPair } from '../support/duplex-pair.js'
import { LineLog } from '../support/line-log.js'
import { deferred } from '../support/settled.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'

class Simple extends RequestHandler {
  override do_GET(): void {
    void this.send_response_full(`[${this.client_address.join(' ')}]`)
  }
  async do_PUT(): Promise<void> {
    await this.send_response_full(await this.read_body())
  }
}

class Large extends RequestHandler {
  override do_GET(): void {
    void this.send_response_full(Buffer.alloc(20_000_000))
  }
}

function subServer(
  klass: HandlerClass = Simple,
  options: AdvancedHTTPServerOptions = {},
): AdvancedHTTPServer['sub_servers'][0] {
  const server = new AdvancedHTTPServer(klass, { addresses: [['127.0.0.1', 0]], ...options })
  return server.sub_servers[0] as AdvancedHTTPServer['sub_servers'][0]
}

/** Both ends of a Unix domain socket. */
async function withPipe(work: (here: Socket, there: Socket) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'any-stream-'))
  const path = join(directory, 'socket')
  const accepted = deferred<Socket>()
  const listener = createServer({ allowHalfOpen: true }, (socket) => accepted.resolve(socket)).listen(path)
  await once(listener, 'listening')
  const here = connect({ path, allowHalfOpen: true })
  try {
    await work(here, await accepted.promise)
  } finally {
    here.destroy()
    listener.close()
    await rm(directory, { recursive: true })
  }
}

describe('a stream in memory', () => {
  it.each([undefined, 1, 100])('carries requests and answers, holding %s octets at a time', async (highWaterMark) => {
    const [here, there] = duplexPair(highWaterMark === undefined ? {} : { highWaterMark })
    const served = subServer().handle_connection(there)
    const body = 'x'.repeat(50_000)
    const heard = text(here)
    here.write(`PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    here.end(GET)
    const [, first, second] = (await heard).split(/HTTP\/1\.1 200 OK/)
    expect(first?.endsWith(`\r\n\r\n${body}`)).toBe(true)
    expect(second?.endsWith('\r\n\r\n[ 0]')).toBe(true)
    await served
    expect(there.destroyed).toBe(true)
  })

  it('loses nothing that its client has yet to read, although the client asked to close', async () => {
    const [there, back] = [new PassThrough(), new PassThrough()]
    const client = Duplex.from({ writable: there, readable: back })
    const served = subServer().handle_connection(Duplex.from({ writable: back, readable: there }))
    client.write(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    const heard: Buffer[] = []
    client.on('data', (octets: Buffer) => heard.push(octets))
    await once(client, 'end')
    expect(Buffer.concat(heard).toString()).toContain('[ 0]')
    client.end()
    await served
  })

  it('has the address that it is said to have', async () => {
    const [here, there] = duplexPair()
    const served = subServer().handle_connection(there, ['192.0.2.1', 7])
    here.end(GET)
    expect(await text(here)).toContain('[192.0.2.1 7]')
    await served
  })

  it('may be handed to the server itself, whose first address then serves it', async () => {
    const addresses = [
      ['127.0.0.1', 0],
      ['127.0.0.2', 0],
    ] as const
    class Telling extends RequestHandler {
      override do_GET(): void {
        void this.send_response_full(`[${this.server.server_address[0]}]`)
      }
    }
    const [here, there] = duplexPair()
    const served = new AdvancedHTTPServer(Telling, { addresses }).handle_connection(there)
    here.end(GET)
    expect(await text(here)).toContain('[127.0.0.1]')
    await served
  })

  it('that is gone already is no trouble', async () => {
    const [, there] = duplexPair()
    there.destroy()
    await once(there, 'close')
    await subServer().handle_connection(there)
  })

  it('that has ended already is closed', async () => {
    const [here, there] = duplexPair()
    here.end()
    there.resume()
    await once(there, 'end')
    const heard = text(here)
    await subServer().handle_connection(there)
    expect(await heard).toBe('')
  })

  it('that fails ends its own connection and nothing else', async () => {
    const log = new LineLog()
    const [here, there] = duplexPair()
    const served = subServer(Simple, { logger: log }).handle_connection(there)
    here.write('GET /x HTT')
    there.destroy(new Error('a fault of the stream'))
    await served
    expect(log.at('error')).toEqual([])
  })

  it('that never takes anything is given up', async () => {
    const stream = new Duplex({ read() {}, write() {} })
    const served = subServer(Large, { timeouts: { write_idle_ms: 20 } }).handle_connection(stream)
    stream.push(GET)
    await served
    expect(stream.destroyed).toBe(true)
  })

  it.each(['first', 'last'])(
    'that does not destroy itself is destroyed when its client has ended %s',
    async (order) => {
      const happened: string[] = []
      const stream = new Duplex({
        autoDestroy: false,
        read() {},
        write: (_chunk, _encoding, done) => done(),
        // Saying goodbye takes its time, as over TLS.
        final(done) {
          setImmediate(() => {
            happened.push('ended')
            done()
          })
        },
      })
      stream.once('close', () => happened.push('closed'))
      const served = subServer(Simple, { timeouts: { linger_ms: Infinity } }).handle_connection(stream)
      stream.push('GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      if (order === 'first') stream.push(null)
      else stream.once('finish', () => setImmediate(() => stream.push(null)))
      await served
      expect(happened).toEqual(['ended', 'closed'])
    },
  )
})

describe('a pipe of the system', () => {
  it('carries requests and answers', () =>
    withPipe(async (here, there) => {
      const served = subServer().handle_connection(there)
      here.end(GET)
      expect(await text(here)).toContain('[ 0]')
      await served
    }))

  it('that never takes anything is given up, although it can not be reset', () =>
    withPipe(async (here, there) => {
      here.pause()
      const served = subServer(Large, { timeouts: { write_idle_ms: 20 } }).handle_connection(there)
      here.write(GET)
      await served
      expect(there.destroyed).toBe(true)
    }))
})
