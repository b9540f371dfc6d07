/** Draining: nothing that was accepted loses its answer within the grace time, and nothing lives on behind it. */
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { AdvancedHTTPServer, RequestHandler, WebSocketHandler } from '../../src/index.js'
import { duplexPair } from '../support/duplex-pair.js'
import { LineLog } from '../support/line-log.js'
import { deferred, until } from '../support/settled.js'
import { hear, hearUntil, serve, type Served } from '../support/serve.js'
import { closeOf, endOf } from '../support/socket-end.js'
import { clientClose } from '../support/web-socket-frames.js'

const get = (path: string): string => `GET /${path} HTTP/1.1\r\nHost: a\r\n\r\n`
const GET = get('x')

class Simple extends RequestHandler {
  override async do_GET(): Promise<void> {
    await this.send_response_full('[answer]')
  }
}

/** Answers when it is released. */
class Held extends RequestHandler {
  static begun = 0
  static release = deferred()
  override async do_GET(): Promise<void> {
    Held.begun += 1
    if (this.path !== '/quick') await Held.release.promise
    await this.send_response_full(`[${this.path}]`)
  }
}

function hold(): void {
  Held.begun = 0
  Held.release = deferred()
}

/** A client that has had one answer and idles. */
async function idler(served: Served): Promise<Socket> {
  const client = await served.client()
  client.write(get('quick'))
  await hearUntil(client, (heard) => heard.endsWith(']'))
  return client
}

