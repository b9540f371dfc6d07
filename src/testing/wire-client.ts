/**
 * A client that says exactly what it is told, octet for octet, and hears everything. It knows a connection and its octets;
 * what a response is, `response-reading.ts` knows.
 */
import { connect as connectTcp, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { abortable } from '../handler/abortable.js'
import { Inbox, type Patience, type StreamEnd } from './inbox.js'
import { type Octets, quote, toBuffer } from './octets.js'
import { readResponse, type WireResponse } from './response-reading.js'
import { WireError } from './wire-error.js'

/** Where a client connects to, and how long it waits. */
export interface WireClientOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string
  /** Port of the server. */
  readonly port: number
  /** Speak TLS; true trusts whatever certificate there is, options are those of `tls.connect`. */
  readonly tls?: boolean | ConnectionOptions
  /** Longest wait for the connection, and for anything else unless the call says otherwise; 5,000 ms by default. */
  readonly timeoutMs?: number
  /** Calls everything off. */
  readonly signal?: AbortSignal
}

/** How long a wait may take. */
export interface ReadOptions {
  /** Milliseconds; in the place of the client's own. */
  readonly timeoutMs?: number
  /** Ends the wait with `ABORTED`; in the place of the client's own. */
  readonly signal?: AbortSignal
}

/** How octets are sent; the time limit is that of each piece, pauses aside. */
export interface SendOptions extends ReadOptions {
  /** Places to pause at, as octets from the start; `each` sends every octet alone. */
  readonly cuts?: readonly number[] | 'each'
  /** Length of a pause, enough for the server to read what came before by itself; 5 ms by default. */
  readonly paceMs?: number
}

const DEFAULT_TIMEOUT_MS = 5_000
const DEFAULT_PACE_MS = 5

/** A client that says any octets and hears all of them; every wait has an end. */
export class WireClient implements Disposable {
  /** The TCP or TLS socket, for what this class has no word for. */
  readonly socket: Socket
  /** The TCP socket below TLS; the socket itself without TLS. */
  readonly #tcp: Socket
  readonly #inbox = new Inbox()
  readonly #patience: Patience

