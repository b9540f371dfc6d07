/**
 * AdvancedHTTPServer's `RequestHandler`: finds the handler of a request by its path or verb, and reads queries, forms and
 * JSON bodies for it. Who may come in is decided before, in `authorizing-request-handler.ts`.
 */
import { AuthorizingRequestHandler } from './authorizing-request-handler.js'
import type { MaybePromise } from './base-request-handler.js'
import { BodyFormatError, parsePostedBody } from './body-formats.js'
import { readStaticsThroughInstances } from './class-attributes.js'
import { asksForWebSocket } from '../http/upgrade.js'
import type { Connection } from './connection.js'
import { charsetOf } from './content-type.js'
import { type Cookie, parseCookies } from './cookies.js'
import type { HandlerServer } from './handler-server.js'
import type { RespondFileOptions, RespondListOptions } from './files/file-handler.js'
import { servePath } from './files/file-service.js'
import { respondFile } from './files/respond-file.js'
import { respondListDirectory } from './files/respond-list-directory.js'
import { isMethodOf } from './handler-call.js'
import { type AnyHandler, createHandlerMap, type HandlerMap, matchHandler } from './handler-map.js'
import {
  createExtensionsMap,
  type ExtensionsMap,
  guessMimeType,
  mimetypes_init as readMimeTypes,
} from './mime-types.js'
import { parse_qs, Query, TooManyFieldsError } from './query.js'
import { fillHandlerMaps } from './register-path.js'
import { resourcePath, splitTarget } from './resource-path.js'
import { answerRemoteCall } from './rpc-dispatch.js'
import { serveWebSocket, type WebSocketServing } from './web-socket-dispatch.js'

const ROBOTS_TXT = 'User-agent: *\nDisallow: /\n'

/** Finds the handler of a request by its path or verb; reads queries, forms and JSON bodies for it; checks credentials in
 * front of every verb; serves files when the server is told to.
 *
 * @typeParam TServer - What {@link server} is: `SubServer<Values>` when a program puts values on it.
 * @remarks Source: AdvancedHTTPServer's `RequestHandler`. */
export class RequestHandler<TServer extends HandlerServer = HandlerServer> extends AuthorizingRequestHandler<TServer> {
  /** File name extension, with its dot and in lower case → media type; `''` is for all others. */
  static extensions_map: ExtensionsMap = createExtensionsMap()
  /** See the static member. */
  declare extensions_map: ExtensionsMap

  /**
   * Whether files are answered with ranges, conditions and the fields that go with them (RFC 9110 13, 14); false: with the
   * original's fields and no others.
   */
  static extended_file_fields = true
  /** See the static member. */
  declare extended_file_fields: boolean
  /** Whether directories are listed on a page made for today's screens; false: on the original's page. */
  static modern_listing = true
  /** See the static member. */
  declare modern_listing: boolean

  /** Class or function that serves the WebSockets of this handler; null: an upgrade is a request like any other. */
  static web_socket_handler: WebSocketServing | null = null
  /** See the static member. */
  declare web_socket_handler: WebSocketServing | null

  /** Pattern → handler of the paths of GET, HEAD and POST; the first match in insertion order answers. */
  readonly handler_map: HandlerMap<AnyHandler> = createHandlerMap()
  /** Pattern → function that can be called by the verb RPC; paths are matched as sent. */
  readonly rpc_handler_map: HandlerMap<AnyHandler> = createHandlerMap()

  /** Fields of the query, or of a form or JSON body; the values of a JSON body are whatever it holds. */
  get query_data(): Query {
    this.#query ??= new Query()
    return this.#query
  }

  set query_data(query: Query) {
    this.#query = query
  }

  #query: Query | null = null
  /** Body of a POST as received, decoded from chunks; null for other verbs. */
  raw_query_data: Buffer | null = null
  #cookies: Map<string, Cookie> | null = null

  constructor(connection: Connection, server: TServer) {
    super(connection, server)
    fillHandlerMaps(this, this.handler_map, this.rpc_handler_map)
  }

  /** Cookies of the request's first Cookie field by name; what can't be read is left out. */
  get cookies(): Map<string, Cookie> {
    this.#cookies ??= parseCookies(this.headers.get('cookie', ''), this.connection.limits.form_fields)
    return this.#cookies
  }

  protected override reset_request_state(): void {
    super.reset_request_state()
    this.#query = null
    this.raw_query_data = null
    this.#cookies = null
  }

  protected override _comesToRest(): void {
    // An empty one is made again when it is asked for.
    if (this.#query?.size === 0) this.#query = null
  }

  // ── verbs ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Finds the handler by the path; a handshake goes to {@link web_socket_handler}, if there is one. */
  do_GET(): MaybePromise<void> {
    const { command: method, request_version: httpVersion, headers } = this
    return this.#dispatchTarget(this.web_socket_handler !== null && asksForWebSocket({ method, httpVersion, headers }))
  }

  /** Finds the handler as GET does; what it writes behind the head does not reach the wire. */
  do_HEAD(): MaybePromise<void> {
    return this.#dispatchTarget(false)
  }

  #dispatchTarget(mayUpgrade: boolean): MaybePromise<void> {
    const { path, query } = splitTarget(this.path)
    this.path = path
    try {
      this.query_data = parse_qs(query, { max_num_fields: this.connection.limits.form_fields })
    } catch (error) {
      return this.#refuseFields(error)
    }
    return mayUpgrade ? this.#offerWebSocket() : this.dispatch_handler(this.query_data)
  }

