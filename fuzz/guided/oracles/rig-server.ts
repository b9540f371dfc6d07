/**
 * The rig behind connections in memory: all its resources, files and WebSockets, with a field in each answer that says
 * which request it answers. One server per choice of settings, made on first use and never bound to an address.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { inspect } from 'node:util'
import {
  AdvancedHTTPServer,
  type HandlerServer,
  HeaderError,
  type Limits,
  type Logger,
  type MaybePromise,
  type Query,
} from '../../../src/index.js'
import '../../../test/support/rig/registered-functions.js'
import { firstText } from '../../../test/support/rig/request-resources.js'
import { equip } from '../../../test/support/rig/rig-connection.js'
import { SocketHandler } from '../../../test/support/rig/socket-handler.js'
import { makeWebRoot } from '../../../test/support/rig/web-root.js'

/** Field of a final answer: the place of its request, from 1; `fault` when the octets were no request. */
export const ANSWERS = 'X-Answers'

/** Errors that handlers of the rig throw on purpose, or for what a client asked of them. */
const EXPECTED_ERRORS: readonly RegExp[] = [
  /^builtins\.RuntimeError/,
  /^rig\.CustomError/,
  /^TypeError: (?:the value is no text)?$/,
  /^Error: no response was sent$/,
  /^RangeError: status code must be a whole number/,
  /^builtins\.TypeError: /,
]

/** Verb that asks for its body and reads none of it: only then is more to be read away than its answer could know of. */
export const LEAVES_BODY = 'LEAVE'

/** Which rig a handler belongs to. */
const rigs = new WeakMap<HandlerServer, RigServer>()

class MarkingHandler extends SocketHandler {
  #place = 0
  #status = 0

  override parse_request(): MaybePromise<boolean> {
    this.#place += 1
    return super.parse_request()
  }

  override send_response_only(code: number, message?: string): void {
    this.#status = code
    super.send_response_only(code, message)
  }

  override end_headers(): void {
    const isFinal = this.#status >= 200 || this.#status === 101
    if (isFinal) this.send_header(ANSWERS, this.requestline === '' ? 'fault' : this.#place)
    this.#status = 0
    super.end_headers()
    const rig = rigs.get(this.server)
    if (rig !== undefined) rig.headsWritten += 1
  }

  /** The connection ends behind it, which its octets do not say. */
  override async res_close(): Promise<void> {
    await super.res_close()
    const rig = rigs.get(this.server)
    if (rig !== undefined) rig.closedBehind = this.#place
  }

  [`do_${LEAVES_BODY}`](): void {
    this.text(this.rfile.readable ? 'left' : 'no body')
  }

  /** The library sends names as they are given. Those that mean something would make of the answer what the client likes. */
  override res_set_header(query: Query): void {
    if (/^X[\w-]*$/.test(firstText(query, 'name', 'X-Name'))) super.res_set_header(query)
    else this.text('not a name to try')
  }
}

export interface RigServerOptions {
  readonly authenticates: boolean
  readonly limits: Partial<Limits>
}

export class RigServer {
  /** Errors since the last look that no handler throws on purpose. */
  unexpected: string[] = []
  /** How many answers a handler broke off, or may have. */
  brokenOff = 0
  /** Heads that handlers have ended, those of interim answers included. */
  headsWritten = 0
  /** Place of the request behind whose answer a handler has closed; 0: none has. */
  closedBehind = 0
  readonly #server: AdvancedHTTPServer

  constructor({ authenticates, limits }: RigServerOptions) {
    const server = new AdvancedHTTPServer(MarkingHandler, {
      addresses: [['127.0.0.1', 0]],
      limits,
      logger: this.#logger(),
    })
    server.server_version = 'Rig/1.0'
    server.serve_files = true
    server.serve_files_root = sharedWebRoot()
    if (authenticates) server.auth_add_creds('admin', 'secret', 'plain')
    for (const subServer of server.sub_servers) {
      equip(subServer, { webRoot: sharedWebRoot(), implicitKeepAlive: true })
      rigs.set(subServer, this)
    }
    this.#server = server
  }

  /** Serves one connection to its end. */
  serve(stream: Duplex): Promise<void> {
    const [subServer] = this.#server.sub_servers
    if (subServer === undefined) throw new Error('the server has no address')
    return subServer.handle_connection(stream)
  }

  /** Whether it keeps no connection, be it an open one or one that has ended: it shows how many it holds. */
  get isIdle(): boolean {
    return this.#server.sub_servers.every((subServer) => /\bconnections: 0\b/.test(inspect(subServer)))
  }

  #logger(): Logger {
    return { debug: ignore, info: ignore, warn: ignore, error: (message, error) => this.#hear(message, error) }
  }

  #hear(message: string, error: unknown): void {
    this.brokenOff += 1
    if (error === undefined || error instanceof HeaderError) return
    const text = error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error)
    if (EXPECTED_ERRORS.some((expected) => expected.test(text))) return
    this.unexpected.push(`${message} ${error instanceof Error ? (error.stack ?? text) : text}`)
  }
}

function ignore(): void {}

let webRoot: string | null = null

function sharedWebRoot(): string {
  if (webRoot !== null) return webRoot
  const folder = mkdtempSync(join(tmpdir(), 'guided-webroot-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  webRoot = makeWebRoot(folder)
  return webRoot
}
