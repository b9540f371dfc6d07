/**
 * The WebSocket side of a request handler, on the model of Python's class of the same name: it answers the opening
 * handshake through the handler's own `send_*` calls, takes the stream over, and turns messages into calls of hooks that
 * a subclass overrides. How frames travel is WebSocketConnection's business; which requests get here, the handler's.
 */
import { Buffer } from 'node:buffer'
import { refusedSend, WebSocketClosedError } from './errors.js'
import { type Deflate, negotiateDeflate } from './frame-stream.js'
import { acceptFields, type HandshakeOffer, type HandshakeRefusal, readHandshake } from './handshake.js'
import { CLOSE_CODE, OPCODE } from './opcodes.js'
import { type Closure, SENT, WebSocketConnection } from './web-socket-connection.js'
import type { WebSocketHost } from './web-socket-host.js'

/** Octets of a message, or text that is sent as UTF-8. */
export type WebSocketData = string | Uint8Array

/**
 * Serves one WebSocket. A subclass overrides the `on_*` hooks; each may be `async`, and while one has not settled no
 * further message is read, so that a handler which can't keep up slows its peer down instead of filling memory.
 *
 * A hook that throws is logged and closes the connection with 1011. What `send_*` returns settles when the message was
 * taken by the stream below: await it to go no faster than the peer reads. It may be ignored; a peer that takes nothing
 * for `write_idle_ms`, or for which more than `limits.websocket_message_bytes` wait, is cut off.
 *
 * Source: AdvancedHTTPServer `WebSocketHandler`.
 */
export class WebSocketHandler<Handler extends WebSocketHost = WebSocketHost> {
  /** Opcode of a further fragment. */
  static readonly _opcode_continue = OPCODE.continue
  /** Opcode of a text message. */
  static readonly _opcode_text = OPCODE.text
  /** Opcode of a binary message. */
  static readonly _opcode_binary = OPCODE.binary
  /** Opcode of a close frame. */
  static readonly _opcode_close = OPCODE.close
  /** Opcode of a ping. */
  static readonly _opcode_ping = OPCODE.ping
  /** Opcode of a pong. */
  static readonly _opcode_pong = OPCODE.pong
  /** What the key of the handshake is completed with (RFC 6455 1.3). */
  static readonly guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

  /** Opcode of a further fragment. */
  readonly _opcode_continue = OPCODE.continue
  /** Opcode of a text message. */
  readonly _opcode_text = OPCODE.text
  /** Opcode of a binary message. */
  readonly _opcode_binary = OPCODE.binary
  /** Opcode of a close frame. */
  readonly _opcode_close = OPCODE.close
  /** Opcode of a ping. */
  readonly _opcode_ping = OPCODE.ping
  /** Opcode of a pong. */
  readonly _opcode_pong = OPCODE.pong

  /** The request handler whose connection this is. */
  readonly handler: Handler
  /** Whether messages are compressed when the client offers it (RFC 7692): less to send, for memory and time on both sides. */
  permessage_deflate = false
  /** Silence after which the peer is sent a ping; after as much silence again the connection is cut. */
  ping_interval_ms = 30_000
  /** How long the peer may take to close, once a close frame was sent or received. */
  close_timeout_ms = 10_000
  /** How long the peer may take nothing of what it is sent. */
  write_idle_ms = 30_000
  /** The subprotocol agreed on; null before the handshake, and when there is none. */
  protocol: string | null = null

  /** Null before the handshake. */
  #connection: WebSocketConnection | null = null

  constructor(handler: Handler) {
    this.handler = handler
  }

  /** Whether messages can be sent: from {@link on_connected} until either side begins to close. */
  get connected(): boolean {
    return this.#connection?.open ?? false
  }

  /** Extensions the client offers, as sent. */
  get client_extensions(): string[] {
    return this.handler.headers
      .get('Sec-WebSocket-Extensions', '')
      .split(',')
      .map((extension) => extension.trim())
  }

