/**
 * The ready answers of AdvancedHTTPServer's handler: whole responses in one call, redirects, errors, cookies. How a
 * request finds its handler is `request-handler.ts`.
 */
import { Buffer } from 'node:buffer'
import { Readable } from 'node:stream'
import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { isShortAscii } from '../http/ascii.js'
import { hasConnectionOption } from '../http/keep-alive.js'
import { STATUS } from '../http/status.js'
import { BaseHTTPRequestHandler, type MaybePromise } from './base-request-handler.js'
import { readStaticsThroughInstances } from './class-attributes.js'
import { cookieLine } from './cookies.js'
import type { HandlerServer } from './handler-server.js'
import { mayBeLeft } from './may-be-left.js'
import { isFileHandle, sendFileHandle } from './send-file-handle.js'

/** What a response can be made of: text (sent as UTF-8), octets, or a source of octets. */
export type ResponseMessage = string | Uint8Array | Readable | FileHandle

/** What {@link RequestHandler.send_response_full} may be given besides the message. */
export interface FullResponseOptions {
  /** Value of Content-Type; `text/plain; charset=UTF-8` by default. */
  readonly content_type?: string
  /** 200 by default. */
  readonly status?: number
  /** Further field lines, written behind Content-Length in their order. */
  readonly headers?: Readonly<Record<string, string | number>> | Iterable<readonly [string, string | number]> | null
}

const DEFAULT_CONTENT_TYPE = 'text/plain; charset=UTF-8'

export class RespondingRequestHandler<
  TServer extends HandlerServer = HandlerServer,
