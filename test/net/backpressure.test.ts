/**
 * Clients that take nothing and clients that are never read, many at a time: what they can make this process hold is
 * bounded by what `limits` says, and others are served as before. The server runs in a process of its own, so that its
 * memory is its own.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface, type Interface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSources } from '../support/compile.js'
import { hear } from '../support/serve.js'

const CLIENTS = 200

/** Serves, and tells its memory and what it has read and answered whenever it is asked. */
const program = (library: string): string => `
  const { AdvancedHTTPServer, RequestHandler } = await import(${JSON.stringify(library)})
  const { Readable } = await import('node:stream')
  const { pipeline } = await import('node:stream/promises')
  let answered = 0
  let begun = 0
  const block = Buffer.alloc(65_536, 'x')
  class Handler extends RequestHandler {
    async do_GET() {
      begun += 1
      if (this.path === '/count') { answered += 1; return this.send_response_full('[answer]') }
      if (this.path === '/text') return this.send_response_full('x'.repeat(200_000))
      this.send_response(200)
      this.send_header('Content-Length', 1e12)
      this.end_headers()
      await pipeline(Readable.from((function* () { for (;;) yield block })()), this.wfile)
    }
    async do_PUT() {
      begun += 1
      if (this.path === '/part') for await (const piece of this.rfile) { if (piece.length > 0) break }
      await new Promise(() => {})
    }
  }
  const server = new AdvancedHTTPServer(Handler, { addresses: [['127.0.0.1', 0]] })
  await server.listen()
  process.stdin.on('data', () => {
    gc()
    const { heapUsed, external } = process.memoryUsage()
    console.log(JSON.stringify({ used: heapUsed + external, answered, begun }))
  })
  console.log(JSON.stringify({ port: server.sub_servers[0].server_address[1] }))
`

interface Report {
  /** Octets of memory in use by JavaScript, buffers included. */
  readonly used: number
  readonly answered: number
  /** Requests that have reached a handler. */
  readonly begun: number
}

describe('a server of many clients', { timeout: 60_000 }, () => {
  let child: ChildProcess
  let lines: Interface
  let port = 0
  const clients: Socket[] = []

  beforeAll(async () => {
    const library = pathToFileURL(`${buildSources()}/index.js`).href
    child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', program(library)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const [line] = (await once(lines, 'line')) as [string]
    port = (JSON.parse(line) as { port: number }).port
  }, 60_000)
  afterAll(() => {
    for (const client of clients) client.destroy()
    child.kill()
  })

  async function report(): Promise<Report> {
    child.stdin?.write('?')
    const [line] = (await once(lines, 'line')) as [string]
    return JSON.parse(line) as Report
  }

  async function client(): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    socket.on('error', () => {})
    clients.push(socket)
    await once(socket, 'connect')
    return socket
  }

  /** Octets that the server holds for each of many clients, beyond what it held before; others are served meanwhile. */
  async function heldForEach(act: (socket: Socket) => void): Promise<number> {
    const before = await report()
    const mine: Socket[] = []
    for (let number = 0; number < CLIENTS; number += 1) {
      const socket = await client()
      socket.pause()
      act(socket)
      mine.push(socket)
    }
    while ((await report()).begun < before.begun + CLIENTS) await delay(10)
    let used = 0
    for (let times = 0; times < 5; times += 1) {
      await delay(20)
      used = Math.max(used, (await report()).used)
      const other = await client()
      other.end('GET /count HTTP/1.1\r\nHost: a\r\n\r\n')
      expect(await hear(other)).toContain('[answer]')
    }
    for (const socket of mine) socket.destroy()
    return (used - before.used) / CLIENTS
  }

  it('holds little for those that never read a large response', async () => {
    const get = 'GET /endless HTTP/1.1\r\nHost: a\r\n\r\n'
    expect(await heldForEach((socket) => socket.write(get))).toBeLessThan(600_000)
  })

  it('holds one response for those that never read any of many', async () => {
    const get = 'GET /text HTTP/1.1\r\nHost: a\r\n\r\n'
    expect(await heldForEach((socket) => socket.write(get.repeat(100)))).toBeLessThan(500_000)
  })

  it('holds little for those that upload and are never read', async () => {
    const head = 'PUT /never HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n'
    const octets = Buffer.concat([Buffer.from(head), Buffer.alloc(10_000_000)])
    expect(await heldForEach((socket) => socket.write(octets))).toBeLessThan(300_000)
  })

  it('holds little for those that upload and are read once', async () => {
    const head = 'PUT /part HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
    const octets = Buffer.from(head + '1\r\nx\r\n'.repeat(500_000))
    expect(await heldForEach((socket) => socket.write(octets))).toBeLessThan(300_000)
  })

  it('holds little for one that sends octet by octet and is never read', async () => {
    const before = await report()
    const socket = await client()
    socket.write('PUT /never HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n')
    for (let sent = 0; sent < 20_000; sent += 1) {
      socket.write('x')
      await new Promise((resolve) => setImmediate(resolve))
    }
    // A Buffer kept for each octet would be more than that; the rest of the process is not still to the last kilobyte.
    expect((await report()).used - before.used).toBeLessThan(3_000_000)
  })

  it('answers ten thousand requests of one write, and others meanwhile', async () => {
    const before = await report()
    const flood = await client()
    const flooded = hear(flood)
    flood.end('GET /count HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(10_000))
    const other = await client()
    other.end('GET /count HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(await hear(other)).toContain('[answer]')
    expect((await flooded).match(/\[answer\]/g)).toHaveLength(10_000)
    const after = await report()
    expect(after.answered - before.answered).toBe(10_001)
    expect(after.used - before.used).toBeLessThan(20_000_000)
  })
})
