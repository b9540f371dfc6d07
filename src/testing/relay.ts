/**
 * A TCP relay in front of a server, for what has to happen below TLS and before any handler exists. It hands octets on as
 * they come, in both directions, and commits the faults of a handshake on the way. Knows no TLS: a server's first part of
 * the handshake is what it sends before its client answers.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { HandshakeFault } from './faults/fault.js'

export class Relay {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
  }

  /** Listens on a free port of the same host. */
  static async open(host: string, port: number, fault: HandshakeFault): Promise<Relay> {
    const server = createServer({ allowHalfOpen: true, noDelay: true })
    const relay = new Relay(server)
    server.on('connection', (client) =>
      relay.#join(client, connect({ host, port, allowHalfOpen: true, noDelay: true }), fault),
    )
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, host, resolve)
    })
    return relay
  }

  get port(): number {
    const address = this.#server.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  }

  /** Ends all connections. Resolves when no socket is left. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #join(client: Socket, server: Socket, fault: HandshakeFault): void {
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroySoon()
      })
    }
    client.pipe(server)
    slowed(client, server, fault.parameters).catch(() => client.destroy())
  }
}

/** Hands the server's octets on: slowly until the client has answered the first of them, at once from then on. */
async function slowed(client: Socket, server: Socket, { ms, octets }: HandshakeFault['parameters']): Promise<void> {
  const progress = { begun: false, answered: false }
  client.on('data', () => {
    progress.answered = progress.begun
  })
  for await (const chunk of server as AsyncIterable<Buffer>) {
    let rest = chunk
    while (rest.length > 0 && !client.destroyed) {
      const step = progress.answered ? rest.length : Math.min(Math.max(octets, 1), rest.length)
      if (!progress.answered) await pause(ms, client)
      client.write(rest.subarray(0, step))
      rest = rest.subarray(step)
      progress.begun = true
    }
  }
  client.end()
}

function pause(ms: number, client: Socket): Promise<void> {
  return new Promise((resolve) => {
    const timer = ms === Infinity ? undefined : setTimeout(resolve, ms)
    client.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
