/** Accepts that fail (out of descriptors, a client that has gone already) never end a listener, and are told sparingly. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket, Server } from 'node:net'
import { createInterface } from 'node:readline'
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Listener } from '../../src/net/listener.js'
import { buildSources } from '../support/compile.js'
import { hear } from '../support/serve.js'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

/** As many descriptors as a program needs to start, and some for clients. */
const DESCRIPTORS = 250
const CLIENTS = 400

const program = (library: string): string => `
  const { AdvancedHTTPServer, RequestHandler } = await import(${JSON.stringify(library)})
  class Handler extends RequestHandler {
    do_GET() { return this.send_response_full('[answer]') }
  }
  const logger = { debug() {}, info() {}, warn: console.error, error: console.error }
  const server = new AdvancedHTTPServer(Handler, { addresses: [['127.0.0.1', 0]], logger })
  await server.listen()
  console.log(server.sub_servers[0].server_address[1])
`

async function ask(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  socket.end(GET)
  return await hear(socket)
}

/** A socket that is connected, or was refused. */
function connected(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => resolve(socket))
    socket.on('error', () => resolve(socket))
  })
}

describe('a server without descriptors left', () => {
  it('serves on as soon as some are free again', { timeout: 60_000 }, async () => {
    const library = pathToFileURL(`${buildSources()}/index.js`).href
    const node = `exec "${process.execPath}" --input-type=module -e "$PROGRAM"`
    const child = spawn('sh', ['-c', `ulimit -n ${DESCRIPTORS} && ${node}`], {
      env: { ...process.env, PROGRAM: program(library) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
      const port = Number(line)
      for (let times = 0; times < 3; times += 1) {
        const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connected(port)))
        for (const socket of clients) socket.destroy()
        while (!(await ask(port)).includes('[answer]'));
      }
      expect(child.exitCode).toBeNull()
    } finally {
      child.kill()
    }
  })
})

describe('a listener whose accepts fail', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('goes on, and tells of it once a second', async () => {
    let now = 0
    const servers: Server[] = []
    vi.spyOn(Server.prototype, 'listen').mockImplementationOnce(function (this: Server, ...given: unknown[]) {
      servers.push(this)
      return (this as { listen(...parameters: unknown[]): Server }).listen(...given)
    })
    const told: string[] = []
    let accepted = 0
    const listener = new Listener({
      accepted: (socket) => {
        accepted += 1
        socket.end()
      },
      acceptFailed: (error) => told.push(error.message),
    })
    const [, port] = await listener.listen('127.0.0.1', 0)
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    for (now of [5_000, 5_500, 5_999, 6_000, 6_001, 7_500]) servers[0]?.emit('error', new Error(`at ${now}`))
    expect(told).toEqual(['at 5000', 'at 6000', 'at 7500'])
    await ask(port)
    expect(accepted).toBe(1)
    listener.stop()
  })
})
