/** The programs of the guide, run as they stand there. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { needOpenssl } from '../support/certificates.js'
import { PackageFolder } from './support/package-folder.js'
import { runShell, sessionNamed } from './support/session.js'
import { bodyOf, talk } from './support/talk.js'

const packages = new PackageFolder()
afterAll(() => packages.remove())

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

/** Paths of a program and the bodies they are answered with. */
const ANSWERS: Readonly<Record<string, readonly (readonly [request: string, body: string, ...fields: string[]])[]>> = {
  'guide-start': [['GET /here', 'hello from /here\n']],
  'guide-address': [['GET /', 'Resource Not Found\n']],
  'guide-variables': [['GET /', 'Hello World!']],
  'guide-map': [
    ['GET /hello-world', 'Hello World!\r\n\r\n'],
    ['GET /to-hello', ''],
    ['GET /private/diary', 'Unauthorized'],
  ],
  'guide-register': [
    ['GET /register-path-method', 'method\n'],
    ['GET /register-path-global', 'register-path-global\n'],
    ['GET /register-path-name', 'register-path-name\n'],
    ['GET /register-path-class', 'register-path-class\n'],
  ],
  'guide-stacked': [
    ['GET /register-path', 'either\n'],
    ['GET /register-path-double', 'either\n'],
  ],
  'guide-handling': [
    ['GET /hello', 'Hello World!\r\n\r\n'],
    ['REPORT /sales', 'REPORT /sales HTTP/1.1\n'],
    ['M-SEARCH *', 'found\n'],
  ],
  'guide-headers': [
    ['GET /', 'Accept Header: \n'],
    ['GET /', 'Accept Header: text/html\n', 'aCCEPT: text/html'],
  ],
  'guide-query': [
    ['GET /item?id=1&id=2', 'id value: 1, of 2\n'],
    ['GET /item', 'id value: , of 0\n'],
  ],
}

for (const [name, answers] of Object.entries(ANSWERS)) {
  it(`${name} answers as the guide says`, async () => {
    await using program = packages.run(name)
    const port = await program.port()
    for (const [request, body, ...fields] of answers) {
      const [verb, target] = request.split(' ') as [string, string]
      expect(await bodyOf(port, verb, target, ...fields)).toBe(body)
    }
  })
}

it('guide-addresses listens on both ports', async () => {
  await using program = packages.run('guide-addresses')
  for (const asked of [80, 8080]) expect(await talk(await program.port(asked), GET)).toMatch(/^HTTP\/1\.1 404 /)
})

it('guide-ssl speaks TLS and changes the table of names while it runs', async (context) => {
  needOpenssl(context)
  const cwd = packages.folder()
  for (const { command } of sessionNamed('guide-certificate')) await runShell(command, cwd, '\n'.repeat(20))
  await using program = packages.run('guide-ssl', { cwd })
  await program.says(/'www\.example\.com'/)
  expect(await talk(await program.port(443), GET)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
})

it('guide-auth lets in each user by the right password', async () => {
  await using program = packages.run('guide-auth')
  const port = await program.port()
  for (const [user, password] of Object.entries({
    admin: 'Sup3rS3cr3t!',
    hashed: 'letmein',
    better: 'correct horse',
  })) {
    expect(await bodyOf(port, 'GET', '/', credentials(user, password))).toBe('Resource Not Found\n')
    expect(await bodyOf(port, 'GET', '/', credentials(user, 'guess'))).toBe('Unauthorized')
  }
})

it('guide-custom-auth decides by itself', async () => {
  await using program = packages.run('guide-custom-auth')
  const port = await program.port()
  expect(await bodyOf(port, 'GET', '/', credentials('ada', 'ada'))).toBe('welcome, ada\n')
  expect(await bodyOf(port, 'GET', '/', credentials('bob', 'bib'))).toBe('Unauthorized')
  expect(await bodyOf(port, 'GET', '/')).toBe('Unauthorized')
})

it('guide-rpc-client gets its answers', async () => {
  await using server = packages.run('guide-rpc-server')
  await server.port()
  await using client = packages.run('guide-rpc-client', { peer: server })
  expect(await client.ended).toEqual({ status: 0, signal: null })
  expect(client.output).toBe('udru\ndear Ada, 36\ntrue builtins.RangeError nobody is that young\n')
})

it('guide-files serves the folder, and a file from elsewhere as an attachment', async () => {
  const cwd = packages.folder()
  for (const folder of ['public', 'private']) mkdirSync(join(cwd, folder))
  writeFileSync(join(cwd, 'public', 'index.html'), '<p>home</p>')
  writeFileSync(join(cwd, 'private', 'report.pdf'), 'numbers')
  await using program = packages.run('guide-files', { cwd })
  const port = await program.port()
  expect(await bodyOf(port, 'GET', '/')).toBe('<p>home</p>')
  const report = await talk(port, 'GET /report HTTP/1.1\r\nHost: localhost\r\n\r\n')
  expect(report).toContain('\r\nContent-Disposition: attachment; filename=report.pdf\r\n')
  expect(report).toMatch(/numbers$/)
})

it('guide-streams answers in chunks, with a trailer', async () => {
  await using program = packages.run('guide-streams')
  const request = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello'
  const response = await talk(await program.port(), request)
  expect(response).toMatch(/\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHELLO\r\n0\r\nX-Done: yes\r\n\r\n$/)
})

it('guide-websocket agrees on a protocol, answers, and closes', async () => {
  await using program = packages.run('guide-websocket')
  const socket = new WebSocket(`ws://127.0.0.1:${await program.port()}/`, ['other', 'clock'])
  const heard: string[] = []
  socket.on('message', (data: Buffer) => {
    if (heard.push(data.toString()) === 1) socket.send('Europe/Berlin')
  })
  const closed = await new Promise((resolve) => {
    socket.on('close', (code: number, reason: Buffer) => resolve([code, reason.toString()]))
  })
  expect(socket.protocol).toBe('clock')
  expect(heard).toEqual(['what zone?', '01:00:00'])
  expect(closed).toEqual([1000, 'that was it'])
})

it('guide-logs says only what it was told to', async () => {
  await using program = packages.run('guide-logs')
  const port = await program.port()
  await bodyOf(port, 'GET', '/')
  await bodyOf(port, 'ODD', '/')
  await program.says(/127\.0\.0\.1 "ODD \/ HTTP\/1\.1" 501 -\n/)
  expect(program.output).not.toContain('GET / HTTP/1.1')
})

it('guide-tracing tells of each request when it has ended', async () => {
  await using program = packages.run('guide-tracing')
  await bodyOf(await program.port(), 'GET', '/here?a=1')
  await program.says(/^GET \/here\?a=1 404 \d+\.\d ms\n$/)
})

it('guide-shutdown ends by SIGTERM once its connections are closed', async () => {
  await using program = packages.run('guide-shutdown')
  await bodyOf(await program.port(), 'GET', '/')
  program.signal('SIGTERM')
  expect(await program.ended).toEqual({ status: 0, signal: null })
  expect(program.output).toBe('all connections are closed\n')
})

function credentials(user: string, password: string): string {
  return `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
