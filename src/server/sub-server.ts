/**
 * One listening address of a server, as Python's socketserver has it: it accepts, makes a handler for each connection
 * and runs it. Handlers see it as `this.server`, with whatever values a program has put on it.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { inspect, type InspectOptions } from 'node:util'
import type { BaseHTTPRequestHandler } from '../handler/base-request-handler.js'
import { observeConnection } from '../handler/diagnostics.js'
import type { HandlerServer, ServerConfig } from '../handler/handler-server.js'
import { type Limits, resolveLimits } from '../http/limits.js'
import type { Logger } from '../logging/logger.js'
import { SocketConnection } from '../net/connection.js'
import { Listener } from '../net/listener.js'
import { Refusals } from '../net/refusals.js'
import { resolveTimeouts, type Timeouts } from '../net/timeouts.js'
import { acceptTls } from '../tls/accept.js'
import type { CertificateStore } from '../tls/certificate-store.js'
import { ConnectionCounter } from './connection-counter.js'
import type { HandlerClass } from './handler-class.js'
import { LiveObjects } from './live-objects.js'
import { answerUnready } from './unready-answer.js'

/** What all addresses of a server share. */
export interface SharedParts {
  readonly config: ServerConfig
  /** Where it and its handlers log to. */
  readonly logger: Logger
  readonly limits: Readonly<Limits>
  readonly timeouts: Readonly<Timeouts>
  /** Present when any address speaks TLS. */
  readonly certificates: CertificateStore | null
  /** Open connections of all addresses together. */
  readonly counter: ConnectionCounter
}

type ClientAddress = readonly [host: string, port: number]

/** What a handler class may say of the connections it serves. */
interface ClassSettings {
  readonly limits?: Partial<Limits>
  readonly timeouts?: Partial<Timeouts>
}

/** Serves one connection at a time; the others wait until it has ended. */
export class ServerNonThreaded implements HandlerServer {
  /** Host and port; after `listen` the port that is really bound. */
  server_address: readonly [host: string, port: number]
  /** Whether TLS is spoken at this address. */
  readonly using_ssl: boolean
  readonly logger: Logger
  /** Class whose instances serve one connection each. */
  readonly RequestHandlerClass: HandlerClass
  readonly #parts: SharedParts
  readonly #limits: Readonly<Limits>
  readonly #timeouts: Readonly<Timeouts>
  readonly #listener: Listener
  readonly #refusals: Refusals
  /** TCP sockets accepted and not closed: also those in a TLS handshake, waiting for their turn, or refused. */
  readonly #sockets = new LiveObjects<Socket>()
  readonly #connections = new LiveObjects<SocketConnection>()
  /** Settles when no connection is being served any more. */
  #lastTurn: Promise<void> = Promise.resolve()
  #windingDown = false