describe('a shutdown', () => {
  it('lets a request in flight finish, and tells its client that the connection ends', async () => {
    hold()
    await using served = await serve(Held)
    const client = await served.client()
    client.write(GET)
    await until(() => Held.begun === 1)
    const stopped = served.server.shutdown({ grace_ms: Infinity })
    setImmediate(Held.release.resolve)
    expect(await hear(client)).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n[^]*\[\/x\]$/)
    await stopped
  })

  it('accepts nobody any more', async () => {
    hold()
    await using served = await serve(Held)
    const client = await served.client()
    client.write(GET)
    await until(() => Held.begun === 1)
    const stopped = served.server.shutdown({ grace_ms: Infinity })
    await delay(1)
    await expect(served.client()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    Held.release.resolve()
    client.end()
    client.resume()
    await stopped
  })

  it('closes idle connections at once, without a word', async () => {
    hold()
    await using served = await serve(Held)
    const clients = await Promise.all([idler(served), idler(served), idler(served)])
    const ends = clients.map((client) => hear(client))
    await served.server.shutdown({ grace_ms: Infinity })
    expect(await Promise.all(ends)).toEqual(['', '', ''])
  })

  it('serves what is in the socket already, be the connection idle or new', async () => {
    hold()
    await using served = await serve(Held)
    const idle = await idler(served)
    const fresh = await served.client()
    // The server, in the same process, can read neither before the shutdown has begun.
    idle.write(get('quick'))
    fresh.write(get('quick'))
    const stopped = served.server.shutdown({ grace_ms: Infinity })
    for (const client of [idle, fresh]) expect(await hear(client)).toMatch(/Connection: close\r\n[^]*\[\/quick\]$/)
    await stopped
  })

  it('serves all that a client has pipelined, and says close with the last of it', async () => {
    hold()
    await using served = await serve(Held)
    const client = await served.client()
    client.write(get('held') + get('quick').repeat(3))
    await until(() => Held.begun === 1)
    const stopped = served.server.shutdown({ grace_ms: Infinity })
    setImmediate(Held.release.resolve)
    const heard = await hear(client)
    expect(heard.match(/^Connection: .*(?=\r$)/gm)).toEqual([
      'Connection: keep-alive',
      'Connection: keep-alive',
      'Connection: keep-alive',
      'Connection: close',
    ])
    expect(heard.match(/\[\/[a-z]+\]/g)).toHaveLength(4)
    await stopped
  })

  it('waits a moment for the first request of a connection that has only just been made', async () => {
    await using served = await serve(Simple)
    const client = await served.client()
    await acceptedBy(served, client)
    const stopped = served.server.shutdown({ grace_ms: Infinity })
    await delay(20)
    client.write(GET)
    expect(await hear(client)).toMatch(/Connection: close\r\n[^]*\[answer\]$/)
    await stopped
  })

  it('but not for long: who says nothing is let go within its grace', async () => {
    await using served = await serve(Simple)
    const client = await served.client()
    await acceptedBy(served, client)
    const heard = hear(client)
    await served.server.shutdown({ grace_ms: Infinity })
    expect(await heard).toBe('')
  })

  it('ends a connection that sits in an unfinished head of a further request', async () => {
    hold()
    await using served = await serve(Held)
    const client = await idler(served)
    client.write('GET /x HT')
    await delay(20)
    const heard = hear(client)
    await served.server.shutdown({ grace_ms: Infinity })
    expect(await heard).toBe('')
  })

  it('leaves a request whose body is still coming the time to come', async () => {
    class Uploading extends RequestHandler {
      async do_PUT(): Promise<void> {
        await this.send_response_full(`[${(await this.read_body()).length}]`)
      }
    }
    await using served = await serve(Uploading)
    const client = await served.client()
    client.write('PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\nExpect: 100-continue\r\n\r\n')
    await hearUntil(client, (heard) => heard.includes('100 Continue'))
    client.write('some')
    const stopped = served.server.shutdown({ grace_ms: Infinity })
    await delay(10)
    client.write('more')
    expect(await hear(client)).toMatch(/Connection: close\r\n[^]*\[8\]$/)
    await stopped
  })

  it('keeps its time limits meanwhile', async () => {
    class Uploading extends RequestHandler {
      async do_PUT(): Promise<void> {
        await this.read_body()
      }
    }
    await using served = await serve(Uploading, { timeouts: { body_idle_ms: 30 } })
    const client = await served.client()
    client.write('PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\nExpect: 100-continue\r\n\r\n')
    await hearUntil(client, (heard) => heard.includes('100 Continue'))
    const heard = hear(client)
    await served.server.shutdown({ grace_ms: Infinity })
    expect(await heard).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('ends what is left when the grace time is over', async () => {
    hold()
    await using served = await serve(Held)
    const client = await served.client()
    client.write(GET)
    await until(() => Held.begun === 1)
    const heard = hear(client)
    await served.server.shutdown({ grace_ms: 20 })
    expect(await heard).toBe('')
  })

  it('is hurried by a second one with a shorter grace', async () => {
    hold()
    await using served = await serve(Held)
    const client = await served.client()
    client.write(GET)
    await until(() => Held.begun === 1)
    const heard = hear(client)
    const first = served.server.shutdown({ grace_ms: Infinity })
    await served.server.shutdown({ grace_ms: 10 })
    await first
    expect(await heard).toBe('')
  })

  it('is not held up by a second one with a longer grace', async () => {
    hold()
    await using served = await serve(Held)
    const client = await served.client()
    client.write(GET)
    await until(() => Held.begun === 1)
    client.resume()
    const first = served.server.shutdown({ grace_ms: 10 })
    await served.server.shutdown({ grace_ms: Infinity })
    await first
  })

  it.each([-1, NaN])('refuses a grace that is none, and goes on serving: %s', async (grace_ms) => {
    await using served = await serve(Simple)
    await expect(served.server.shutdown({ grace_ms })).rejects.toThrow(`grace_ms can't be ${grace_ms}`)
    expect(await served.talk(GET)).toContain('[answer]')
  })

  it('before anything was served, or listened to, is over at once', async () => {
    const server = new AdvancedHTTPServer(Simple, { addresses: [['127.0.0.1', 0]] })
    await server.shutdown()
    await server.shutdown()
    await expect(server.listen()).rejects.toThrow()
  })

  it('right behind serve_forever is not lost', async () => {
    for (let times = 0; times < 10; times += 1) {
      const server = new AdvancedHTTPServer(Simple, { addresses: [['127.0.0.1', 0]] })
      const forever = server.serve_forever()
      await server.shutdown()
      await forever
      expect(server.server_started).toBe(false)
    }
  })

  it('is told to handlers that ask, and one that fails at hearing it holds up nobody', async () => {
    const log = new LineLog()
    const told: string[] = []
    class Streaming extends RequestHandler {
      override async do_GET(): Promise<void> {
        const over = deferred()
        this.connection.onShutdown(() => {
          told.push(this.path)
          over.resolve()
          if (this.path === '/faulty') throw new Error('the fault')
        })
        this.send_response(200)
        this.end_headers()
        this.wfile.write('[event]')
        await over.promise
      }
    }
    await using served = await serve(Streaming, { logger: log })
    const clients = await Promise.all([served.client(), served.client()])
    for (const [place, client] of clients.entries()) {
      client.write(get(place === 0 ? 'faulty' : 'fine'))
      await hearUntil(client, (heard) => heard.includes('[event]'))
    }
    const heard = clients.map((client) => hear(client))
    await served.server.shutdown({ grace_ms: Infinity })
    await Promise.all(heard)
    expect(told.toSorted()).toEqual(['/faulty', '/fine'])
    expect(log.at('error')).toEqual(['exception while serving 127.0.0.1 [the fault]'])
  })

  it('closes WebSockets with 1001, and waits for theirs', async () => {
    class Socketed extends RequestHandler {
      static override web_socket_handler = WebSocketHandler
    }
    await using served = await serve(Socketed)
    const client = await served.client()
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    client.write(`GET /x HTTP/1.1\r\nHost: a\r\n${upgrade}${key}\r\n`)
    await hearUntil(client, (heard) => heard.includes('\r\n\r\n'))
    let isStopped = false
    const stopped = served.server.shutdown({ grace_ms: Infinity }).then(() => (isStopped = true))
    const goingAway = '\x88\x02\x03\xe9'
    await hearUntil(client, (heard) => heard.includes(goingAway))
    await delay(20)
    expect(isStopped).toBe(false)
    client.end(clientClose(1001))
    client.resume()
    await stopped
  })

  it('ends connections over streams that were handed over as well', async () => {
    await using served = await serve(Simple)
    const [here, there] = duplexPair()
    const over = served.server.sub_servers[0]?.handle_connection(there)
    here.write(GET)
    await once(here, 'data')
    here.resume()
    await served.server.shutdown({ grace_ms: 20 })
    await over
    expect(there.destroyed).toBe(true)
  })

  it('does not leave a connection behind that is made while it goes on', async () => {
    await using served = await serve(Simple)
    const stopped = served.server.shutdown({ grace_ms: Infinity })
    const [here, there] = duplexPair()
    const over = served.server.sub_servers[0]?.handle_connection(there)
    here.end(GET)
    here.resume()
    await over
    await stopped
  })
})

describe('a restart under load', () => {
  it('loses no answer to a request that a handler has begun to answer', { timeout: 60_000 }, async () => {
    let begun = 0
    class Counting extends RequestHandler {
      override async do_GET(): Promise<void> {
        begun += 1
        await delay(begun % 3)
        await this.send_response_full('[answer]')
      }
    }
    let port = 0
    const over = new AbortController()
    let answered = 0
    const agents = [new Agent({ keepAlive: true, maxSockets: 8 }), new Agent({ keepAlive: false })]
    /** One request, given up when the server is not there or closes an idle connection under it. */
    const ask = (agent: Agent): Promise<void> =>
      new Promise((resolve) => {
        const asked = request({ port, host: '127.0.0.1', agent, path: '/x' }, (response) => {
          let body = ''
          response.setEncoding('latin1').on('data', (text: string) => (body += text))
          response.on('end', () => {
            if (response.complete && body === '[answer]') answered += 1
            resolve()
          })
          response.on('error', () => resolve())
        })
        asked.on('error', () => setTimeout(resolve, 1))
        asked.end()
      })
    const clients = agents.flatMap((agent) =>
      Array.from({ length: 8 }, async () => {
        while (!over.signal.aborted) await ask(agent)
      }),
    )
    for (let times = 0; times < 5; times += 1) {
      const server = new AdvancedHTTPServer(Counting, { addresses: [['127.0.0.1', port]] })
      await server.listen()
      port = server.sub_servers[0]?.server_address[1] as number
      const before = answered
      await until(() => answered > before + 200)
      if (times === 4) over.abort()
      await server.shutdown()
    }
    await Promise.all(clients)
    for (const agent of agents) agent.destroy()
    expect(answered).toBe(begun)
  })
})

/** Waits until the server has taken the connection from the kernel: it answers the next one, which comes behind it. */
async function acceptedBy(served: Served, client: Socket): Promise<void> {
  const next = connect({ port: served.port, host: '127.0.0.1', allowHalfOpen: true })
  next.end(GET)
  await endOf(next)
  next.end()
  await closeOf(next)
  expect(client.destroyed).toBe(false)
}
