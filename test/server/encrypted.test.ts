/** The promises of a plain connection, held under TLS: answers arrive, ends are honest, and nobody is waited for in vain. */
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type AdvancedHTTPServerOptions, type HandlerClass, RequestHandler } from '../../src/index.js'
import { duplexPair } from '../support/duplex-pair.js'
import { deferred, until } from '../support/settled.js'
import { hear, hearUntil, serve, type Served } from '../support/serve.js'
import { closeOf, endOf } from '../support/socket-end.js'

const ssl_certfile = fileURLToPath(new URL('../support/rig/certs/default.pem', import.meta.url))
const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'

class Simple extends RequestHandler {
  override do_GET(): void {
    void this.send_response_full('[answer]')
  }
  override async do_POST(): Promise<void> {
    await this.send_error(413)
  }
}

function serveTls(klass: HandlerClass = Simple, options: AdvancedHTTPServerOptions = {}): Promise<Served> {
  return serve(klass, { addresses: [['127.0.0.1', 0, true]], ssl_certfile, ...options })
}

/** A client that has done its handshake, over a stream of its own when one is given. */
async function client(served: Served, over?: Duplex): Promise<TLSSocket> {
  const options = { rejectUnauthorized: false, allowHalfOpen: true }
  const socket = connect(over ? { ...options, socket: over } : { ...options, port: served.port, host: '127.0.0.1' })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  return socket
}

/** All that comes back; the client ends its side. */
async function talkTls(served: Served, octets: string): Promise<string> {
  const socket = await client(served)
  socket.end(octets)
  return await hear(socket)
}

