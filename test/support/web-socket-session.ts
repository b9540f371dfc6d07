/**
 * A WebSocketHandler at work over any stream without a server: a host that does what a request handler would, and the
 * peer at the other end, which speaks in octets and listens in frames.
 */
import type { Duplex } from 'node:stream'
import { Headers } from '../../src/http/headers.js'
import { DEFAULT_LIMITS, type Limits } from '../../src/http/limits.js'
import type { WebSocketHandler } from '../../src/websocket/web-socket-handler.js'
import type { WebSocketHost } from '../../src/websocket/web-socket-host.js'
import { duplexPair, type DuplexPairOptions } from './duplex-pair.js'
import { type ReceivedFrame, readFrames } from './web-socket-frames.js'

/** Fields of a sound handshake. */
export const HANDSHAKE_FIELDS: readonly (readonly [string, string])[] = [
  ['Host', 'example'],
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
]

export interface HostOptions {
  readonly fields?: readonly (readonly [string, string])[]
  readonly limits?: Partial<Limits>
  /** Octets that came together with the handshake. */
  readonly head?: Buffer
}

/** The part of a request handler that a WebSocket sees, over a stream. */
export class FakeHost implements WebSocketHost {
  command = 'GET'
  request_version = 'HTTP/1.1'
  close_connection = false
  readonly headers: Headers
  /** Everything logged: `level message`, and the message of an error behind it. */
  readonly log: string[] = []
  readonly server = { logger: this.#logger() }
  readonly connection: WebSocketHost['connection']
  readonly wfile: WebSocketHost['wfile']
  readonly #stream: Duplex
  readonly #head: Buffer
  readonly #shutdownListeners = new Set<() => void>()
  #lines = ''

  constructor(stream: Duplex, { fields = HANDSHAKE_FIELDS, limits = {}, head = Buffer.alloc(0) }: HostOptions = {}) {
    this.#stream = stream
    this.#head = head
    this.headers = new Headers(fields)
    this.connection = {
      limits: { ...DEFAULT_LIMITS, ...limits },
      onShutdown: (listener) => {
        this.#shutdownListeners.add(listener)
        return () => this.#shutdownListeners.delete(listener)
      },
    }
    this.wfile = { write: (octets) => stream.write(octets), flush: () => Promise.resolve() }
  }

  get shutdownListeners(): number {
    return this.#shutdownListeners.size
  }

  beginShutdown(): void {
    for (const listener of this.#shutdownListeners) listener()
  }

  send_response(code: number): void {
    this.#lines += `HTTP/1.1 ${code}\r\n`
  }

  send_header(keyword: string, value: string | number): void {
    this.#lines += `${keyword}: ${value}\r\n`
  }

  end_headers(): void {
    this.#stream.write(`${this.#lines}\r\n`)
    this.#lines = ''
  }

  send_error(code: number, _message?: string, explain = ''): void {
    this.send_response(code)
    this.end_headers()
    this.#stream.write(explain)
  }

  address_string(): string {
    return '192.0.2.1'
  }

  detach(): { stream: Duplex; head: Buffer } {
    return { stream: this.#stream, head: this.#head }
  }

  #logger() {
    const at = (level: string) => (message: string, error?: unknown) => {
      this.log.push(`${level} ${message}${error instanceof Error ? `: ${error.message}` : ''}`)
    }
    return { info: at('info'), warn: at('warn'), error: at('error') }
  }
}

/** The other end: collects what comes, and waits for what is to come. */
class FramePeer {
  readonly stream: Duplex
  /** Whether this side stays open when the other has ended its own. */
  lingers = false
  /** Resolves when the other side has ended its sending, or is gone. */
  readonly ended: Promise<void>
  #received = Buffer.alloc(0)
  #wake: (() => void) | null = null

  constructor(stream: Duplex) {
    this.stream = stream
    stream.on('error', () => {})
    stream.on('data', (octets: Buffer) => {
      this.#received = Buffer.concat([this.#received, octets])
      this.#wake?.()
    })
    this.ended = new Promise((resolve) => {
      stream.once('end', () => {
        if (!this.lingers) stream.end()
        resolve()
      })
      stream.once('close', resolve)
    })
  }

  /** Head of the HTTP response; empty before it is complete. */
  get head(): string {
    return this.#received.subarray(0, this.#headEnd).toString('latin1')
  }

  get frames(): ReceivedFrame[] {
    return readFrames(this.#received.subarray(this.#headEnd))
  }

  /** Octets behind the head of the response. */
  get body(): string {
    return this.#received.subarray(this.#headEnd).toString('latin1')
  }

  /** Waits for the head of the response. */
  async opened(): Promise<void> {
    await this.#until(() => this.#headEnd > 0)
  }

  /** Waits for the first `count` frames. */
  async read(count: number): Promise<ReceivedFrame[]> {
    await this.#until(() => this.frames.length >= count)
    return this.frames
  }

  /** Resolves when the other side took what was sent. */
  send(...octets: Buffer[]): Promise<void> {
    return new Promise((resolve) => this.stream.write(Buffer.concat(octets), () => resolve()))
  }

  get #headEnd(): number {
    const place = this.#received.indexOf('\r\n\r\n')
    return place < 0 ? 0 : place + 4
  }

  async #until(enough: () => boolean): Promise<void> {
    let over = false
    void this.ended.then(() => {
      over = true
      this.#wake?.()
    })
    while (!enough()) {
      if (over)
        throw new Error(`the stream ended too early, after ${JSON.stringify(this.#received.toString('latin1'))}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

export interface Session<Socket> {
  readonly socket: Socket
  readonly host: FakeHost
  readonly peer: FramePeer
  /** What `run` gave. */
  readonly done: Promise<boolean>
}

/** Runs a handler of this class over a pair in memory. */
export function openSession<Socket extends WebSocketHandler>(
  klass: new (handler: WebSocketHost) => Socket,
  options: HostOptions & DuplexPairOptions = {},
): Session<Socket> {
  const [here, there] = duplexPair(options)
  const host = new FakeHost(here, options)
  const peer = new FramePeer(there)
  const socket = new klass(host)
  return { socket, host, peer, done: socket.run() }
}
