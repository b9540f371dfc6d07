/**
 * A plain `net.Server` in front of `acceptTls`, as the library's own listener is one, and the clients to try it with.
 * It knows every socket it accepted, so that a test can wait until none is left.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { type AcceptedTls, acceptTls, type AcceptTlsOptions } from '../../src/tls/accept.js'
import type { CertificateStore } from '../../src/tls/certificate-store.js'

type OnConnection = (accepted: AcceptedTls) => void

export class TlsListener {
  /** Sockets accepted and not yet closed. */
  readonly open = new Set<Socket>()
  /** What acceptTls told, in order. */
  readonly told: (AcceptedTls | null)[] = []
  readonly #server: Server
  #accepted = 0
  #changed: () => void = () => {}

  private constructor(store: CertificateStore, options: AcceptTlsOptions, onConnection: OnConnection) {
    this.#server = createServer({ allowHalfOpen: true }, (raw) => {
      this.#accepted += 1
      this.open.add(raw)
      raw.once('close', () => {
        this.open.delete(raw)
        this.#changed()
      })
      acceptTls(raw, store, options, (accepted) => {
        this.told.push(accepted)
        if (accepted) onConnection(accepted)
        this.#changed()
      })
    })
  }

  /** Listens on any free port; by default a connection gets its octets back. */
  static async start(
    store: CertificateStore,
    options: Partial<AcceptTlsOptions> = {},
    onConnection: OnConnection = ({ stream }) => stream.pipe(stream),
  ): Promise<TlsListener> {
    const listener = new TlsListener(store, { handshake_ms: 10_000, ...options }, onConnection)
    listener.#server.listen(0, '127.0.0.1')
    await once(listener.#server, 'listening')
    return listener
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Resolves when so many clients were accepted, acceptTls has told of each, and no socket is open any more. */
  async emptied(clients: number): Promise<void> {
    await this.#until(() => this.#accepted === clients && this.told.length === clients && this.open.size === 0)
  }

  /** Resolves when acceptTls has told of so many sockets. */
  async settled(clients: number): Promise<void> {
    await this.#until(() => this.told.length >= clients)
  }

  /** A TCP client, connected. */
  async connect(): Promise<Socket> {
    const socket = connect({ port: this.port, host: '127.0.0.1', allowHalfOpen: true })
    await once(socket, 'connect')
    return socket
  }

  /** A TLS client after its side of the handshake; trusts anybody. @throws what the handshake failed with. */
  async connectTls(options: ConnectionOptions = {}, allowHalfOpen = false): Promise<TLSSocket> {
    const address = { port: this.port, host: '127.0.0.1' }
    const socket = connectTls({ ...address, rejectUnauthorized: false, ...options, allowHalfOpen } as ConnectionOptions)
    await once(socket, 'secureConnect')
    return socket
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const raw of this.open) raw.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }
}

/** All that a peer sends until it ends or resets; the reset's code in the second place. */
export async function collect(socket: Socket): Promise<[text: string, error: string | null]> {
  const octets: Buffer[] = []
  let error: string | null = null
  socket.on('data', (chunk: Buffer) => octets.push(chunk))
  socket.on('error', (reason: NodeJS.ErrnoException) => {
    error = reason.code ?? reason.message
  })
  await new Promise<void>((resolve) => {
    socket.once('end', resolve)
    socket.once('close', () => resolve())
  })
  return [Buffer.concat(octets).toString('latin1'), error]
}
