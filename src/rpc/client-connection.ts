/**
 * One connection of a client, over TCP or TLS: sends a request, collects its response, and knows whether another request
 * may follow. One exchange at a time; its client sees to that. Knows nothing of calls and formats.
 */
import { Buffer } from 'node:buffer'
import { connect, type Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { ResponseError, type ResponseFault } from '../http/errors.js'
import { NEED_DATA, type ResponseEvent, type ResponseHead } from '../http/events.js'
import type { Limits } from '../http/limits.js'
import { ResponseReader } from '../http/llhttp/response-reader.js'
import type { CallDeadline } from './call-deadline.js'
import { type ConnectionFault, RPCConnectionError } from './errors.js'

export interface Peer {
  host: string
  port: number
  /** null: plain TCP. */
  tls: ConnectionOptions | null
}

export interface ClientResponse {
  head: ResponseHead
  body: Buffer
}

/** A request that waits for its response. */
interface Exchange {
  head: ResponseHead | null
  readonly body: Buffer[]
  readonly resolve: (response: ClientResponse) => void
  readonly reject: (error: RPCConnectionError) => void
}

export class ClientConnection {
  readonly #socket: Socket
  readonly #reader: ResponseReader
  #exchange: Exchange | null = null
  /** Nothing more is sent: the peer or this side has ended the connection, or a response did. */
  #spent = false

  /** @param socket - Connected, and with TLS authenticated. */
  private constructor(socket: Socket, limits: Readonly<Limits>) {
    this.#socket = socket
    // A body is collected, so that both limits apply to it.
    const body_bytes = Math.min(limits.body_bytes, limits.collected_body_bytes)
    this.#reader = new ResponseReader({ limits: { ...limits, body_bytes } })
    socket.on('data', (octets: Buffer) => this.#receive(octets))
    socket.on('end', () => this.#receiveEnd())
    socket.on('error', (cause) => this.#fail(new RPCConnectionError('CONNECTION_LOST', cause.message, { cause })))
    socket.on('close', () => this.#receiveEnd())
  }

  /** @throws RPCConnectionError `CONNECT_FAILED`, or why the call ended early. */
  static async open(peer: Peer, limits: Readonly<Limits>, deadline: CallDeadline): Promise<ClientConnection> {
    const socket = peer.tls === null ? connect(peer.port, peer.host) : connectTls(peer, peer.tls)
    try {
      await deadline.race(connected(socket, peer))
      return new ClientConnection(socket.setNoDelay(true), limits)
    } catch (error) {
      socket.destroy()
      throw error
    }
  }

  /**
   * Whether another request may be sent. What the peer did in the meantime is looked at first, so that a connection that it
   * has closed is not taken for a live one.
   */
  async isReusable(): Promise<boolean> {
    if (this.#spent) return false
    // Events of the socket that are due come before this one.
    await new Promise(setImmediate)
    return !this.#spent
  }

  /**
   * Sends a request and collects the final response to it; those before it (1xx) are skipped.
   *
   * @throws RPCConnectionError when there is none; the connection is then spent.
   */
  async exchange(request: Buffer, deadline: CallDeadline): Promise<ClientResponse> {
    if (this.#spent) throw connectionLost()
    const response = new Promise<ClientResponse>((resolve, reject) => {
      this.#exchange = { head: null, body: [], resolve, reject }
    })
    const abort = (): void => this.#fail(deadline.error)
    deadline.signal.addEventListener('abort', abort)
    this.#reader.expect('RPC')
    this.#socket.ref()
    this.#socket.write(request)
    if (deadline.signal.aborted) abort()
    try {
      return await response
    } finally {
      deadline.signal.removeEventListener('abort', abort)
      // While nothing is awaited, the connection does not keep the process alive.
      this.#socket.unref()
    }
  }

  close(): void {
    this.#fail(new RPCConnectionError('CLOSED', 'the client was closed'))
  }

  #receive(octets: Buffer): void {
    // Octets that nobody asked for: no telling what they would answer.
    if (this.#exchange === null) return this.#end()
    this.#reader.receive(octets)
    this.#read(this.#exchange)
  }

  #receiveEnd(): void {
    if (this.#exchange === null) return this.#end()
    this.#reader.receiveEnd()
    this.#read(this.#exchange)
  }

  #read(exchange: Exchange): void {
    try {
      for (let event = this.#reader.next(); event !== NEED_DATA; event = this.#reader.next()) {
        if (event === null) throw connectionLost()
        if (this.#take(exchange, event)) return
      }
    } catch (cause) {
      this.#fail(asConnectionError(cause))
    }
  }

  /** Takes one event in; true when it completes the final response. */
  #take(exchange: Exchange, event: ResponseEvent): boolean {
    if (event.kind === 'head' && !event.interim) exchange.head = event
    if (event.kind === 'chunk') exchange.body.push(Buffer.from(event.octets))
    if (event.kind !== 'end' || exchange.head === null) return false
    this.#complete(exchange, exchange.head, event.keepsAlive)
    return true
  }

  #complete(exchange: Exchange, head: ResponseHead, keepsAlive: boolean): void {
    this.#exchange = null
    if (!keepsAlive || head.upgrade || !this.#isInStep) this.#end()
    exchange.resolve({ head, body: Buffer.concat(exchange.body) })
  }

  /** Whether the whole request was sent before its response came, and nothing has come behind it. */
  get #isInStep(): boolean {
    return this.#socket.writableLength === 0 && this.#reader.unparsedBytes === 0
  }

  #fail(error: RPCConnectionError): void {
    const exchange = this.#exchange
    this.#exchange = null
    this.#end()
    exchange?.reject(error)
  }

  #end(): void {
    this.#spent = true
    this.#reader.release()
    this.#socket.destroy()
  }
}

function connectTls(peer: Peer, options: ConnectionOptions): Socket {
  return process.getBuiltinModule('node:tls').connect({ ...options, ...addressOf(peer) })
}

function addressOf({ host, port }: Peer): ConnectionOptions {
  return { host, port }
}

function connected(socket: Socket, { host, port, tls }: Peer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(tls === null ? 'connect' : 'secureConnect', resolve)
    socket.once('error', (cause) => {
      reject(new RPCConnectionError('CONNECT_FAILED', `no connection to ${host}:${port}: ${cause.message}`, { cause }))
    })
    socket.once('close', () => reject(new RPCConnectionError('CONNECT_FAILED', `no connection to ${host}:${port}`)))
  })
}

function connectionLost(): RPCConnectionError {
  return new RPCConnectionError('CONNECTION_LOST', 'the server closed the connection')
}

/** What kept the octets of a peer from being a response. */
function asConnectionError(cause: unknown): RPCConnectionError {
  if (cause instanceof RPCConnectionError) return cause
  const fault = cause instanceof ResponseError ? cause.code : 'PARSER_FAILURE'
  return new RPCConnectionError(FAULTS[fault] ?? 'BAD_RESPONSE', `no response: ${String(cause)}`, { cause })
}

const FAULTS: Partial<Record<ResponseFault, ConnectionFault>> = {
  INCOMPLETE: 'CONNECTION_LOST',
  BODY_TOO_LARGE: 'RESPONSE_TOO_LARGE',
}
