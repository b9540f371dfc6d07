/** The programs and sessions of the README, run as they stand there. */
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { needOpenssl } from '../support/certificates.js'
import { blocksOf, readDocument } from './support/documents.js'
import { PackageFolder } from './support/package-folder.js'
import { needProgram, playSession, runShell, sessionNamed } from './support/session.js'
import { bodyOf, talk } from './support/talk.js'

const packages = new PackageFolder()
afterAll(() => packages.remove())

describe('the first screen', () => {
  it('serves a verb of its own, and the session shows its octets', async (context) => {
    needProgram(context, 'curl')
    await using program = packages.run('purge')
    const { printed, shown } = await playSession('purge', program)
    expect(printed).toEqual(shown)
  })

  it('puts nothing on the wire but what the handler wrote', async () => {
    await using program = packages.run('purge')
    const response = await talk(await program.port(), 'PURGE /logo.png HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(response).toBe('HTTP/1.1 204 Gone With The Wind\r\nx-cache-KEY: /logo.png\r\n\r\n')
  })

  it('says what a package is for in five points, before any code', () => {
    const text = readDocument('README.md')
    expect(text.slice(0, text.indexOf('```')).match(/^- /gm)).toHaveLength(5)
  })
})

describe('the package', () => {
  it('can be required, where Node can require ES modules', async (context) => {
    context.skip(!('require_module' in process.features), 'this Node.js can not require ES modules')
    const program = `node -p "typeof require('advancedhttpserver').AdvancedHTTPServer"`
    expect(await runShell(program, packages.path)).toBe('function\n')
  })

  it('runs nothing at install time', () => {
    const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: Record<string, string> }
    for (const name of ['preinstall', 'install', 'postinstall']) expect(scripts).not.toHaveProperty(name)
  })
})

