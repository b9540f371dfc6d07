/** Binding: every address or none, and errors that say which one. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { describe, expect, it } from 'vitest'
import { AdvancedHTTPServer, RequestHandler } from '../../src/index.js'
import { hear } from '../support/serve.js'

class Where extends RequestHandler {
  override do_GET(): void {
    const { server_address } = this.server as unknown as { server_address: readonly [string, number] }
    void this.send_response_full(`[${server_address.join(':')}]`)
  }
}

async function ask(port: number, host = '127.0.0.1'): Promise<string> {
  const socket = connect({ port, host, allowHalfOpen: true })
  socket.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  return await hear(socket)
}

/** A port that somebody else has. */
async function taken(): Promise<Server & AsyncDisposable> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(server, {
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  })
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

describe('listening', () => {
  it('happens at each address, and each tells the port it got', async () => {
    await using server = new AdvancedHTTPServer(Where, {
      addresses: [
        ['127.0.0.1', 0],
        ['127.0.0.1', 0],
        ['127.0.0.2', 0],
      ],
    })
    await server.listen()
    const addresses = server.sub_servers.map(({ server_address }) => server_address)
    expect(new Set(addresses.map(String)).size).toBe(3)
    for (const [host, port] of addresses) expect(await ask(port, host)).toContain(`[${host}:${port}]`)
  })

  it('fails with the address that is in use, and binds no other', async () => {
    await using other = await taken()
    const port = portOf(other)
    const server = new AdvancedHTTPServer(Where, {
      addresses: [
        ['127.0.0.1', 0],
        ['127.0.0.1', port],
        ['127.0.0.1', 0],
      ],
    })
    await expect(server.listen()).rejects.toMatchObject({
      message: `EADDRINUSE 127.0.0.1:${port}`,
      code: 'EADDRINUSE',
      address: '127.0.0.1',
      port,
      cause: { syscall: 'listen' },
    })
    expect(server.server_started).toBe(false)
    for (const { server_address } of server.sub_servers) {
      if (server_address[1] === port) continue
      const socket = connect({ port: server_address[1], host: '127.0.0.1' })
      await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    }
    await server.shutdown()
  })

  it('fails for an address that is not of this machine', async () => {
    const server = new AdvancedHTTPServer(Where, { addresses: [['192.0.2.1', 0]] })
    await expect(server.listen()).rejects.toMatchObject({ message: 'EADDRNOTAVAIL 192.0.2.1:0', code: 'EADDRNOTAVAIL' })
  })

  it('fails for good: the second attempt says the same', async () => {
    await using other = await taken()
    const server = new AdvancedHTTPServer(Where, { addresses: [['127.0.0.1', portOf(other)]] })
    await expect(server.listen()).rejects.toThrow('EADDRINUSE')
    await expect(server.listen()).rejects.toThrow()
    await expect(server.serve_forever()).rejects.toThrow()
  })

  it('twice is listening once', async () => {
    await using server = new AdvancedHTTPServer(Where, { addresses: [['127.0.0.1', 0]] })
    await Promise.all([server.listen(), server.listen()])
    await server.listen()
    expect(await ask(server.sub_servers[0]?.server_address[1] as number)).toContain('200 OK')
  })

  it('frees its port with the shutdown, so that the next server has it', async () => {
    let port = 0
    for (let times = 0; times < 3; times += 1) {
      const server = new AdvancedHTTPServer(Where, { addresses: [['127.0.0.1', port]] })
      await server.listen()
      port = server.sub_servers[0]?.server_address[1] as number
      expect(await ask(port)).toContain('200 OK')
      await server.shutdown()
    }
  })
})

describe('verify_request', () => {
  it('refuses a connection before a handler is made for it', async () => {
    await using server = new AdvancedHTTPServer(Where, { addresses: [['127.0.0.1', 0]] })
    const sub = server.sub_servers[0] as (typeof server.sub_servers)[0]
    const asked: string[] = []
    sub.verify_request = (_stream, [host]) => {
      asked.push(host)
      return false
    }
    await server.listen()
    expect(await ask(sub.server_address[1])).toBe('')
    expect(asked).toEqual(['127.0.0.1'])
  })

  it('that fails refuses, and its failure is told', async () => {
    await using server = new AdvancedHTTPServer(Where, { addresses: [['127.0.0.1', 0]] })
    const sub = server.sub_servers[0] as (typeof server.sub_servers)[0]
    const told: unknown[] = []
    sub.handle_error = (error) => told.push(error)
    sub.verify_request = () => {
      throw new Error('the fault')
    }
    await server.listen()
    expect(await ask(sub.server_address[1])).toBe('')
    expect(told).toMatchObject([{ message: 'the fault' }])
  })
})
