/** A server on a free loopback port for the length of one test, and a client that says octets and hears octets. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { AdvancedHTTPServer, type AdvancedHTTPServerOptions, type HandlerClass } from '../../src/index.js'

export interface Served extends AsyncDisposable {
  readonly server: AdvancedHTTPServer
  readonly port: number
  /** Sends octets, half-closes, and gives all that came back until the server closed; dates masked. */
  talk(octets: string | Buffer): Promise<string>
  /** A connected socket; closed with the test. */
  client(): Promise<Socket>
}

export async function serve(klass: HandlerClass, options: AdvancedHTTPServerOptions = {}): Promise<Served> {
  const server = new AdvancedHTTPServer(klass, { addresses: [['127.0.0.1', 0]], ...options })
  await server.listen()
  const port = server.sub_servers[0]?.server_address[1] as number
  const clients: Socket[] = []
  const client = async (): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    socket.on('error', () => {})
    clients.push(socket)
    await once(socket, 'connect')
    return socket
  }
  return {
    server,
    port,
    client,
    async talk(octets) {
      const socket = await client()
      socket.end(octets)
      return maskDates(await hear(socket))
    },
    async [Symbol.asyncDispose]() {
      for (const socket of clients) socket.destroy()
      await server.shutdown({ grace_ms: 0 })
    },
  }
}

/** All octets until the other side has ended, as latin-1 text; what came before a reset counts. */
export async function hear(socket: Socket): Promise<string> {
  let heard = ''
  socket.on('data', (octets: Buffer) => {
    heard += octets.toString('latin1')
  })
  await new Promise<void>((resolve) => {
    socket.once('end', resolve)
    socket.once('close', () => resolve())
    socket.resume()
  })
  socket.end()
  return heard
}

/** Waits until the text heard so far satisfies the condition. @throws when the connection ends first. */
export function hearUntil(socket: Socket, enough: (heard: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = ''
    const onData = (octets: Buffer): void => {
      heard += octets.toString('latin1')
      if (!enough(heard)) return
      socket.off('data', onData)
      socket.off('close', onEnd)
      socket.off('end', onEnd)
      socket.pause()
      resolve(heard)
    }
    const onEnd = (): void => reject(new Error(`the connection ended after ${JSON.stringify(heard)}`))
    socket.on('data', onData)
    socket.once('close', onEnd)
    socket.once('end', onEnd)
    socket.resume()
  })
}

export function maskDates(text: string): string {
  return text.replaceAll(/^Date: .*(?=\r$)/gm, 'Date: <DATE>')
}