  /** A request that only looks like a handshake goes on as plain HTTP. */
  async #offerWebSocket(): Promise<void> {
    const served = await serveWebSocket(this.web_socket_handler as WebSocketServing, this)
    if (!served) await this.dispatch_handler(this.query_data)
  }

  /** Reads a form or JSON body into {@link query_data}, then finds the handler as GET does. */
  do_POST(): MaybePromise<void> {
    const { path, params } = splitTarget(this.path)
    this.path = path + params
    const body = this._readBody()
    return body instanceof Promise ? body.then((octets) => this.#dispatchBody(octets)) : this.#dispatchBody(body)
  }

  #dispatchBody(octets: Buffer): MaybePromise<void> {
    this.raw_query_data = octets
    try {
      this.query_data = parsePostedBody(octets, this.headers.get('content-type', ''), this.connection.limits)
    } catch (error) {
      return this.#refuseFields(error)
    }
    return this.dispatch_handler(this.query_data)
  }

  #refuseFields(error: unknown): MaybePromise<void> {
    if (!(error instanceof BodyFormatError || error instanceof TooManyFieldsError)) throw error
    return this.respond_server_error(400)
  }

  /** Lists the verbs that have a method, RPC only when something can be called. */
  do_OPTIONS(): MaybePromise<void> {
    const verbs = verbsOf(this).filter((verb) => verb !== 'RPC' || this.rpc_handler_map.size > 0)
    this.send_response(200)
    this.send_header('Content-Length', 0)
    this.send_header('Allow', verbs.join(', '))
    this.end_headers()
  }

  /** Calls a function of {@link rpc_handler_map} with the arguments in the body. */
  do_RPC(): MaybePromise<void> {
    return answerRemoteCall(this, this.announced_body_bytes, () => this._readBody())
  }

  /** `100 Continue`, unless the body that the library is about to collect is too long by its own account. */
  override handle_expect_100(): MaybePromise<boolean> {
    const collects = this.command === 'POST' || this.command === 'RPC'
    if (!collects || this.announced_body_bytes <= this.connection.limits.collected_body_bytes) {
      return super.handle_expect_100()
    }
    const sent = this.send_error(413)
    return sent instanceof Promise ? sent.then(() => false) : false
  }

  // ── finding the handler ──────────────────────────────────────────────────────────────────────────────────────

  /**
   * Normalises {@link path} and lets the first handler whose pattern matches it answer, else the file of that name.
   *
   * @remarks Source: AdvancedHTTPServer's `RequestHandler.dispatch_handler`.
   */
  dispatch_handler(query: Query = new Query()): MaybePromise<void> {
    const config = this.server.get_config()
    const target = this.path
    this.path = resourcePath(target)
    if (config.serve_robots_txt && this.path === 'robots.txt') return this.send_response_full(ROBOTS_TXT)
    const handler = matchHandler(this.handler_map, this.path)
    if (handler !== undefined) return this.call_handler(handler, query)
    return config.serve_files ? servePath(this, target) : this.respond_not_found()
  }

  /** Calls a handler with the query; one that is no method of this instance gets the instance first. */
  protected call_handler(handler: AnyHandler, query: Query): MaybePromise<void> {
    const call = handler as (this: this, ...args: unknown[]) => MaybePromise<void>
    return isMethodOf(this, handler) ? call.call(this, query) : call.call(this, this, query)
  }

  // ── files ────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Answers with a file, as far as the request's ranges and conditions ask for it.
   *
   * @param path - Of the file; whether it is below the web root is not asked here.
   * @param options - `attachment`: ask the client to save it under its name.
   */
  respond_file(path: string | Buffer, options: RespondFileOptions = {}): MaybePromise<void> {
    return respondFile(this, path, options)
  }

  /** Answers with a page that lists a directory. */
  respond_list_directory(path: string | Buffer, options: RespondListOptions = {}): MaybePromise<void> {
    return respondListDirectory(this, path, options)
  }

  // ── helpers ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Value of a cookie of the request, null when it was not sent. */
  cookie_get(name: string): string | null {
    return this.cookies.get(name)?.value ?? null
  }

  /** First value of a field of the query. */
  get_query(name: string): string | null
  get_query<T>(name: string, fallback: T): string | T
  get_query(name: string, fallback: unknown = null): unknown {
    return this.query_data.get(name)?.[0] ?? fallback
  }

  /** Charset of the request's body. */
  get_content_type_charset(fallback = 'UTF-8'): string {
    return charsetOf(this.headers.get('content-type', ''), fallback)
  }

  /** Media type of a file by its name. Overridable, as is {@link extensions_map}. */
  guess_mime_type(path: string): string {
    return guessMimeType(path, this.extensions_map)
  }
}

readStaticsThroughInstances(RequestHandler, {
  extensions_map: (handler) => handler.extensions_map,
  extended_file_fields: (handler) => handler.extended_file_fields,
  modern_listing: (handler) => handler.modern_listing,
  web_socket_handler: (handler) => handler.web_socket_handler,
})

/**
 * Adds the media types of the host's `mime.types` files to what every handler class knows.
 *
 * @param files - Paths in ascending precedence; those that can't be read are passed over. Source: Python's `mimetypes.init`.
 */
export function mimetypes_init(files: readonly string[] = []): void {
  readMimeTypes(RequestHandler.extensions_map, files)
}

/** Names behind `do_` on the instance and all its classes, sorted as Python's `dir` does; hooks are none. */
function verbsOf(instance: object): string[] {
  const verbs = new Set<string>()
  for (let level: object | null = instance; level !== null; level = Object.getPrototypeOf(level) as object | null) {
    for (const name of Object.getOwnPropertyNames(level)) {
      if (name.startsWith('do_') && name !== 'do_init') verbs.add(name.slice(3))
    }
  }
  return [...verbs].sort()
}
