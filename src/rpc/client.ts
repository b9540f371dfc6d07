/**
 * Calls the methods of a server, one after the other, over a connection that is kept between them. The client object is
 * itself the function that calls. Source: AdvancedHTTPServer `RPCClient`.
 */
import type { ConnectionOptions, SecureContext } from 'node:tls'
import { inspect, type InspectOptions } from 'node:util'
import type { ResponseHead } from '../http/events.js'
import { Headers } from '../http/headers.js'
import { type Limits, resolveLimits } from '../http/limits.js'
import { KeywordArguments } from './call.js'
import { CallDeadline } from './call-deadline.js'
import { ClientConnection, type ClientResponse } from './client-connection.js'
import { encodeRequest, methodPath } from './client-request.js'
import { RPCConnectionError, RPCError, type RemoteException, SerializerError } from './errors.js'
import { Serializer } from './serializer.js'
import { Turns } from './turns.js'

/** What a client may be made with beside the address. */
export interface RPCClientOptions {
  /** Speak TLS; false by default. */
  use_ssl?: boolean
  /** Options for `tls.connect`, or a SecureContext; the server's certificate is checked unless they say otherwise. */
  ssl_context?: ConnectionOptions | SecureContext
  /** Both are needed for an Authorization field. */
  username?: string
  /** See `username`. */
  password?: string
  /** Path in front of the names of methods. */
  uri_base?: string
  /** Further fields of each request. */
  headers?: Readonly<Record<string, string>>
  /** Milliseconds a call may take in all, waiting for its turn included; Infinity, as in Python, is the default. */
  timeout_ms?: number
  /** Whether the connection is kept between calls (default), or closed after each, as in Python. */
  keep_alive?: boolean
  /** What a response may hold: `collected_body_bytes`, `header_bytes`, `rpc_depth` and others. */
  limits?: Partial<Limits>
}

/** What may differ from call to call; made by {@link call_options}. */
export interface CallOptions {
  /** Ends the call early: it rejects with `RPCConnectionError` `ABORTED`. */
  signal?: AbortSignal
  /** In the place of the client's own. */
  timeout_ms?: number
}

class CallOptionsMarker {
  constructor(readonly options: CallOptions) {}
}

/**
 * Marks the last argument of a remote call as options of this call.
 *
 * @example await rpc('slow', 1, call_options({ signal, timeout_ms: 500 }))
 */
export function call_options(options: CallOptions): unknown {
  return new CallOptionsMarker(options)
}

/** The same as {@link RPCClient.call}. */
export interface RemoteCall {
  /** Calls a method of the server. See {@link RPCClient.call} for arguments and errors. */
  (method: string, ...args: unknown[]): Promise<unknown>
}

/** Makes instances that are functions, to which the fields of the class are added: each calls its own `call`. */
const Callable = function (this: unknown) {
  const callable = (method: string, ...args: unknown[]): unknown =>
    (callable as unknown as RPCClient).call(method, ...args)
  return Object.setPrototypeOf(callable, new.target.prototype)
} as unknown as new () => RemoteCall

/** Calls the methods of a server: `await rpc('add', 1, 2)`. The properties may be changed between calls.
 *
 * @remarks Source: AdvancedHTTPServer's `RPCClient`. */
export class RPCClient extends Callable {
  /** Name or IP address of the server. */
  host: string
  /** Port of the server. */
  port: number
  /** Whether TLS is spoken. */
  use_ssl: boolean
  /** Options for `tls.connect`, or a SecureContext; null: Node's defaults. */
  ssl_context: ConnectionOptions | SecureContext | null
  /** For basic authentication, with {@link password}. */
  username: string | null
  /** For basic authentication, with {@link username}. */
  password: string | null
  /** Path in front of the names of methods. */
  uri_base: string
  /** Further fields of each request. */
  headers: Readonly<Record<string, string>> | null
  /** Milliseconds a call may take in all; `Infinity` for as long as it takes. */
  timeout_ms: number
  /** Whether the connection is kept between calls. */
  keep_alive: boolean
  /** How payloads are written; see {@link set_serializer}. */
  serializer: Serializer
  readonly #limits: Readonly<Limits>
  readonly #turns = new Turns()
  /** The connection of the last call, if it may carry another. */
  #connection: ClientConnection | null = null
  /** How often the connection was dropped, so that one that is still being made is dropped, too. */
  #generation = 0