  private constructor(socket: Socket, tcp: Socket, patience: Patience) {
    this.socket = socket
    this.#tcp = tcp
    this.#patience = patience
    socket.on('data', (octets: Buffer) => this.#inbox.receive(octets))
    socket.on('end', () => this.#inbox.receiveEnd('closed'))
    socket.on('error', () => this.#inbox.receiveEnd('reset'))
    socket.on('close', () => this.#inbox.receiveEnd('closed'))
  }

  /** @throws WireError `CONNECT`, `TIMEOUT` or `ABORTED`. */
  static async connect(options: WireClientOptions): Promise<WireClient> {
    const { host = '127.0.0.1', port, tls = false, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options
    const tcp = connectTcp({ host, port, allowHalfOpen: true, noDelay: true })
    const opened = { tcp, timeoutMs, signal, where: `${host}:${port}` }
    await established(tcp, 'connect', opened)
    if (tls === false) return new WireClient(tcp, tcp, { timeoutMs, signal })
    const trusted = tls === true ? { rejectUnauthorized: false } : tls
    // Node's types do not list allowHalfOpen here; its documentation does.
    const socket = connectTls({ ...trusted, socket: tcp, allowHalfOpen: true } as ConnectionOptions)
    await established(socket, 'secureConnect', opened)
    return new WireClient(socket, tcp, { timeoutMs, signal })
  }

  /** How the server has ended its sending side; null while it has not. Octets may still wait to be read. */
  get ended(): StreamEnd | null {
    return this.#inbox.end
  }

  /** Octets that came and were not read yet. */
  get unread(): Buffer {
    return this.#inbox.peek()
  }

  // ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Resolves when the system has taken everything.
   *
   * @throws WireError `CLOSED` or `RESET` when the connection is gone, `TIMEOUT` when the server takes nothing, `ABORTED`;
   * RangeError for a string that is no octets.
   */
  async send(octets: Octets, { cuts = [], paceMs = DEFAULT_PACE_MS, ...given }: SendOptions = {}): Promise<void> {
    const patience = { ...this.#patience, ...given }
    for (const [place, piece] of pieces(toBuffer(octets), cuts).entries()) {
      if (place > 0) await this.#inTime(() => delay(paceMs), { ...patience, timeoutMs: Infinity })
      await this.#inTime(() => this.#write(piece), patience)
    }
  }

  /** Ends the sending side, with close_notify under TLS; what the server sends still comes. */
  halfClose(): void {
    this.socket.end()
  }

  /** Ends the sending side of the TCP connection, without the close_notify that TLS asks for. */
  truncate(): void {
    this.#tcp.end()
  }

  /** Resets the TCP connection. */
  reset(): void {
    // Destroying both in one turn of the event loop can crash Node 20 while octets are under way.
    this.#tcp.once('close', () => this.socket.destroy())
    this.#tcp.resetAndDestroy()
  }

  /** Closes both sides at once. */
  close(): void {
    this.socket.destroy()
    this.#tcp.destroy()
  }

  /** Ends the connection: `using client = …`. */
  [Symbol.dispose](): void {
    this.close()
  }

  // ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Takes nothing off the connection until {@link resumeReading}: the server's octets pile up on its side. */
  pauseReading(): void {
    this.socket.pause()
  }

  /** Reads on. */
  resumeReading(): void {
    this.socket.resume()
  }

  /** Exactly so many octets. @throws WireError when they do not come. */
  async read(count: number, options: ReadOptions = {}): Promise<Buffer> {
    await this.#await(`${count} octets`, options, () => this.#inbox.length >= count)
    return this.#inbox.take(count)
  }

  /**
   * Octets up to and with the ones that are looked for, or as soon as the condition holds for those that were not read yet.
   *
   * @throws WireError when they do not come.
   */
  async readUntil(wanted: Octets | ((unread: Buffer) => boolean), options: ReadOptions = {}): Promise<Buffer> {
    if (typeof wanted === 'function') {
      await this.#await('a condition', options, () => wanted(this.#inbox.peek()))
      return this.#inbox.take()
    }
    const pattern = toBuffer(wanted)
    const place = (): number => this.#inbox.peek().indexOf(pattern)
    await this.#await(quote(pattern), options, () => place() >= 0)
    return this.#inbox.take(place() + pattern.length)
  }

  /** All octets until the server ends its side, or resets. @throws WireError `TIMEOUT`, `ABORTED`. */
  async readUntilClose(options: ReadOptions = {}): Promise<Buffer> {
    await this.#await('the end of the connection', options, () => this.#inbox.end !== null)
    return this.#inbox.take()
  }

  /** Octets until none has come for so long, the server has ended its side, or time is up. @throws WireError `ABORTED`. */
  async readUntilQuiet(quietMs: number, options: ReadOptions = {}): Promise<Buffer> {
    const { timeoutMs, signal } = { ...this.#patience, ...options }
    const deadline = performance.now() + timeoutMs
    for (let left = timeoutMs; left > 0 && this.#inbox.end === null; left = deadline - performance.now()) {
      if (!(await this.#inbox.more({ timeoutMs: Math.min(quietMs, left), signal }))) break
    }
    return this.#inbox.take()
  }

  /**
   * The next response, interim ones in front of it included. What follows it stays unread.
   *
   * @param method - Verb of the request: a response to HEAD has no body, one to CONNECT no end.
   * @throws WireError `NO_RESPONSE` when the octets are none, or what ended the wait for them.
   */
  readResponse(method = 'GET', options: ReadOptions = {}): Promise<WireResponse> {
    return readResponse(this.#inbox, method, { ...this.#patience, ...options })
  }

  async #await(what: string, options: ReadOptions, arrived: () => boolean): Promise<void> {
    const patience = { ...this.#patience, ...options }
    const deadline = performance.now() + patience.timeoutMs
    while (!arrived()) {
      if (this.#inbox.end !== null) throw this.#endedBefore(what)
      const timeoutMs = Math.max(0, deadline - performance.now())
      if (await this.#inbox.more({ ...patience, timeoutMs })) continue
      throw new WireError('TIMEOUT', `no sign of ${what} in ${patience.timeoutMs} ms`, this.unread)
    }
  }

  #endedBefore(what: string): WireError {
    const code = this.#inbox.end === 'reset' ? 'RESET' : 'CLOSED'
    const did = code === 'RESET' ? 'reset' : 'closed'
    return new WireError(code, `the server ${did} the connection before ${what}`, this.unread)
  }

  #write(octets: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(octets, (error) => (error ? reject(this.#unsent(error)) : resolve()))
    })
  }

  /** Waits for a part of sending, as long as that may take. */
  async #inTime(part: () => Promise<void>, { timeoutMs, signal }: Patience): Promise<void> {
    const limits = timeoutMs === Infinity ? [] : [AbortSignal.timeout(timeoutMs)]
    try {
      signal?.throwIfAborted()
      await abortable(part(), AbortSignal.any(signal === undefined ? limits : [signal, ...limits]))
    } catch (error) {
      if (error instanceof WireError) throw error
      if (!signal?.aborted) throw new WireError('TIMEOUT', `not all was taken in ${timeoutMs} ms`, this.unread)
      throw new WireError('ABORTED', 'sending was called off', this.unread, { cause: signal.reason })
    }
  }

  #unsent(cause: Error): WireError {
    const code = this.#inbox.end === 'reset' ? 'RESET' : 'CLOSED'
    return new WireError(code, 'the connection was gone before everything was sent', this.unread, { cause })
  }
}

interface Opening {
  readonly tcp: Socket
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly where: string
}

function established(socket: Socket | TLSSocket, event: string, opening: Opening): Promise<void> {
  const { tcp, timeoutMs, signal, where } = opening
  return new Promise((resolve, reject) => {
    const settle = (error?: WireError): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      socket.off('close', onClose)
      if (error === undefined) return resolve()
      // Whatever the sockets have still to say is no news.
      for (const each of [socket, tcp]) each.on('error', () => {}).destroy()
      reject(error)
    }
    const fail = (code: WireError['code'], message: string, cause?: unknown): void =>
      settle(new WireError(code, `${message} (${where})`, undefined, { cause }))
    const onError = (cause: Error): void => fail('CONNECT', cause.message, cause)
    const onClose = (): void => fail('CONNECT', 'the connection was closed before it was established')
    const onAbort = (): void => fail('ABORTED', 'connecting was called off', signal?.reason)
    const timer =
      timeoutMs === Infinity
        ? undefined
        : setTimeout(() => fail('TIMEOUT', `no ${event} in ${timeoutMs} ms`), timeoutMs)
    socket.once(event, () => settle())
    socket.on('error', onError)
    socket.on('close', onClose)
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
  })
}

function pieces(octets: Buffer, cuts: readonly number[] | 'each'): Buffer[] {
  const places = cuts === 'each' ? Array.from(octets.keys()).slice(1) : cuts
  const bounds = [0, ...places, octets.length]
  return bounds.slice(1).map((to, index) => octets.subarray(bounds[index], to))
}