> extends BaseHTTPRequestHandler<TServer> {
  /**
   * Whether HTTP/1.1 connections persist although the client did not ask (RFC 9112 9.3). false restores the original's
   * rule: only `Connection: keep-alive` keeps one open, and every other response says `close` at once, whatever
   * Connection line its handler adds.
   */
  static implicit_keep_alive = true
  /** See the static member. */
  declare implicit_keep_alive: boolean

  /** Queues status line, Server, Date and a place for Connection, in this order. See the base class for errors thrown. */
  override send_response(code: number, message?: string | null): void {
    super.send_response(code, message)
    this.headers_active = true
    if (this.implicit_keep_alive || this.#keepAliveAsked()) return this.reserve_connection_header()
    this.close_connection = true
    // Behind a 101 there is no HTTP to close: the handler's own line says what follows.
    this.reserve_connection_header(code === 101 ? null : 'close')
  }

  /** Ends the head and puts it on the wire; no field line can be added after it. */
  override end_headers(): void {
    super.end_headers()
    this.headers_active = false
  }

  /** Sends an error page and ends the connection after it. */
  override send_error(code: number, message?: string | null, explain?: string | null): MaybePromise<void> {
    const sent = super.send_error(code, message, explain)
    this.close_connection = true
    return sent
  }

  /**
   * Sends a whole response.
   *
   * @param message - Text and octets get a Content-Length, an open file its size; what a Readable gives is delimited by
   * closing the connection, unless `headers` hold a Content-Length.
   */
  send_response_full(message: ResponseMessage, options?: FullResponseOptions): MaybePromise<void>
  send_response_full(
    message: ResponseMessage,
    content_type?: string,
    status?: number,
    headers?: FullResponseOptions['headers'],
  ): MaybePromise<void>
  send_response_full(
    message: ResponseMessage,
    given?: FullResponseOptions | string,
    status?: number,
    headers?: FullResponseOptions['headers'],
  ): MaybePromise<void> {
    const options = typeof given === 'object' ? given : { content_type: given, status, headers }
    this.send_response(options.status ?? 200)
    this.send_header('Content-Type', options.content_type ?? DEFAULT_CONTENT_TYPE)
    return this.#sendMessage(message, entriesOf(options.headers))
  }

  /** Ends the head with the length of the message, as far as it has one, and sends the message. */
  #sendMessage(message: ResponseMessage, fields: Iterable<readonly [string, string | number]>): MaybePromise<void> {
    if (message instanceof Readable) {
      this.#endHead(null, fields)
      return mayBeLeft(pipeline(message, this.wfile))
    }
    if (isFileHandle(message)) {
      return mayBeLeft(sendFileHandle(message, this.wfile, this.signal, (bytes) => this.#endHead(bytes, fields)))
    }
    const octets = typeof message === 'string' && !isShortAscii(message) ? Buffer.from(message) : message
    this.#endHead(octets.length, fields)
    if (octets.length > 0) this.wfile.write(octets, 'latin1')
  }

  #endHead(bytes: number | null, fields: Iterable<readonly [string, string | number]>): void {
    if (bytes !== null) this.send_header('Content-Length', bytes)
    for (const [name, value] of fields) this.send_header(name, value)
    this.end_headers()
  }

  /** 404 with a line of text. */
  respond_not_found(): MaybePromise<void> {
    return this.send_response_full('Resource Not Found\n', { status: 404 })
  }

  /** 301 to another place. @param location - Value of Location, sent as given. */
  respond_redirect(location = '/'): MaybePromise<void> {
    this.send_response(301)
    this.send_header('Content-Length', 0)
    this.send_header('Location', location)
    this.end_headers()
  }

  /**
   * An error of the server's making.
   *
   * @param status - 500 by default.
   * @param status_line - Reason phrase, blanks around it removed; that of the status by default.
   * @param message - The body; the reason phrase by default.
   */
  respond_server_error(
    status?: number | null,
    status_line?: string | null,
    message?: ResponseMessage | null,
  ): MaybePromise<void> {
    const code = status ?? 500
    const reason = (status_line ?? STATUS.get(code)?.phrase ?? 'Internal Server Error').trim()
    this.send_response(code, reason)
    return this.#sendMessage(message ?? reason, [])
  }

  /**
   * 401.
   *
   * @param options - `request_authentication`: ask for basic credentials, with the server's version as realm.
   */
  respond_unauthorized(options: { readonly request_authentication?: boolean } = {}): MaybePromise<void> {
    const realm = this.server.get_config().server_version
    const headers = options.request_authentication === true ? { 'WWW-Authenticate': `Basic realm="${realm}"` } : {}
    return this.send_response_full('Unauthorized', { status: 401, headers })
  }

  /** A handler for `handler_map` that answers 404. */
  stock_handler_respond_not_found(): MaybePromise<void> {
    return this.respond_not_found()
  }

  /** A handler for `handler_map` that answers 401. */
  stock_handler_respond_unauthorized(): MaybePromise<void> {
    return this.respond_unauthorized()
  }

  override respond_to_exception(_error: unknown): MaybePromise<void> {
    return this.respond_server_error()
  }

  /**
   * Queues a Set-Cookie line for the whole site, out of reach of scripts.
   *
   * @throws HeaderError `HEADERS_ENDED` once the headers have ended.
   */
  cookie_set(name: string, value: string): void {
    this.require_open_headers()
    this.send_header('Set-Cookie', cookieLine(name, value))
  }

  #keepAliveAsked(): boolean {
    const options = this.headers.get_all('connection').join(',')
    return this.protocol_version === 'HTTP/1.1' && hasConnectionOption(options, 'keep-alive')
  }

  /** Logs an error of the peer's or the handler's making, as a warning. Overridable. */
  override log_error(format: string, ...args: unknown[]): void {
    this.server.logger.warn(this.log_line(format, args))
  }
}

readStaticsThroughInstances(RespondingRequestHandler, {
  implicit_keep_alive: (handler) => handler.implicit_keep_alive,
})

function entriesOf(headers: FullResponseOptions['headers']): Iterable<readonly [string, string | number]> {
  if (headers === undefined || headers === null) return []
  return Symbol.iterator in headers ? headers : Object.entries(headers as Record<string, string | number>)
}
