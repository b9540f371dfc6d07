/** "Serving on the open internet": its tables against the defaults, its programs, and its proxies where they are installed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { DEFAULT_LIMITS, DEFAULT_TIMEOUTS } from '../../src/index.js'
import { CertificateWorkshop, needOpenssl } from '../support/certificates.js'
import { blockNamed, readDocument } from './support/documents.js'
import { PackageFolder } from './support/package-folder.js'
import { needProgram } from './support/session.js'
import { ask, bodyOf, talk } from './support/talk.js'

const packages = new PackageFolder()
const workshop = new CertificateWorkshop()
afterAll(() => {
  packages.remove()
  workshop.remove()
})

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

/** Name → default of the rows below a heading. */
function tableBelow(heading: string): Record<string, number> {
  const [, below = ''] = readDocument('docs/serving-on-the-open-internet.md').split(`\n## ${heading}\n`)
  const [section = ''] = below.split('\n## ')
  const rows = Array.from(section.matchAll(/^\| `(\w+)` \| ([\d,]+|none) \| \S.* \|$/gm))
  return Object.fromEntries(
    rows.map(([, name, value = '']) => [name, value === 'none' ? Infinity : Number(value.replaceAll(',', ''))]),
  )
}

describe('the tables', () => {
  it('have every limit with its default', () => {
    expect(tableBelow('Limits')).toEqual({ ...DEFAULT_LIMITS })
  })

  it('have every deadline with its default', () => {
    expect(tableBelow('Deadlines')).toEqual({ ...DEFAULT_TIMEOUTS })
  })
})

describe('the programs', () => {
  it('serving-limits refuses what is beyond its limits', async () => {
    await using program = packages.run('serving-limits')
    const port = await program.port()
    expect(await talk(port, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    )
    const put = (length: number) =>
      talk(port, `PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`)
    expect(await put(100)).toMatch(/100 octets\n$/)
    expect(await put(101)).toMatch(/^HTTP\/1\.1 413 /)
    await program.says(/^65536\n$/)
  })

  it('serving-limits turns away the fifty-first connection of an address', async () => {
    await using program = packages.run('serving-limits')
    const port = await program.port()
    const sockets = Array.from({ length: 50 }, () => connect({ port, host: '127.0.0.1' }))
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    // Connections are accepted in order: the last one is the one too many.
    expect(await talk(port, GET)).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/)
    for (const socket of sockets) socket.destroy()
  })

  it('serving-tls redirects to itself, and serves over TLS', async (context) => {
    needOpenssl(context)
    needProgram(context, 'curl')
    const cwd = packages.folder()
    mkdirSync(join(cwd, 'public'))
    writeFileSync(join(cwd, 'public', 'index.html'), 'home')
    const { certfile, keyfile } = workshop.selfSigned('localhost')
    writeFileSync(join(cwd, 'fullchain.pem'), workshop.read(certfile))
    writeFileSync(join(cwd, 'privkey.pem'), workshop.read(keyfile))
    await using program = packages.run('serving-tls', { cwd })
    const redirect = await talk(await program.port(80), 'GET /a?b HTTP/1.1\r\nHost: site.example:80\r\n\r\n')
    expect(redirect).toContain('\r\nLocation: https://site.example/a?b\r\n')
    const { stdout } = spawn('curl', ['-ski', `https://127.0.0.1:${await program.port(443)}/`])
    let response = ''
    for await (const chunk of stdout) response += String(chunk)
    expect(response).toContain('\r\nStrict-Transport-Security: max-age=31536000\r\n')
    expect(response).toMatch(/\r\n\r\nhome$/)
  })

  it('serving-drain answers what it was asked before it ends', async () => {
    await using program = packages.run('serving-drain')
    const port = await program.port()
    const idle = connect({ port, host: '127.0.0.1' })
    await once(idle, 'connect')
    const answer = talk(port, GET)
    await program.says(/asked/)
    program.signal('SIGTERM')
    await once(idle.resume(), 'close')
    program.signal('SIGUSR2')
    const response = await answer
    expect(response).toContain('\r\nConnection: close\r\n')
    expect(response).toMatch(/done\n$/)
    expect((await program.ended).status).toBe(0)
  })
})

it('serving-workers serves in two processes, and ends both', async () => {
  await using program = packages.run('serving-workers')
  const port = await program.port()
  const pids = new Set<string>()
  while (pids.size < 2) pids.add(await bodyOf(port, 'GET', '/'))
  program.signal('SIGTERM')
  expect((await program.ended).status).toBe(0)
})

describe('nginx', () => {
  it('carries requests, uploads, verbs and WebSockets', async (context) => {
    needProgram(context, 'nginx', '-v')
    await using program = packages.run('serving-behind-proxy')
    await program.port()
    const proxyPort = await freePort()
    const wired = program
      .rewired(blockNamed('file', 'nginx.conf').code)
      .replace('listen 80;', `listen 127.0.0.1:${proxyPort};`)
    const folder = packages.folder()
    chmodSync(folder, 0o755)
    writeFileSync(join(folder, 'nginx.conf'), wired)
    const nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;'])
    try {
      await accepting(proxyPort, nginx)
      await carries(proxyPort)
      expect(await bodyOf(proxyPort, 'any.token', '/')).toContain('400 Bad Request')
    } finally {
      nginx.kill('SIGTERM')
      await once(nginx, 'close')
    }
  })
})

describe('HAProxy', () => {
  it('carries requests, uploads, any verb and WebSockets', async (context) => {
    needProgram(context, 'haproxy', '-v')
    await using program = packages.run('serving-behind-proxy')
    await program.port()
    const proxyPort = await freePort()
    const wired = program
      .rewired(blockNamed('file', 'haproxy.cfg').code)
      .replace('bind 0.0.0.0:80\n', `bind 127.0.0.1:${proxyPort}\n`)
    const file = join(packages.folder(), 'haproxy.cfg')
    writeFileSync(file, wired)
    const haproxy = spawn('haproxy', ['-db', '-f', file])
    try {
      await accepting(proxyPort, haproxy)
      await carries(proxyPort)
      expect(await bodyOf(proxyPort, 'any.token', '/')).toBe('a verb\n')
    } finally {
      haproxy.kill('SIGTERM')
      await once(haproxy, 'close')
    }
  })
})

/** What both proxies have to do, with a client's own opinion of who it is. */
async function carries(port: number): Promise<void> {
  expect(await bodyOf(port, 'GET', '/', 'X-Forwarded-For: 192.0.2.1')).toBe('127.0.0.1\n')
  expect(await bodyOf(port, 'RPC', '/')).toBe('a verb\n')
  const upload = 'PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
  expect(await ask(port, `${upload}5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`)).toContain('11 octets\n')
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
  await once(socket, 'open')
  socket.send('through')
  const [message] = (await once(socket, 'message')) as [Buffer]
  expect(message.toString()).toBe('through')
  socket.terminate()
}

/** A port that nobody listens on; proxies can't choose one and tell. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Resolves when somebody accepts connections there. @throws when the program ends first, with what it said. */
async function accepting(port: number, program: ReturnType<typeof spawn>): Promise<void> {
  let said = ''
  program.stderr?.on('data', (text: Buffer) => (said += text.toString()))
  while (program.exitCode === null) {
    const socket = connect({ port, host: '127.0.0.1' })
    const accepted = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (accepted) return
  }
  throw new Error(`it ended: ${said}`)
}
