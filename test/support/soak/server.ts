/**
 * The server under load, as a process of its own: its parent asks it by messages for its memory and for what it has open.
 * It prints nothing and ends with its parent.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AdvancedHTTPServer, type Query, RequestHandler, WebSocketHandler } from '../../../src/index.js'
import { contentOf, FILES } from './content.js'

class Echo extends WebSocketHandler {
  override permessage_deflate = true

  override on_message_text(message: string): unknown {
    return this.send_message_text(message)
  }

  override on_message_binary(message: Buffer): unknown {
    return this.send_message_binary(message)
  }
}

class SoakHandler extends RequestHandler {
  static override readonly web_socket_handler = Echo

  override on_init(): void {
    this.handler_map['^octets$'] = this.res_octets
    this.rpc_handler_map['^/echo$'] = this.rpc_echo
  }

  rpc_echo(...args: unknown[]): unknown[] {
    return args
  }

  /** `seed` and `size` say which octets; `chunked` whether their number is told in advance. */
  async res_octets(query: Query): Promise<void> {
    const [seed, size] = ['seed', 'size'].map((name) => Number(query.get(name)?.[0]))
    const octets = contentOf(seed as number, size as number)
    this.send_response(200)
    if (query.get('chunked') === undefined) {
      this.send_header('Content-Length', octets.length)
      this.end_headers()
      this.wfile.write(octets)
      return
    }
    const body = this.chunked()
    for (let at = 0; at < octets.length; at += 9_973) {
      if (!body.write(octets.subarray(at, at + 9_973))) await new Promise((resolve) => body.once('drain', resolve))
    }
    body.end()
  }

  /** Sends the body back while it comes. */
  async do_PUT(): Promise<void> {
    this.send_response(200)
    const body = this.chunked()
    for await (const octets of this.rfile) {
      if (!body.write(octets)) await new Promise((resolve) => body.once('drain', resolve))
    }
    body.end()
  }

  /** Collects the body and tells its digest. */
  override async do_POST(): Promise<void> {
    const octets = await this.read_body()
    await this.send_response_full(createHash('sha256').update(octets).digest('hex'))
  }
}

export interface Readings {
  readonly heapBytes: number
  readonly rssBytes: number
  /** What keeps the process going, by kind. */
  readonly handles: Readonly<Record<string, number>>
  /** Errors the server has logged. */
  readonly errors: readonly string[]
}

const errors: string[] = []

function readings(): Readings {
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  const handles: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1
  return { heapBytes: heapUsed + external, rssBytes: rss, handles, errors: errors.slice(-20) }
}

async function main(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'soak-'))
  for (const [name, content] of FILES) writeFileSync(join(root, name), content)
  const server = new AdvancedHTTPServer(SoakHandler, {
    addresses: [
      ['127.0.0.1', 0, false],
      ['127.0.0.1', 0, true],
    ],
    ssl_certfile: fileURLToPath(new URL('../rig/certs/default.pem', import.meta.url)),
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (message, error) => errors.push(`${message} ${error instanceof Error ? error.stack : ''}`),
    },
  })
  server.serve_files = true
  server.serve_files_root = root
  await server.listen()
  process.on('message', () => process.send?.(readings()))
  process.once('disconnect', () => {
    rmSync(root, { recursive: true, force: true })
    process.exit(0)
  })
  process.send?.(server.sub_servers.map(({ server_address }) => server_address[1]))
}

await main()
