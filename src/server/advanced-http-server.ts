/**
 * Python's `AdvancedHTTPServer`: one handler class served at any number of addresses, with and without TLS, that are
 * bound and shut down together. Composes what the other rooms make; its settings are ServerProperties.
 */
import type { Duplex } from 'node:stream'
import { inspect, type InspectOptions } from 'node:util'
import { abortable, type WaitOptions } from '../handler/abortable.js'
import type { ServerConfig } from '../handler/handler-server.js'
import { resolveLimits } from '../http/limits.js'
import { type Logger, SILENT_LOGGER } from '../logging/logger.js'
import { resolveTimeouts } from '../net/timeouts.js'
import { CertificateStore } from '../tls/certificate-store.js'
import { resolveAddresses } from './addresses.js'
import { ConnectionCounter } from './connection-counter.js'
import type { HandlerClass } from './handler-class.js'
import { ServerError } from './server-error.js'
import type { AdvancedHTTPServerOptions, ServeOptions, ShutdownOptions, SubServer } from './server-options.js'
import { defaultConfig, ServerProperties } from './server-properties.js'
import { ServerNonThreaded, ServerThreaded, type SharedParts } from './sub-server.js'
import { heedShutdown, isWorker, WorkerGroup } from './workers.js'

/** How long requests in flight may take after `shutdown`, in milliseconds. */
const DEFAULT_GRACE_MS = 10_000

/** Longest delay `setTimeout` can express. */
const LONGEST_DELAY_MS = 2_147_483_647

/**
 * A server of one handler class at any number of addresses.
 *
 * @typeParam Values - What the program puts on each of {@link sub_servers}, so that its handlers find it at
 * `this.server`. Give handlers the same: `class MyHandler extends RequestHandler<SubServer<Values>>`.
 * @remarks Source: AdvancedHTTPServer's class of this name.
 */
export class AdvancedHTTPServer<Values extends object = object> extends ServerProperties {
  /** One per address, in their order. A subclass sets values for its handlers on each of them. */
  readonly sub_servers: SubServer<Values>[]
  readonly #config: ServerConfig
  readonly #logger: Logger
  #state: 'new' | 'listening' | 'stopping' = 'new'
  #listening: Promise<void> | null = null
  #stopped: Promise<void> | null = null
  /** The processes that serve in this one's place; null when it serves itself. */
  #workers: WorkerGroup | null = null
  readonly #done: Promise<void>
  #tellDone: () => void = () => {}