  /**
   * Answers the handshake and serves the WebSocket until it is closed. The request handler calls this once.
   *
   * @returns False when the request asks for no WebSocket: nothing was answered, it goes on as plain HTTP.
   */
  async run(): Promise<boolean> {
    const { command: method, request_version: httpVersion, headers } = this.handler
    const handshake = readHandshake({ method, httpVersion, headers })
    if (handshake.kind === 'plain') return false
    if (handshake.kind === 'refused') await this.#refuse(handshake)
    else if (!(await this.check_origin(handshake.origin))) await this.#sendError(403, 'This origin is not allowed')
    else await this.#accept(handshake)
    this.handler.close_connection = true
    return true
  }

  /**
   * Whether pages from this origin may connect; may be overridden, and may be async. Browsers send cookies along from any
   * page, so a server that trusts cookies has to look. The default lets all in.
   *
   * @param _origin - Value of the Origin field; null when there is none, as with clients that are no browsers.
   */
  check_origin(_origin: string | null): boolean | Promise<boolean> {
    return true
  }

  /**
   * Chooses a subprotocol; may be overridden, and may be async. The default chooses none.
   *
   * @param _offered - Names in the client's order of preference.
   * @returns One of the names, or null.
   */
  select_protocol(_offered: readonly string[]): string | null | Promise<string | null> {
    return null
  }

  /** Called after the handshake, before the first message is read; may be overridden. The default does nothing. */
  on_connected(): unknown {
    return undefined
  }

  /**
   * Called once, when the connection is over, whoever ended it; may be overridden. The default does nothing.
   *
   * @param _code - The peer's close code; 1005 when it gave none, 1006 when it left without a close frame.
   * @param _reason - The peer's reason, or what it did wrong.
   */
  on_closed(_code: number, _reason: string): unknown {
    return undefined
  }

  /**
   * Takes everything that arrives: messages, pings, pongs and the close frame, which is answered afterwards in any case. The
   * default hands messages to the next two hooks and answers pings. To be overridden by those who want all of it.
   */
  on_message(opcode: number, message: Buffer): unknown {
    if (opcode === OPCODE.text) return this.on_message_text(message.toString('utf8'))
    if (opcode === OPCODE.binary) return this.on_message_binary(message)
    if (opcode === OPCODE.ping) return this.send_message(OPCODE.pong, message)
    return undefined
  }

  /** Called with each binary message; to be overridden. The default does nothing. */
  on_message_binary(_message: Buffer): unknown {
    return undefined
  }

  /** Called with each text message; to be overridden. The default does nothing. */
  on_message_text(_message: string): unknown {
    return undefined
  }

  /**
   * Sends one frame that is a whole message. Resolves when the stream below took it.
   *
   * @throws RangeError when the opcode is not from 0 to 15, or is that of a close frame (see {@link close}), or when a ping or
   * pong is longer than 125 octets; rejects with WebSocketClosedError when the message can't reach the peer any more.
   */
  send_message(opcode: number, message: WebSocketData): Promise<void> {
    if (this.#connection === null) return refusedSend('the WebSocket is not connected yet')
    return this.#connection.send(opcode, octetsOf(message))
  }

  /** Sends a binary message; as {@link send_message}. */
  send_message_binary(message: WebSocketData): Promise<void> {
    return this.send_message(OPCODE.binary, message)
  }

  /** Sends a text message; as {@link send_message}. */
  send_message_text(message: WebSocketData): Promise<void> {
    return this.send_message(OPCODE.text, message)
  }

  /** Sends a ping with up to 125 octets; as {@link send_message}. */
  send_message_ping(message: WebSocketData): Promise<void> {
    return this.send_message(OPCODE.ping, message)
  }

  /** Sends an empty ping. */
  ping(): Promise<void> {
    return this.send_message_ping('')
  }

  /**
   * Begins to close: sends a close frame, waits in the background for the peer's, then ends the connection. Does nothing when
   * it is closing already. Resolves when the frame was taken by the stream below.
   *
   * @param code - 1000 to 1014 without the reserved ones, or 3000 to 4999; none for an empty close frame, as Python's.
   * @param reason - At most 123 octets of UTF-8.
   * @throws TypeError for another code, RangeError for a longer reason.
   */
  close(code?: number, reason?: string): Promise<void> {
    return this.#connection?.close(code, reason) ?? Promise.resolve()
  }

  async #accept(offer: HandshakeOffer): Promise<void> {
    let deflate: Deflate | null
    try {
      deflate = this.permessage_deflate ? negotiateDeflate(offer.extensions, this.handler.connection.limits) : null
    } catch {
      return this.#sendError(400, 'Sec-WebSocket-Extensions is malformed')
    }
    this.protocol = chosen(await this.select_protocol(offer.protocols), offer.protocols)
    if (await this.#switch(acceptFields(offer, this.protocol, deflate?.response ?? null))) await this.#serve(deflate)
  }

  /** Sends the 101 response; everything behind it is frames. False when the client has left meanwhile. */
  async #switch(fields: readonly (readonly [name: string, value: string])[]): Promise<boolean> {
    this.handler.send_response(101)
    for (const [name, value] of fields) this.handler.send_header(name, value)
    await this.handler.end_headers()
    return this.handler.wfile.flush().then(
      () => true,
      () => false,
    )
  }