describe('under TLS', () => {
  it('requests are answered, pipelined ones and those of a client that shuts its side', async () => {
    await using served = await serveTls()
    expect((await talkTls(served, GET.repeat(5))).match(/\[answer\]/g)).toHaveLength(5)
  })

  it('a large answer arrives whole, and its end is told by TLS itself', async () => {
    class Large extends Simple {
      override do_GET(): void {
        this.close_connection = true
        void this.send_response_full(Buffer.alloc(5_000_000))
      }
    }
    await using served = await serveTls(Large)
    expect((await talkTls(served, GET)).length).toBeGreaterThan(5_000_000)
  })

  it('an early answer reaches a client that is still sending', async () => {
    await using served = await serveTls()
    const socket = await client(served)
    const heard = hear(socket)
    socket.write(`POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n`)
    socket.write(Buffer.alloc(5_000_000))
    expect(await heard).toMatch(/^HTTP\/1\.1 413 [^]*<\/html>\n$/)
  })

  it('a response that is cut off while closing delimits it ends with a reset', async () => {
    class Cut extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response(200)
        this.end_headers()
        this.wfile.write('half')
        await this.wfile.flush()
        await new Promise((resolve) => setTimeout(resolve, 20))
        throw new Error('cut off')
      }
    }
    await using served = await serveTls(Cut)
    const socket = await client(served)
    socket.write(GET)
    await hearUntil(socket, (heard) => heard.endsWith('half'))
    expect(await endOf(socket)).toBe('reset')
  })

  it('a peer that takes nothing is reset', async () => {
    let begun = 0
    class Large extends RequestHandler {
      override do_GET(): void {
        begun += 1
        void this.send_response_full(Buffer.alloc(50_000_000))
      }
    }
    await using served = await serveTls(Large, { timeouts: { write_idle_ms: 50 } })
    const socket = await client(served)
    socket.pause()
    socket.write(GET)
    await until(() => begun === 1)
    await served.server.shutdown({ grace_ms: Infinity })
    socket.destroy()
  })

  it('a client is let go that was reset right behind its octets: Node never tells what becomes of an answer', async () => {
    const answered = deferred()
    class Late extends RequestHandler {
      override async do_POST(): Promise<void> {
        await this.read_body().catch(() => {})
        await this.send_response_full('too late')
        answered.resolve()
      }
    }
    await using served = await serveTls(Late, { timeouts: { write_idle_ms: 50 } })
    const below = await served.client()
    const socket = await client(served, below)
    socket.write('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf')
    setImmediate(() => below.resetAndDestroy())
    await answered.promise
    await served.server.shutdown({ grace_ms: Infinity })
  })

  it('the signal is aborted when the client goes', async () => {
    const started = deferred()
    const aborted = deferred()
    class Waiting extends RequestHandler {
      override async do_GET(): Promise<void> {
        started.resolve()
        await once(this.signal, 'abort')
        aborted.resolve()
      }
    }
    await using served = await serveTls(Waiting)
    const below = await served.client()
    const [here, there] = duplexPair()
    there.pipe(below).pipe(there)
    const socket = await client(served, here)
    socket.write(GET)
    await started.promise
    // A reset in the same turn as the octets in front of it looks like their end to Node.
    setImmediate(() => below.resetAndDestroy())
    await aborted.promise
  })

  it('the time for a handshake ends for who says nothing, and for who says half of it', async () => {
    await using served = await serveTls(Simple, { timeouts: { handshake_ms: 40 } })
    for (const octets of ['', '\x16\x03\x01\x02']) {
      const socket = await served.client()
      socket.write(octets, 'latin1')
      expect(await hear(socket)).toBe('')
    }
    await served.server.shutdown({ grace_ms: Infinity })
  })

  it('a request head has its own time, behind the handshake', async () => {
    await using served = await serveTls(Simple, { timeouts: { head_ms: 500 } })
    const socket = await client(served)
    socket.write('GET /x')
    expect(await hear(socket)).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('a shutdown ends handshakes that are not done, with the grace at the latest', async () => {
    await using served = await serveTls()
    const socket = await served.client()
    socket.write('\x16\x03\x01\x02', 'latin1')
    socket.resume()
    await new Promise((resolve) => setTimeout(resolve, 20))
    await served.server.shutdown({ grace_ms: 20 })
    socket.end()
    await closeOf(socket)
  })

  it('a shutdown closes idle connections and lets those in flight finish', async () => {
    const begun = deferred()
    const release = deferred()
    class Held extends Simple {
      override async do_GET(): Promise<void> {
        if (this.path === '/held') {
          begun.resolve()
          await release.promise
        }
        super.do_GET()
      }
    }
    await using served = await serveTls(Held)
    const idle = await client(served)
    idle.write(GET)
    await hearUntil(idle, (heard) => heard.endsWith('[answer]'))
    const busy = await client(served)
    busy.write(GET.replace('/x', '/held'))
    await begun.promise
    const heard = [hear(idle), hear(busy)]
    const stopped = served.server.shutdown({ grace_ms: Infinity })
    setImmediate(release.resolve)
    expect(await heard[0]).toBe('')
    expect(await heard[1]).toMatch(/Connection: close\r\n[^]*\[answer\]$/)
    await stopped
  })

  it('clients that leave at any point of the handshake leave nothing behind', async () => {
    await using served = await serveTls()
    for (let times = 0; times < 20; times += 1) {
      const socket = connect({ port: served.port, host: '127.0.0.1', rejectUnauthorized: false })
      socket.on('error', () => {})
      if (times % 4 === 0) socket.once('secureConnect', () => socket.destroy())
      else if (times % 4 === 1) socket.once('connect', () => socket.destroy())
      else if (times % 4 === 2) socket.once('connect', () => setImmediate(() => socket.destroy()))
      else
        connectTcp({ port: served.port, host: '127.0.0.1' })
          .on('error', () => {})
          .resetAndDestroy()
      if (times % 4 === 3) socket.destroy()
    }
    expect(await talkTls(served, GET)).toContain('[answer]')
    await served.server.shutdown({ grace_ms: Infinity })
  })

  it('connections beyond the limit are closed without an answer', async () => {
    await using served = await serveTls(Simple, { limits: { connections: 1 } })
    const first = await client(served)
    const second = await served.client()
    expect(await hear(second)).toBe('')
    first.write(GET)
    expect(await hearUntil(first, (heard) => heard.includes('[answer]'))).toContain('200 OK')
  })
})