  /**
   * @param handler_klass - Class whose instances serve one connection each.
   * @throws TypeError, RangeError naming the option that is wrong; CertificateError naming the file.
   */
  constructor(handler_klass: HandlerClass, options: AdvancedHTTPServerOptions = {}) {
    const addresses = resolveAddresses(options)
    const config = defaultConfig()
    const certificates = certificatesOf(options)
    super(config, certificates)
    this.#config = config
    this.#logger = options.logger ?? SILENT_LOGGER
    const parts: SharedParts = {
      config,
      logger: this.#logger,
      limits: resolveLimits(options.limits),
      timeouts: resolveTimeouts(options.timeouts),
      certificates,
      counter: new ConnectionCounter(),
    }
    const Listening = options.use_threads === false ? ServerNonThreaded : ServerThreaded
    // Their values are the program's to set, once it has this server.
    this.sub_servers = addresses.map(
      ([host, port, use_ssl]) => new Listening([host, port], use_ssl, handler_klass, parts) as SubServer<Values>,
    )
    this.#done = new Promise((resolve) => {
      this.#tellDone = resolve
    })
  }

  /** Whether it listens: from the time all addresses are bound until it is shut down. */
  get server_started(): boolean {
    return this.#state === 'listening'
  }

  /**
   * Binds every address, or none.
   *
   * @param options - `signal`: when it is aborted before all are bound, the server is shut down.
   * @throws Error naming the address that can't be bound (`EADDRINUSE 127.0.0.1:8080`), with the system's `code`;
   * ServerError `SHUT_DOWN`; the reason of the signal.
   */
  async listen({ signal }: WaitOptions = {}): Promise<void> {
    if (this.#state === 'stopping') throw new ServerError('SHUT_DOWN', 'the server has been shut down')
    signal?.throwIfAborted()
    this.#listening ??= this.#bindAll()
    try {
      await abortable(this.#listening, signal)
    } catch (error) {
      if (signal?.aborted) void this.shutdown({ grace_ms: 0 })
      throw error
    }
  }

  async #bindAll(): Promise<void> {
    const outcomes = await Promise.allSettled(this.sub_servers.map((sub_server) => sub_server.listen()))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed !== undefined) {
      for (const sub_server of this.sub_servers) sub_server.windDown()
      this.#state = 'stopping'
      throw failed.reason
    }
    if (this.#state === 'new') this.#state = 'listening'
    for (const { server_address, using_ssl } of this.sub_servers) {
      this.#logger.info(`listening on ${server_address[0]}:${server_address[1]}${using_ssl ? ' with ssl' : ''}`)
    }
  }

  /**
   * Listens if that has not been done, and resolves once the server is shut down.
   *
   * @param options - `workers`: serve in so many processes; this one then only keeps them alive. `signal`: shuts the server
   * down, with the default grace, and so resolves the promise.
   * @throws as {@link listen}, also for a signal that is aborted already; RangeError for a number of workers below 1;
   * ServerError `WORKER_FAILED` when a worker can't start.
   */
  async serve_forever({ workers, signal }: ServeOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    const stop = (): void => void this.shutdown()
    signal?.addEventListener('abort', stop)
    try {
      if (workers !== undefined && !isWorker()) return await this.#serveInWorkers(workers)
      if (workers !== undefined) heedShutdown((given) => this.shutdown(given))
      await this.listen()
      await this.#done
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  /**
   * Serves HTTP on a connected stream that the embedding program hands over, as the first of {@link sub_servers} does, and
   * whether or not the server listens. Resolves when the stream is closed.
   *
   * @param client_address - What handlers see; that of the socket by default.
   */
  handle_connection(stream: Duplex, client_address?: readonly [host: string, port: number]): Promise<void> {
    const [first] = this.sub_servers as [SubServer<Values>]
    return first.handle_connection(stream, client_address)
  }

  async #serveInWorkers(count: number): Promise<void> {
    this.#workers = new WorkerGroup(count)
    this.#state = 'listening'
    await this.#workers.run()
  }

  /**
   * Stops accepting, lets requests in flight finish, closes idle connections at once and the rest after the grace time.
   * A second call with a shorter grace shortens it. Resolves when every socket is closed.
   *
   * @param options - `grace_ms`: 10 seconds by default; `Infinity` for as long as it takes. `signal`: ends the grace.
   * @throws RangeError when the grace time is negative or no number.
   */
  async shutdown({ grace_ms = DEFAULT_GRACE_MS, signal }: ShutdownOptions = {}): Promise<void> {
    if (!(grace_ms >= 0)) throw new RangeError(`grace_ms can't be ${String(grace_ms)}`)
    if (signal === undefined) return this.#shutdownWithin(grace_ms)
    const hurry = (): void => void this.#shutdownWithin(0)
    signal.addEventListener('abort', hurry)
    await this.#shutdownWithin(signal.aborted ? 0 : grace_ms)
    signal.removeEventListener('abort', hurry)
  }

  #shutdownWithin(grace_ms: number): Promise<void> {
    if (this.#workers !== null) return this.#workers.stop(grace_ms)
    if (this.#stopped === null) this.#stopped = this.#stop(grace_ms)
    else this.#destroyAfter(grace_ms, this.#stopped)
    return this.#stopped
  }

  /** Shuts down with the default grace: `await using server = …`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  /** What `util.inspect` shows: state, addresses and settings, a subclass's own fields, and no credentials. */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    const { sub_servers, ...own } = this
    const addresses = sub_servers.map(
      ({ server_address: [host, port], using_ssl }) => `${using_ssl ? 'https' : 'http'}://${host}:${port}`,
    )
    const { credentials, ...settings } = this.#config
    const users = credentials?.size ?? null
    return `${this.constructor.name} ${inspect({ state: this.#state, addresses, ...settings, users, ...own }, options)}`
  }

  async #stop(grace_ms: number): Promise<void> {
    await this.#listening?.catch(() => {})
    this.#state = 'stopping'
    for (const sub_server of this.sub_servers) sub_server.windDown()
    const closed = Promise.all(this.sub_servers.map((sub_server) => sub_server.closed()))
    this.#destroyAfter(grace_ms, closed)
    await closed
    this.#tellDone()
  }

  /** Ends what still lives when the grace time is over, unless all has ended by then. */
  #destroyAfter(grace_ms: number, ended: Promise<unknown>): void {
    const destroyAll = (): void => {
      for (const sub_server of this.sub_servers) sub_server.destroyAll()
    }
    const timer = setTimeout(destroyAll, Math.min(grace_ms, LONGEST_DELAY_MS))
    void ended.then(() => clearTimeout(timer))
  }
}

function certificatesOf(options: AdvancedHTTPServerOptions): CertificateStore | null {
  const { ssl_certfile } = options
  return ssl_certfile === undefined ? null : new CertificateStore({ ...options, ssl_certfile })
}
