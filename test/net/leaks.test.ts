/**
 * Ten thousand connections of all kinds, after which nothing is left of them: no socket, no timer, no parser, no listener,
 * no memory. The server runs in a process of its own, so that all that is counted is its own.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface, type Interface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileSources } from '../support/compile.js'

const CONNECTIONS = 10_000
const SIDE_BY_SIDE = 50

const program = (library: string): string => `
  const { AdvancedHTTPServer, RequestHandler } = await import(${JSON.stringify(`${library}/index.js`)})
  const { sharedLlhttp } = await import(${JSON.stringify(`${library}/http/llhttp/wasm.js`)})
  const { createHook } = await import('node:async_hooks')
  const { Readable } = await import('node:stream')
  const timers = new Set()
  createHook({
    init: (id, type) => type === 'Timeout' && timers.add(id),
    destroy: (id) => timers.delete(id),
  }).enable()
  let warnings = 0
  process.on('warning', (warning) => { warnings += 1; console.error(warning) })
  class Handler extends RequestHandler {
    on_init() { this.handler_map['^throw$'] = () => { throw new Error('the fault') } }
    async do_GET() {
      switch (this.path) {
        case '/large': return this.send_response_full('x'.repeat(300_000))
        case '/stream': return this.send_response_full(Readable.from(['a', 'b']))
        case '/chunked': { const body = this.chunked(); body.write('a'); body.end('b'); return }
        case '/stuck': { void this.signal; return new Promise(() => {}) }
        case '/cut': this.send_response(200); this.end_headers(); this.wfile.write('x'); throw new Error('the fault')
        case '/own': { const { stream } = this.detach(); stream.end('own'); stream.resume(); return }
        case '/told': { this.connection.onShutdown(() => {}); return this.send_response_full('told') }
        default: return super.do_GET()
      }
    }
    async do_PUT() {
      const body = await this.read_body()
      return this.send_response_full(String(body.length))
    }
    do_SKIP() { return this.send_response_full('skipped') }
  }
  const server = new AdvancedHTTPServer(Handler, {
    addresses: [['127.0.0.1', 0]],
    timeouts: { idle_ms: 20, head_ms: 2_000, handler_ms: 300, linger_ms: 300 },
  })
  await server.listen()
  const count = (kind) => process.getActiveResourcesInfo().filter((name) => name === kind).length
  process.stdin.on('data', () => {
    gc()
    console.log(JSON.stringify({
      sockets: count('TCPSocketWrap'),
      timers: timers.size,
      parsers: sharedLlhttp().octets.buffer.byteLength,
      listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
      heap: process.memoryUsage().heapUsed,
      warnings,
    }))
  })
  console.log(JSON.stringify({ port: server.sub_servers[0].server_address[1] }))
`

interface Count {
  readonly sockets: number
  readonly timers: number
  /** Size of the memory that parsers live in. */
  readonly parsers: number
  readonly listeners: number
  readonly heap: number
  readonly warnings: number
}

const get = (path: string, fields = ''): string => `GET /${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`
const put = (announced: number, sent: number, verb = 'PUT'): string =>
  `${verb} /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${announced}\r\n\r\n${'x'.repeat(sent)}`

type Kind = (socket: Socket) => void

/** Says this, then ends its side. */
const saying =
  (octets: string): Kind =>
  (socket) =>
    socket.end(octets)

/** Says this, and waits for the server to end. */
const waiting =
  (octets: string): Kind =>
  (socket) => {
    socket.write(octets)
    socket.once('end', () => socket.end())
  }

/** Says this, hears something, and is gone. */
const leaving =
  (octets: string): Kind =>
  (socket) => {
    socket.write(octets)
    socket.once('data', () => socket.resetAndDestroy())
  }

/** Says this and is gone. */
const vanishing =
  (octets: string): Kind =>
  (socket) => {
    socket.write(octets, () => socket.resetAndDestroy())
  }

const KINDS: readonly Kind[] = [
  saying(get('x')),
  saying(get('x').repeat(5)),
  saying(get('large').repeat(2)),
  saying(get('stream')),
  saying(get('chunked').repeat(15)),
  saying(get('throw') + get('x')),
  saying(get('cut')),
  saying(get('own')),
  saying(get('told').repeat(3)),
  saying(put(100, 100) + get('x')),
  saying(put(100_000, 100_000, 'SKIP') + get('x')),
  saying(put(1_000, 10)),
  saying('nonsense\r\n\r\n'),
  saying(''),
  saying('GET /x HTT'),
  saying(get('x', 'Expect: 100-continue\r\n')),
  waiting(get('x')),
  waiting(get('x', 'Connection: close\r\n')),
  waiting(put(10_000_000, 100, 'SKIP')),
  waiting(get('stuck')),
  waiting(''),
  leaving(get('large').repeat(3)),
  leaving(get('chunked').repeat(3)),
  leaving(get('own')),
  vanishing(get('stuck')),
  vanishing(get('large')),
  vanishing(put(1_000_000, 100)),
  vanishing(put(1_000_000, 100, 'SKIP')),
  vanishing('GET /x'),
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.destroy(),
]

describe('a server that has had ten thousand connections of all kinds', () => {
  let child: ChildProcess
  let lines: Interface
  let port = 0

  beforeAll(async () => {
    const script = program(pathToFileURL(compileSources()).href)
    child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const [line] = (await once(lines, 'line')) as [string]
    port = (JSON.parse(line) as { port: number }).port
  }, 60_000)
  afterAll(() => child.kill())

  async function count(): Promise<Count> {
    child.stdin?.write('?')
    const [line] = (await once(lines, 'line')) as [string]
    return JSON.parse(line) as Count
  }

  /** One connection, from its beginning to its end. */
  function play(kind: Kind): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => kind(socket))
      socket.on('error', () => {})
      socket.once('close', () => resolve())
      socket.resume()
    })
  }

  async function playAll(connections: number): Promise<void> {
    let begun = 0
    const clients = Array.from({ length: SIDE_BY_SIDE }, async () => {
      while (begun < connections) {
        begun += 1
        await play(KINDS[begun % KINDS.length] as Kind)
      }
    })
    await Promise.all(clients)
  }

  /** Counts when no socket is left, however long lingering takes. */
  async function countWhenQuiet(): Promise<Count> {
    for (;;) {
      const counted = await count()
      if (counted.sockets === 0 && counted.timers === 0) return counted
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  it('keeps nothing of them', { timeout: 180_000 }, async () => {
    await playAll(1_000)
    const before = await countWhenQuiet()
    await playAll(CONNECTIONS - 1_000)
    const after = await countWhenQuiet()
    expect(after).toMatchObject({ sockets: 0, timers: 0, warnings: 0 })
    expect(after.parsers).toBe(before.parsers)
    expect(after.listeners).toBe(before.listeners)
    expect(after.heap - before.heap).toBeLessThan(4_000_000)
  })
})