  /** Nothing is sent before the first call. */
  constructor(address: readonly [host: string, port: number], options: RPCClientOptions = {}) {
    super()
    ;[this.host, this.port] = address
    this.use_ssl = options.use_ssl ?? false
    this.ssl_context = options.ssl_context ?? null
    this.username = options.username ?? null
    this.password = options.password ?? null
    this.uri_base = options.uri_base ?? '/'
    this.headers = options.headers ?? null
    this.timeout_ms = options.timeout_ms ?? Infinity
    this.keep_alive = options.keep_alive ?? true
    this.#limits = resolveLimits(options.limits)
    this.serializer = new Serializer('application/json', { limits: this.#limits })
  }

  /**
   * Calls a method of the server. Calls of one client are made one after the other.
   *
   * @param method - Its name, put behind `uri_base`; one that begins with `/` stands alone.
   * @param args - The positional arguments; {@link kwargs} and {@link call_options} may follow them.
   * @returns What the method returned.
   * @throws RPCError when it raised (`is_remote_exception`), or the server answered with another status than 200.
   * @throws RPCConnectionError when there is no answer. Unless `CONNECT_FAILED`, the call may have been made all the same.
   * @throws SerializerError when the arguments can't be written or the answer can't be read.
   */
  // TypeScript sees Function's own `call` in everything that can be called; at run time there is none.
  override async call(method: string, ...args: unknown[]): Promise<unknown> {
    const { payload, options } = splitArguments(args)
    const request = encodeRequest({
      host: this.host,
      port: this.port,
      use_ssl: this.use_ssl,
      path: methodPath(this.uri_base, method),
      headers: Object.entries(this.headers ?? {}),
      content_type: this.serializer.content_type,
      payload: this.encode(payload),
      username: this.username,
      password: this.password,
      keep_alive: this.keep_alive,
    })
    return this.#resultOf(await this.#send(request, options))
  }

  /** The octets of a value, as the client's serializer writes them. @throws SerializerError */
  encode(value: unknown): Buffer {
    return this.serializer.dumps(value)
  }

  /** The value of octets, as the client's serializer reads them. @throws SerializerError */
  decode(octets: Uint8Array): unknown {
    return this.serializer.loads(octets)
  }

  /**
   * Chooses how payloads are written: `application/json` or `binary/message-pack`, and `zlib` or nothing.
   *
   * @throws SerializerError for any other.
   */
  set_serializer(serializer_name: string, compression: string | null = null): void {
    this.serializer = new Serializer(serializer_name, { compression, limits: this.#limits })
  }

  /** Drops the connection; the next call makes a new one. A call that is being made fails with `CLOSED`. */
  reconnect(): void {
    this.#generation += 1
    this.#connection?.close()
    this.#connection = null
  }

  /** The same as {@link reconnect}: a client holds nothing but its connection. */
  close(): void {
    this.reconnect()
  }

  /** Closes the client: `using rpc = …`. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Closes the client: `await using rpc = …`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  /** What `util.inspect` shows: the options, without password, keys and what lets the client in. */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    const shown = {
      ...Object.fromEntries(Object.entries(this)),
      password: hidden(this.password),
      ssl_context: hidden(this.ssl_context),
      headers: this.headers && new Headers(Object.entries(this.headers)),
      serializer: this.serializer.content_type,
    }
    return `${this.constructor.name} ${inspect(shown, options)}`
  }

  async #send(request: Buffer, options: CallOptions): Promise<ClientResponse> {
    const deadline = new CallDeadline(options.timeout_ms ?? this.timeout_ms, options.signal)
    try {
      return await deadline.race(this.#turns.take(() => this.#exchange(request, deadline)))
    } finally {
      deadline.dispose()
    }
  }

  /**
   * A kept connection that turns out to be closed is replaced: nothing was sent on it. Once a request was handed to a
   * connection it is never sent again, since the method may have been called.
   */
  async #exchange(request: Buffer, deadline: CallDeadline): Promise<ClientResponse> {
    if (deadline.signal.aborted) throw deadline.error
    if (!(await this.#connection?.isReusable())) this.#connection = await this.#connect(deadline)
    const connection = this.#connection as ClientConnection
    const response = await connection.exchange(request, deadline)
    if (!this.keep_alive) this.close()
    return response
  }

  async #connect(deadline: CallDeadline): Promise<ClientConnection> {
    const generation = this.#generation
    const { host, port } = this
    const tls = this.use_ssl ? { ALPNProtocols: ['http/1.1'], ...tlsOptions(this.ssl_context) } : null
    const connection = await ClientConnection.open({ host, port, tls }, this.#limits, deadline)
    if (generation === this.#generation) return connection
    connection.close()
    throw new RPCConnectionError('CLOSED', 'the client was closed')
  }

  #resultOf({ head, body }: ClientResponse): unknown {
    if (head.status !== 200) throw new RPCError(head.reason, head.status)
    const answer = this.#serializerFor(head).loads(body)
    if (!isAnswer(answer)) throw new RPCError('missing response information', head.status)
    if (!answer.exception_occurred) return answer.result
    const exception = remoteExceptionIn(answer.exception)
    throw new RPCError('remote method incurred an exception', head.status, exception)
  }

  /** A server that can't write our charset answers in another, and says so. */
  #serializerFor(head: ResponseHead): Serializer {
    const content_type = head.headers.get('content-type')
    if (content_type === null) return this.serializer
    try {
      return Serializer.from_content_type(content_type, { limits: this.#limits })
    } catch (error) {
      // Python's client does not look at the type at all.
      if (error instanceof SerializerError) return this.serializer
      throw error
    }
  }
}

/** Tells that there is something, and not what. */
function hidden(value: unknown): string | null {
  return value === null ? null : '<hidden>'
}

/** What a call's arguments are once the markers behind them are taken off. */
export interface SplitArguments {
  /** What is sent: the positional arguments, or a map of these and the keyword arguments. */
  payload: unknown
  options: CallOptions
}

/** The markers stand behind the positional arguments, in whatever order. */
export function splitArguments(args: readonly unknown[]): SplitArguments {
  const positional = [...args]
  let keywords: Readonly<Record<string, unknown>> | null = null
  let options: CallOptions = {}
  for (; ; positional.pop()) {
    const last = positional.at(-1)
    if (last instanceof KeywordArguments) keywords = last.values
    else if (last instanceof CallOptionsMarker) ({ options } = last)
    else break
  }
  return { payload: keywords === null ? positional : { args: positional, kwargs: keywords }, options }
}

interface Answer {
  result: unknown
  exception_occurred: unknown
  exception?: unknown
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'exception_occurred' in value && 'result' in value
}

function remoteExceptionIn(value: unknown): RemoteException {
  const { name, message } = (typeof value === 'object' && value !== null ? value : {}) as Partial<RemoteException>
  return {
    name: typeof name === 'string' ? name : 'builtins.Exception',
    message: typeof message === 'string' ? message : null,
  }
}

/** A SecureContext is told by the handle it wraps. */
function tlsOptions(context: ConnectionOptions | SecureContext | null): ConnectionOptions {
  if (context === null) return {}
  return 'context' in context ? { secureContext: context } : context
}
