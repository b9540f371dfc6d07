/**
 * A server that says what a test tells it to: each connection is handed to the test's script, which reads requests octet for
 * octet and writes what it likes. Over TLS when it is given a certificate.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

/** One connection as the script sees it. */
class ScriptedConnection {
  #received = Buffer.alloc(0)
  #ended = false
  #wake: () => void = () => undefined

  constructor(readonly socket: Socket) {
    socket.on('data', (octets: Buffer) => {
      this.#received = Buffer.concat([this.#received, octets])
      this.#wake()
    })
    socket.on('close', () => {
      this.#ended = true
      this.#wake()
    })
    socket.on('error', () => undefined)
  }

  /** The next request, head and body as one latin-1 text; null when the client has closed the connection. */
  async request(): Promise<string | null> {
    for (;;) {
      const text = this.#received.toString('latin1')
      const end = text.indexOf('\r\n\r\n') + 4
      const length = end + Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0)
      if (end >= 4 && text.length >= length) {
        this.#received = this.#received.subarray(length)
        return text.slice(0, length)
      }
      if (this.#ended) return null
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Writes a response with this body, framed by its length. */
  reply(body: string | Buffer, head = 'Content-Type: application/json\r\n'): void {
    const octets = Buffer.from(body as string)
    this.socket.write(
      Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}Content-Length: ${octets.length}\r\n\r\n`), octets]),
    )
  }
}

/** The usual answer of a method. */
export function resultOf(json: string): string {
  return `{"result": ${json}, "exception_occurred": false}`
}

/** What a server does with a connection; the index counts from 0. */
export type Script = (connection: ScriptedConnection, index: number) => Promise<void>

export class ScriptedServer implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Connections made so far. */
  connections = 0

  private constructor(server: Server, event: string, script: Script) {
    this.#server = server
    server.on(event, (socket: Socket) => {
      this.#sockets.add(socket)
      void script(new ScriptedConnection(socket), this.connections++)
    })
  }

  static async start(script: Script, tls?: TlsOptions): Promise<ScriptedServer> {
    const scripted =
      tls === undefined
        ? new ScriptedServer(createServer({ allowHalfOpen: true }), 'connection', script)
        : new ScriptedServer(createTlsServer(tls), 'secureConnection', script)
    scripted.#server.listen(0, '127.0.0.1')
    await once(scripted.#server, 'listening')
    return scripted
  }

  get address(): [host: string, port: number] {
    return ['127.0.0.1', (this.#server.address() as AddressInfo).port]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Answers every request of every connection with what the function makes of it. */
export function answering(answer: (request: string) => string | Buffer): Script {
  return async (connection) => {
    for (let request = await connection.request(); request !== null; request = await connection.request()) {
      connection.reply(answer(request))
    }
  }
}
