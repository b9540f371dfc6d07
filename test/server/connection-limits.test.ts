/** How many connections a server takes, in all and from one address, and what becomes of those beyond. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type Limits, RequestHandler, type Timeouts } from '../../src/index.js'
import { hear, hearUntil, serve, type Served } from '../support/serve.js'
import { closeOf, endOf } from '../support/socket-end.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
const BUSY = 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

class Simple extends RequestHandler {
  override do_GET(): void {
    void this.send_response_full('[answer]')
  }
}

function limited(limits: Partial<Limits>, timeouts: Partial<Timeouts> = {}): Promise<Served> {
  return serve(Simple, { limits, timeouts })
}

/** A connection that is open and has had an answer. */
async function served(server: Served): Promise<Socket> {
  const client = await server.client()
  client.write(GET)
  await hearUntil(client, (heard) => heard.includes('[answer]'))
  return client
}

/** A connection from another loopback address. */
async function from(localAddress: string, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true })
  await once(socket, 'connect')
  return socket
}

describe('connections beyond the limit', () => {
  it('are answered 503, whatever they say, and those within it are served', async () => {
    await using server = await limited({ connections: 2 })
    const first = await served(server)
    const second = await served(server)
    expect(await server.talk(GET)).toBe(BUSY)
    expect(await server.talk('')).toBe(BUSY)
    for (const client of [first, second]) {
      client.write(GET)
      expect(await hearUntil(client, (heard) => heard.includes('[answer]'))).toContain('200 OK')
    }
  })

  it('find room when one of those within it ends', async () => {
    await using server = await limited({ connections: 1 })
    for (let times = 0; times < 5; times += 1) {
      const client = await served(server)
      expect(await server.talk(GET)).toBe(BUSY)
      client.end()
      await closeOf(client)
    }
    expect(await server.talk(GET)).toContain('[answer]')
  })

  it('may be closed without an answer', async () => {
    await using server = await limited({ connections: 1, busy_answers: 0 })
    await served(server)
    expect(await server.talk(GET)).toBe('')
  })

  it('are answered so many at a time, and the others closed at once', async () => {
    await using server = await limited({ connections: 1, busy_answers: 2 }, { linger_ms: Infinity })
    await served(server)
    const clients = [await server.client(), await server.client(), await server.client()]
    const [first, second, third] = await Promise.all(
      clients.map(async (client) => {
        let heard = ''
        client.on('data', (octets: Buffer) => (heard += octets.toString('latin1')))
        await endOf(client)
        return heard
      }),
    )
    expect([first, second, third]).toEqual([BUSY, BUSY, ''])
    // An answered client that leaves makes room for the next answer.
    clients[0]?.end()
    await closeOf(clients[0] as Socket)
    let answer = ''
    while (answer === '') answer = await server.talk('')
    expect(answer).toBe(BUSY)
  })

  it('can not stay by sending on and on', async () => {
    await using server = await limited({ connections: 1 }, { linger_ms: 30 })
    await served(server)
    const client = await server.client()
    const timer = setInterval(() => client.write('x'), 2)
    client.resume()
    await closeOf(client)
    clearInterval(timer)
  })

  it('may take any time to leave where lingering has no limit, but not beyond a shutdown', async () => {
    const server = await limited({ connections: 1 }, { linger_ms: Infinity })
    await served(server)
    const client = await server.client()
    await hearUntil(client, (heard) => heard === BUSY)
    const ended = endOf(client)
    await server.server.shutdown({ grace_ms: 10 })
    await ended
    await server[Symbol.asyncDispose]()
  })
})

describe('connections from one address beyond its limit', () => {
  it('are answered 503, and those from elsewhere are served', async () => {
    await using server = await limited({ connections_per_address: 1 })
    await served(server)
    expect(await server.talk(GET)).toBe(BUSY)
    const elsewhere = await from('127.0.0.9', server.port)
    elsewhere.end(GET)
    expect(await hear(elsewhere)).toContain('[answer]')
  })

  it('are counted address by address', async () => {
    await using server = await limited({ connections_per_address: 2, connections: 3 })
    await served(server)
    await served(server)
    expect(await server.talk(GET)).toBe(BUSY)
    const elsewhere = await from('127.0.0.9', server.port)
    elsewhere.write(GET)
    await hearUntil(elsewhere, (heard) => heard.includes('[answer]'))
    const third = await from('127.0.0.8', server.port)
    expect(await hear(third)).toBe(BUSY)
    elsewhere.destroy()
  })

  it('are those of all the server’s addresses together', async () => {
    await using server = await serve(Simple, {
      limits: { connections: 1 },
      addresses: [
        ['127.0.0.1', 0],
        ['127.0.0.1', 0],
      ],
    })
    await served(server)
    const other = connect({
      port: server.server.sub_servers[1]?.server_address[1] as number,
      host: '127.0.0.1',
      allowHalfOpen: true,
    })
    expect(await hear(other)).toBe(BUSY)
  })
})