  /** @throws RangeError, TypeError naming the limit or timeout of the class that is none. */
  constructor(address: readonly [string, number], using_ssl: boolean, klass: HandlerClass, parts: SharedParts) {
    this.server_address = address
    this.using_ssl = using_ssl
    this.logger = parts.logger
    this.RequestHandlerClass = klass
    this.#parts = parts
    const settings = klass as ClassSettings
    this.#limits = resolveLimits(settings.limits, parts.limits)
    this.#timeouts = resolveTimeouts(settings.timeouts, parts.timeouts)
    this.#refusals = new Refusals(using_ssl ? 0 : this.#limits.busy_answers, this.#timeouts.linger_ms)
    this.#listener = new Listener({
      accepted: (socket) => this.#accepted(socket),
      acceptFailed: (error) => this.logger.warn(`accept failed: ${error.message}`),
    })
  }

  /** The settings that all addresses of a server share, as they are now. */
  get_config(): ServerConfig {
    return this.#parts.config
  }

  /** Binds the address. @throws Error naming the address when it can't be bound. */
  async listen(): Promise<void> {
    this.server_address = await this.#listener.listen(...this.server_address)
  }

  /** Overridable: false refuses a connection that was just accepted. Source: `socketserver.BaseServer.verify_request`. */
  verify_request(_request: Duplex, _client_address: ClientAddress): boolean {
    return true
  }

  /** Overridable: hears of an exception that no step of a handler has dealt with. */
  handle_error(error: unknown, client_address: ClientAddress): void {
    this.logger.error(`exception while serving ${client_address[0]}`, error)
  }

  /**
   * Serves HTTP on a connected stream that the embedding program hands over. Resolves when the stream is closed, or was
   * taken over by a handler and closed then.
   *
   * @param client_address - What handlers see; that of the socket by default.
   */
  handle_connection(stream: Duplex, client_address?: ClientAddress): Promise<void> {
    return this.#serve(
      stream,
      client_address ?? addressOf(stream as Partial<Socket>),
      (stream as Partial<TLSSocket>).encrypted === true,
      null,
    )
  }

  /** One connection after the other; {@link ServerThreaded} serves them side by side. */
  protected process_request(serve: () => Promise<void>): void {
    this.#lastTurn = this.#lastTurn.then(serve)
  }

  /** No more connections; those that live get no further request than those already on their way. */
  windDown(): void {
    this.#windingDown = true
    this.#listener.stop()
    for (const connection of this.#connections.all()) this.#windDown(connection)
  }

  #windDown(connection: SocketConnection): void {
    try {
      connection.windDown()
    } catch (error) {
      this.#report(error, connection.client_address)
    }
  }

  /** Resolves when every socket is closed. */
  async closed(): Promise<void> {
    const sockets = this.#sockets.all().map((socket) => new Promise((resolve) => socket.once('close', resolve)))
    await Promise.all([...sockets, ...this.#connections.all().map((connection) => connection.closed)])
  }

  /** Ends what still lives. */
  destroyAll(): void {
    for (const connection of this.#connections.all()) connection.abort()
    for (const socket of this.#sockets.all()) socket.destroy()
  }

  #accepted(socket: Socket): void {
    const client_address = addressOf(socket)
    const { counter } = this.#parts
    const stay = this.#sockets.add(socket)
    const isCounted = !this.#windingDown && counter.enter(client_address[0], this.#limits)
    socket.on('close', () => {
      this.#sockets.remove(stay)
      if (isCounted) counter.leave(client_address[0])
    })
    if (!isCounted) this.#refusals.refuse(socket)
    else if (!this.#admits(socket, client_address)) socket.destroy()
    else if (this.using_ssl) this.#secure(socket, client_address)
    else this.#process(socket, client_address, false, null)
  }

  #admits(socket: Socket, client_address: ClientAddress): boolean {
    try {
      return this.verify_request(socket, client_address)
    } catch (error) {
      this.#report(error, client_address)
      return false
    }
  }

  #secure(socket: Socket, client_address: ClientAddress): void {
    const { certificates } = this.#parts
    if (certificates === null) throw new Error('an address speaks TLS without certificates')
    acceptTls(socket, certificates, this.#timeouts, (accepted) => {
      if (accepted !== null) this.#process(accepted.stream, client_address, true, accepted.raw)
    })
  }

  #process(stream: Duplex, client_address: ClientAddress, encrypted: boolean, raw: Socket | null): void {
    try {
      this.process_request(() => this.#serve(stream, client_address, encrypted, raw))
    } catch (error) {
      this.#report(error, client_address)
      stream.destroy()
    }
  }

  /** Serves a connection to its end. Never rejects: one connection's trouble is no other's. */
  #serve(stream: Duplex, client_address: ClientAddress, encrypted: boolean, raw: Socket | null): Promise<void> {
    const limits = this.#limits
    const timeouts = this.#timeouts
    const connection = new SocketConnection(stream, { client_address, encrypted, limits, timeouts, raw })
    const stay = this.#connections.add(connection)
    observeConnection(connection, this)
    // A handler may never settle; its connection is gone all the same.
    connection.whenClosed(() => this.#connections.remove(stay))
    if (this.#windingDown) this.#windDown(connection)
    const end = (): Promise<void> => connection.close()
    return this.finish_request(connection).then(end, (error: unknown) => {
      this.#report(error, client_address)
      return end()
    })
  }

  /** What `util.inspect` shows: the address, what is served there, and the values the program has put on it. */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    const { logger: _logger, RequestHandlerClass, ...shown } = this
    const handler = RequestHandlerClass.name
    return `${this.constructor.name} ${inspect({ ...shown, handler, connections: this.#connections.size }, options)}`
  }

  #report(error: unknown, client_address: ClientAddress): void {
    try {
      this.handle_error(error, client_address)
    } catch {
      // Who fails at hearing of a failure can't be told of that one either.
    }
  }

  /** Makes the handler of a connection and runs it to its end. Source: `socketserver.BaseRequestHandler.__init__`. */
  protected async finish_request(connection: SocketConnection): Promise<void> {
    const handler = await this.#readyHandler(connection)
    if (handler === null) return answerUnready(connection, this.get_config().server_version)
    try {
      await handler.handle()
    } finally {
      await handler.finish()
    }
  }

  /** A handler that is ready for its first request; null when it has failed to become one, which is reported. */
  async #readyHandler(connection: SocketConnection): Promise<BaseHTTPRequestHandler | null> {
    // Whether the class takes this kind of server is its author's to say: the type of the option can't.
    const Handler = this.RequestHandlerClass as unknown as new (
      connection: SocketConnection,
      server: this,
    ) => BaseHTTPRequestHandler
    try {
      const handler = new Handler(connection, this)
      connection.requireHost = handler.require_host
      await handler.on_init()
      await handler.setup()
      return handler
    } catch (error) {
      this.#report(error, connection.client_address)
      return null
    }
  }
}

/** Serves its connections side by side. */
export class ServerThreaded extends ServerNonThreaded {
  protected override process_request(serve: () => Promise<void>): void {
    void serve()
  }
}

/** What handlers see of a stream that has no address: an empty host and port 0. */
function addressOf(stream: Partial<Socket>): ClientAddress {
  return [stream.remoteAddress ?? '', stream.remotePort ?? 0]
}