  async #serve(deflate: Deflate | null): Promise<void> {
    const { handler } = this
    const connection = new WebSocketConnection({
      ...handler.detach(),
      limits: handler.connection.limits,
      deflate,
      pingIntervalMs: this.ping_interval_ms,
      closeTimeoutMs: this.close_timeout_ms,
      writeIdleMs: this.write_idle_ms,
      deliver: (opcode, payload) => this.#guard(() => this.on_message(opcode, payload)),
      onTrouble: (explanation) => this.#log('warn', `web socket failed: ${explanation}`),
    })
    this.#connection = connection
    this.#log('info', 'web socket has been connected')
    const closure = await this.#runUntilClosed(connection)
    await this.#guard(() => this.on_closed(closure.code, closure.reason))
  }

  async #runUntilClosed(connection: WebSocketConnection): Promise<Closure> {
    const forget = this.handler.connection.onShutdown(() => void connection.close(CLOSE_CODE.goingAway))
    try {
      return await connection.run(() => this.#guard(() => this.on_connected()))
    } finally {
      forget()
    }
  }

  /** Calls a hook so that its failure ends this connection and nothing else. */
  #guard(hook: () => unknown): Promise<void> | void {
    try {
      const result = hook()
      if (result !== SENT && isThenable(result))
        return Promise.resolve(result).then(ignore, (error: unknown) => this.#hookFailed(error))
    } catch (error) {
      this.#hookFailed(error)
    }
    return undefined
  }

  #hookFailed(error: unknown): void {
    // A send that a hook awaited fails when the peer leaves: that is no fault of the hook.
    if (error instanceof WebSocketClosedError && !this.connected) return
    this.#log('error', 'web socket handler failed', error)
    void this.close(CLOSE_CODE.internalError)
  }

  async #refuse({ status, explanation, fields }: HandshakeRefusal): Promise<void> {
    if (fields.length === 0) return this.#sendError(status, explanation)
    this.handler.send_response(status)
    for (const [name, value] of fields) this.handler.send_header(name, value)
    this.handler.send_header('Content-Type', 'text/plain; charset=UTF-8')
    this.handler.send_header('Content-Length', Buffer.byteLength(explanation))
    await this.handler.end_headers()
    this.handler.wfile.write(explanation)
  }

  async #sendError(status: number, explanation: string): Promise<void> {
    await this.handler.send_error(status, undefined, explanation)
  }

  #log(level: 'info' | 'warn' | 'error', message: string, ...details: unknown[]): void {
    this.handler.server.logger[level](`${this.handler.address_string()} ${message}`, ...details)
  }
}

function octetsOf(message: WebSocketData): Buffer {
  if (typeof message === 'string') return Buffer.from(message, 'utf8')
  return Buffer.isBuffer(message) ? message : Buffer.from(message.buffer, message.byteOffset, message.byteLength)
}

/** RFC 6455 4.2.2: the server's choice is one of the client's, or none. */
function chosen(protocol: string | null, offered: readonly string[]): string | null {
  if (protocol === null || offered.includes(protocol)) return protocol
  throw new TypeError(`select_protocol chose ${JSON.stringify(protocol)}, which the client does not offer`)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function ignore(): void {}