describe('the examples', () => {
  it('bind to several interfaces', async () => {
    await using program = packages.run('addresses')
    for (const asked of [8081, 8080]) {
      const answer = await talk(await program.port(asked), 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
      expect(answer).toMatch(/^HTTP\/1\.1 404 /)
    }
    await program.says(/^127\.0\.0\.1:\d+\n127\.0\.0\.1:\d+\n$/)
  })

  it('register handlers by the map, and read headers and the query', async () => {
    await using program = packages.run('map')
    const port = await program.port()
    expect(await bodyOf(port, 'GET', '/hello-world')).toBe('Hello World!\r\n\r\n')
    expect(await bodyOf(port, 'GET', '/show?id=7&id=8', 'ACCEPT: text/plain')).toBe('text/plain 7\n')
    expect(await bodyOf(port, 'GET', '/show')).toBe(' \n')
  })

  it('register functions and methods by RegisterPath', async () => {
    await using program = packages.run('register-path')
    const port = await program.port()
    expect(await bodyOf(port, 'GET', '/method')).toBe('a method\n')
    for (const path of ['for-all', 'by-class', 'by-name']) {
      expect(await bodyOf(port, 'GET', `/${path}?name=Ada`)).toBe('hello Ada\n')
    }
  })

  it('pass variables to handlers', async () => {
    await using program = packages.run('variables')
    expect(await bodyOf(await program.port(), 'GET', '/')).toBe('Hello World!')
  })

  it('stream 100 MB to a client that reads slowly, without keeping them in memory', async () => {
    const cwd = packages.folder()
    writeFileSync(join(cwd, 'backup.tar'), '')
    truncateSync(join(cwd, 'backup.tar'), 100_000_000)
    await using program = packages.run('stream', { cwd })
    const port = await program.port()
    const before = await program.peakMemoryBytes()
    const socket = connect({ port, host: '127.0.0.1' })
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    let octets = 0
    for await (const chunk of socket) {
      octets += (chunk as Buffer).length
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(octets).toBeGreaterThan(100_000_000)
    expect(octets).toBeLessThan(100_001_000)
    const after = await program.peakMemoryBytes()
    // What Node itself leaves to its collector counts here, and what glibc is made to keep for the next reads: a plain
    // pipeline into a socket peaks at some 40 MB. All of the file would be more than the file.
    if (before !== null && after !== null) expect(after - before).toBeLessThan(100_000_000)
  })

  it('stream an upload into a file', async () => {
    const cwd = packages.folder()
    await using program = packages.run('stream', { cwd })
    const request = 'PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'
    expect(await talk(await program.port(), request)).toMatch(/^HTTP\/1\.1 201 Created\r\n/)
    expect(readFileSync(join(cwd, 'received.tar'), 'utf8')).toBe('hello')
  })

  it('speak TLS with the certificate of the openssl command, and with others by name', async (context) => {
    needOpenssl(context)
    const cwd = packages.folder()
    for (const { command } of sessionNamed('certificate')) await runShell(command, cwd, '\n'.repeat(20))
    expect(statSync(join(cwd, 'cert.pem')).size).toBeGreaterThan(0)
    const subject = "openssl req -new -x509 -days 9 -nodes -subj '/CN=*.example.com'"
    await runShell(`${subject} -out example.pem -keyout example.key`, cwd)
    await using program = packages.run('tls', { cwd })
    const port = await program.port(443)
    expect(await certificateFor(port, 'shop.example.com')).toBe('*.example.com')
    expect(await certificateFor(port, 'elsewhere.test')).not.toBe('*.example.com')
    const plain = await talk(await program.port(80), 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(plain).toMatch(/^HTTP\/1\.1 404 /)
    copyFileSync(join(cwd, 'example.pem'), join(cwd, 'cert.pem'))
    appendFileSync(join(cwd, 'cert.pem'), readFileSync(join(cwd, 'example.key')))
    program.signal('SIGHUP')
    while ((await certificateFor(port, 'elsewhere.test')) !== '*.example.com');
  })

  it('ask for a password in front of every verb', async () => {
    await using program = packages.run('auth')
    const port = await program.port()
    expect(await bodyOf(port, 'GREET', '/')).toBe('Unauthorized')
    for (const [user, password] of [
      ['admin', 'Sup3rS3cr3t!'],
      ['guest', 'open sesame'],
    ]) {
      const field = `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
      expect(await bodyOf(port, 'GREET', '/', field)).toBe(`hello ${user}\n`)
    }
  })

  it('answer and make remote calls', async () => {
    await using server = packages.run('rpc-server')
    await server.port()
    await using client = packages.run('rpc-client', { peer: server })
    expect(await client.ended).toEqual({ status: 0, signal: null })
    const shown = blocksOf('README.md').find(({ language }) => language === 'text')?.code
    expect(client.output).toBe(shown)
  })

  it('serve files', async () => {
    const cwd = packages.folder()
    mkdirSync(join(cwd, 'public'))
    writeFileSync(join(cwd, 'public', 'page.txt'), '0123456789')
    writeFileSync(join(cwd, 'secret.txt'), 'secret')
    await using program = packages.run('files', { cwd })
    const port = await program.port()
    expect(await bodyOf(port, 'GET', '/page.txt')).toBe('0123456789')
    expect(await bodyOf(port, 'GET', '/page.txt', 'Range: bytes=2-4')).toBe('234')
    expect(await bodyOf(port, 'GET', '/%2e%2e/secret.txt')).not.toContain('secret')
    expect(await bodyOf(port, 'GET', '/')).not.toContain('page.txt')
  })

  it('echo over a WebSocket', async () => {
    await using program = packages.run('websocket')
    const socket = new WebSocket(`ws://127.0.0.1:${await program.port()}/`)
    const message = new Promise((resolve) => {
      socket.on('message', (data: Buffer) => resolve(data.toString()))
    })
    socket.on('open', () => socket.send('over here'))
    expect(await message).toBe('over here')
    socket.terminate()
  })

  it('test a client by a script of answers', async () => {
    await using program = packages.run('testing')
    expect(await program.ended).toEqual({ status: 0, signal: null })
    expect(program.output).toBe('first 503 \nsecond was cut off\nthird 200 done\n')
  })
})

/** Common name of the certificate that a server presents for a name. */
async function certificateFor(port: number, servername: string): Promise<unknown> {
  const socket = connectTls({ port, host: '127.0.0.1', servername, rejectUnauthorized: false })
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  const { subject } = socket.getPeerCertificate()
  socket.destroy()
  return subject.CN
}
