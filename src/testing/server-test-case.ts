/**
 * Python's `ServerTestCase`, for any test runner or none: `setUp` before a test, `tearDown` after it, a kept connection to
 * ask over in between. Assertions throw what `node:assert` throws, which every runner shows.
 */
import { Buffer } from 'node:buffer'
import { AssertionError, ok } from 'node:assert'
import { randomBytes } from 'node:crypto'
import {
  AdvancedHTTPServer,
  type BaseHTTPRequestHandler,
  type HandlerClass,
  type Headers,
  RequestHandler,
} from '../index.js'
import type { WireResponse } from './response-reading.js'
import { type ServerClass, startServer, type TestServer } from './test-server.js'
import { WireClient } from './wire-client.js'
import { wrapHandlerClass } from './wrap-handler-class.js'

/** A response as Python's `http.client.HTTPResponse` shows it, its body read. */
export class TestResponse {
  /** Status code. */
  readonly status: number
  /** Reason phrase. */
  readonly reason: string
  /** Field lines, as received. */
  readonly headers: Headers
  /** The body. */
  readonly data: Buffer

  constructor({ status, reason, headers, body }: WireResponse) {
    this.status = status
    this.reason = reason
    this.headers = headers
    this.data = body
  }

  /** Values of all fields of this name, joined; else the default. */
  getheader(name: string, fallback: string | null = null): string | null {
    const values = this.headers.get_all(name)
    return values.length === 0 ? fallback : values.join(', ')
  }

  /** Field lines as received. */
  getheaders(): [name: string, value: string][] {
    return this.headers.items()
  }
}

export interface HTTPRequestOptions {
  /** GET by default. */
  readonly method?: string
  /** `Connection: keep-alive` and Host are added unless they are here. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent with its Content-Length; strings as UTF-8. */
  readonly body?: string | Uint8Array
  /** Calls the request off. */
  readonly signal?: AbortSignal
}

export class ServerTestCase {
  /** The server to test. Overridable. */
  server_class: ServerClass = AdvancedHTTPServer
  /** The handlers to test. Overridable. */
  handler_class: HandlerClass = RequestHandler
  /** Speak TLS, with a certificate made for the test. Overridable. */
  use_ssl = false
  /** A resource that answers 200 and `Hello World!`. */
  readonly test_resource = `/${randomBytes(20).toString('hex')}`
  #running: TestServer | null = null
  #client: WireClient | null = null

  /** The server under test. @throws Error before `setUp`. */
  get server(): AdvancedHTTPServer {
    return this.#started.server
  }

  /** Host and port it listens at. @throws Error before `setUp`. */
  get server_address(): readonly [host: string, port: number] {
    const { host, port } = this.#started
    return [host, port]
  }

  /** Starts the server; to be called in front of each test. */
  async setUp(): Promise<void> {
    const { server_class, use_ssl } = this
    const klass = wrapHandlerClass(this.handler_class, { made: (handler) => this.#addTestResource(handler) })
    this.#running = await startServer(klass, { server_class, tls: use_ssl })
  }

  /** Ends the server; to be called behind each test. */
  async tearDown(): Promise<void> {
    this.#client?.close()
    this.#client = null
    await this.#running?.close()
    this.#running = null
  }

  /**
   * Asks for a resource over the connection of the case, and over a new one when that has ended.
   *
   * @throws WireError when there is no response.
   */
  async http_request(resource: string, options: HTTPRequestOptions = {}): Promise<TestResponse> {
    const { method = 'GET', signal } = options
    const patience = signal === undefined ? {} : { signal }
    const client = await this.#connected()
    let keepsAlive = false
    try {
      await client.send(requestOctets(resource, method, options, this.server_address), patience)
      const response = await client.readResponse(method, patience)
      keepsAlive = response.keepsAlive
      return new TestResponse(response)
    } finally {
      // What still comes would be taken for the answer to the next request.
      if (!keepsAlive) this.#hangUp()
    }
  }

  /** @throws AssertionError naming both statuses. */
  assertHTTPStatus(http_response: TestResponse, status: number): void {
    ok(http_response instanceof TestResponse, 'not a response of http_request')
    if (http_response.status === status) return
    throw new AssertionError({
      message: `HTTP Response received status ${http_response.status} when ${status} was expected`,
      actual: http_response.status,
      expected: status,
      operator: 'strictEqual',
      stackStartFn: this.assertHTTPStatus.bind(this),
    })
  }

  get #started(): TestServer {
    if (this.#running === null) throw new TypeError('setUp has not been called')
    return this.#running
  }

  async #connected(): Promise<WireClient> {
    if (this.#client?.ended !== null) this.#hangUp()
    this.#client ??= await WireClient.connect({ port: this.#started.port, tls: this.use_ssl })
    return this.#client
  }

  #hangUp(): void {
    this.#client?.close()
    this.#client = null
  }

  #addTestResource(handler: BaseHTTPRequestHandler): void {
    if (!(handler instanceof RequestHandler)) return
    handler.handler_map[`^${this.test_resource.slice(1)}$`] = (asked: RequestHandler) =>
      asked.send_response_full('Hello World!\n')
  }
}

function requestOctets(
  resource: string,
  method: string,
  { headers = {}, body }: HTTPRequestOptions,
  [host, port]: readonly [string, number],
): Buffer {
  const content = body === undefined ? null : Buffer.from(body as Uint8Array)
  const has = (wanted: string): boolean => Object.keys(headers).some((name) => name.toLowerCase() === wanted)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  if (!has('host')) lines.unshift(`Host: ${host}:${port}\r\n`)
  if (!has('connection')) lines.push('Connection: keep-alive\r\n')
  if (content !== null && !has('content-length')) lines.push(`Content-Length: ${content.length}\r\n`)
  const head = Buffer.from(`${method} ${resource} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1')
  return content === null ? head : Buffer.concat([head, content])
}
