/**
 * One listening address: binds it, hands accepted sockets on, and stops. What is spoken on the sockets is not its
 * business. A failing accept never ends a listener: it is told, at most once a second, and the next one is served.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { keepReadMemory } from './read-memory.js'

/** Length of the kernel's queue of connections not yet accepted; the kernel cuts it to its own maximum. */
const BACKLOG = 1_024

/** Accept errors are told this often at most: a machine out of descriptors must not fill its log besides. */
const TELL_EVERY_MS = 1_000

export interface ListenerEvents {
  /** A client has connected. The socket flows only when somebody reads it, and has an error listener already. */
  accepted(socket: Socket): void
  /** An accept failed (EMFILE, ECONNABORTED …); the listener goes on. */
  acceptFailed(error: Error): void
}

export class Listener {
  readonly #server: Server
  readonly #events: ListenerEvents
  #toldAt = -Infinity

  constructor(events: ListenerEvents) {
    this.#events = events
    // A client that shuts its sending side down still gets its answer.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      socket.on('error', ignore)
      events.accepted(socket)
    })
  }

  /**
   * @returns The address as bound: with the port the system chose for port 0.
   * @throws Error naming the address, with the system's `code` and the original error as `cause`.
   */
  listen(host: string, port: number): Promise<[host: string, port: number]> {
    keepReadMemory()
    return new Promise((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException): void => reject(listenError(cause, host, port))
      this.#server.once('error', failed)
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.off('error', failed)
        this.#server.on('error', (error) => this.#acceptFailed(error))
        const bound = this.#server.address() as AddressInfo
        resolve([bound.address, bound.port])
      })
    })
  }

  /** No further connection is accepted; those that live go on. */
  stop(): void {
    this.#server.close()
  }

  #acceptFailed(error: Error): void {
    const now = performance.now()
    if (now - this.#toldAt < TELL_EVERY_MS) return
    this.#toldAt = now
    this.#events.acceptFailed(error)
  }
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  const code = cause.code ?? 'ELISTEN'
  const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  return Object.assign(new Error(`${code} ${where}`, { cause }), { code, address: host, port })
}

function ignore(): void {}
