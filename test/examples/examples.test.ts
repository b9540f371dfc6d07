/** Every example, run as its first lines say, by clients of other hands where the machine has them. */
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { CertificateWorkshop, needOpenssl } from '../support/certificates.js'
import { ROOT } from '../docs/support/documents.js'
import { PackageFolder } from '../docs/support/package-folder.js'
import { needProgram, runShell } from '../docs/support/session.js'
import { bodyOf, talk } from '../docs/support/talk.js'

const packages = new PackageFolder()
const workshop = new CertificateWorkshop()
afterAll(() => {
  packages.remove()
  workshop.remove()
})

it('every example says what it is, in less than 60 lines, and is listed', () => {
  const list = readFileSync(join(ROOT, 'examples', 'README.md'), 'utf8')
  for (const name of readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.mjs'))) {
    const source = readFileSync(join(ROOT, 'examples', name), 'utf8')
    expect(source.split('\n').length - 1, name).toBeLessThan(60)
    expect(source, name).toMatch(/^\/\/ [A-Z]/)
    expect(list).toContain(`[${name}](${name})`)
  }
})

it('hello greets by path, by query and by a verb of its own', async () => {
  await using program = packages.example('hello.mjs')
  const port = await program.port()
  expect(await bodyOf(port, 'GET', '/hello')).toBe('Hello World!\n')
  expect(await bodyOf(port, 'GET', '/hello?name=Ada')).toBe('Hello Ada!\n')
  expect(await bodyOf(port, 'GREET', '/Ada')).toBe('Greetings, Ada!\n')
  program.signal('SIGINT')
  expect((await program.ended).status).toBe(0)
})

it('redirector points to the same path elsewhere', async () => {
  await using program = packages.example('redirector.mjs', { args: ['https://elsewhere.example'] })
  const response = await talk(await program.port(), 'GET /a%20b?c=d HTTP/1.1\r\nHost: localhost\r\n\r\n')
  expect(response).toMatch(/^HTTP\/1\.1 302 Found\r\n/)
  expect(response).toContain('\r\nLocation: https://elsewhere.example/a%20b?c=d\r\n')
  await program.says(/"GET \/a%20b\?c=d HTTP\/1\.1" 302/)
})

it.each(['/\\evil.example', '//evil.example', 'http://evil.example/'])(
  'redirector sends nobody astray: %s',
  async (path) => {
    await using program = packages.example('redirector.mjs', { args: ['https://elsewhere.example'] })
    const response = await talk(
      await program.port(),
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    )
    const [, location = 'https://elsewhere.example'] = /\r\nLocation: (.*)\r\n/.exec(response) ?? []
    expect(new URL(location).origin).toBe('https://elsewhere.example')
  },
)

it('the calculator computes for its client', async () => {
  await using server = packages.example('rpc-calculator.mjs')
  await server.port()
  await using client = packages.example('rpc-calculator-client.mjs', { peer: server })
  expect((await client.ended).status).toBe(0)
  expect(client.output).toBe(
    '1 + 2 + 3 = 6\n22 / 7 = 3.14286\n25! = 15511210043330985984000000n\n1 / 0 = division by zero\n',
  )
})

it('file-share gives the folder to those who know the password, over TLS', async (context) => {
  needOpenssl(context)
  needProgram(context, 'curl')
  const folder = packages.folder()
  writeFileSync(join(folder, 'notes.txt'), 'buy milk\n')
  writeFileSync(join(folder, '.secret'), 'hidden\n')
  const environment = {
    SHARE_PASSWORD: 'a secret',
    SHARE_CERT: workshop.joined(workshop.selfSigned('a.test'), 'keyLast'),
  }
  await using program = packages.example('file-share.mjs', { args: [folder], environment })
  const url = `https://127.0.0.1:${await program.port()}`
  const curl = (path: string, user: string) => runShell(`curl -sk -u '${user}' ${url}${path}`)
  expect(await curl('/notes.txt', 'guest:a secret')).toBe('buy milk\n')
  expect(await curl('/notes.txt', 'guest:a guess')).toBe('Unauthorized')
  expect(await curl('/', 'guest:a secret')).toContain('notes.txt')
  expect(await curl('/.secret', 'guest:a secret')).toBe('Resource Not Found\n')
})

it('upload keeps the file and shows how far it is', async () => {
  const folder = packages.folder()
  await using program = packages.example('upload.mjs', { args: [folder] })
  const port = await program.port()
  const body = 'x'.repeat(300_000)
  const head = `PUT /big.iso HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`
  expect(await talk(port, head + body)).toMatch(/^HTTP\/1\.1 201 [\s\S]*big\.iso is here\n$/)
  expect(readFileSync(join(folder, 'big.iso'), 'utf8')).toBe(body)
  await program.says(/\rbig\.iso: 100 %\n/)
  expect(await bodyOf(port, 'PUT', '/..%2Fsecret%2F.profile')).toContain('Not A File Name')
})

it('upload leaves nothing behind of a file that did not come whole', async () => {
  const folder = packages.folder()
  await using program = packages.example('upload.mjs', { args: [folder] })
  const head = 'PUT /half.iso HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n'
  await talk(await program.port(), `${head}12345`)
  expect(readdirSync(folder)).toEqual([])
})

describe('events', () => {
  const environment = { INTERVAL_MS: '1' }

  it('come one by one until the client leaves, and go on after the last one it had', async () => {
    await using program = packages.example('events.mjs', { environment })
    const url = `http://127.0.0.1:${await program.port()}/events`
    const response = await fetch(url, { headers: { 'Last-Event-ID': '41' } })
    expect(response.headers.get('Content-Type')).toBe('text/event-stream')
    let heard = ''
    for await (const chunk of response.body ?? []) {
      heard += Buffer.from(chunk).toString()
      if (heard.includes('id: 43')) break
    }
    expect(heard).toMatch(/^id: 42\ndata: \{"id":42,"seconds":\d+\}\n\nid: 43\n/)
  })

  it('a countdown comes in chunks', async () => {
    await using program = packages.example('events.mjs', { environment })
    const response = await talk(await program.port(), 'GET /countdown?from=2 HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(response).toMatch(/\r\n\r\n2\r\n2\n\r\n2\r\n1\n\r\n9\r\nlift-off\n\r\n0\r\n\r\n$/)
  })
})

describe('chat', () => {
  it('serves its page, and tells everybody what one says', async () => {
    await using program = packages.example('chat.mjs')
    const port = await program.port()
    expect(await bodyOf(port, 'GET', '/')).toContain('<title>Chat</title>')
    const [ada, bob] = await Promise.all([chatter(port), chatter(port)])
    ada.socket.send('hello, Bob')
    expect(await bob.hears(/hello/)).toBe('hello, Bob')
    expect(await ada.hears(/hello/)).toBe('hello, Bob')
    ada.socket.close()
    expect(await bob.hears(/1 here/)).toBe('1 here')
    bob.socket.terminate()
  })

  it('lets no page of another site in', async () => {
    await using program = packages.example('chat.mjs')
    const port = await program.port()
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { origin: 'https://elsewhere.example' })
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(403)
    const own = await chatter(port, `http://127.0.0.1:${port}`)
    own.socket.terminate()
  })
})

describe('web-socket-echo', () => {
  it('sends every message back', async () => {
    await using program = packages.example('web-socket-echo.mjs')
    const client = await chatter(await program.port())
    client.socket.send('hello, me')
    expect(await client.hears(/hello/)).toBe('hello, me')
    client.socket.terminate()
  })

  it('takes less than ten lines, imports and blank lines aside', () => {
    const lines = readFileSync(join(ROOT, 'examples', 'web-socket-echo.mjs'), 'utf8').split('\n')
    expect(lines.filter((line) => line !== '' && !/^(?:\/\/|import )/.test(line)).length).toBeLessThan(10)
  })
})

it('forward-proxy carries curl to where it wants', async (context) => {
  needProgram(context, 'curl')
  const origin = createServer((request, response) => response.end(`origin got ${request.method} ${request.url}`))
  await once(origin.listen(0, '127.0.0.1'), 'listening')
  const { port } = origin.address() as AddressInfo
  try {
    await using program = packages.example('forward-proxy.mjs')
    const proxy = `curl -s --noproxy '' --proxytunnel -x http://127.0.0.1:${await program.port()}`
    expect(await runShell(`${proxy} http://127.0.0.1:${port}/there`)).toBe('origin got GET /there')
    const refused = `${proxy} -o /dev/null -w '%{http_connect}' http://127.0.0.1:1/ || true`
    expect(await runShell(refused)).toBe('502')
  } finally {
    origin.closeAllConnections()
    origin.close()
  }
})

it('one-port leaves to node:http what it knows, and serves the rest', async () => {
  await using program = packages.example('one-port.mjs')
  const port = await program.port()
  expect(await bodyOf(port, 'GET', '/')).toContain('from the application\n')
  expect(await bodyOf(port, 'PURGE-ALL', '/')).toBe('purged\n')
})

it('in-memory speaks HTTP over streams that are no sockets', async () => {
  await using program = packages.example('in-memory.mjs')
  expect((await program.ended).status).toBe(0)
  expect(program.output).toBe('nobody sent 12 octets\nclosed\n')
})

/** A connected participant who remembers what was said. */
async function chatter(port: number, origin?: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, origin === undefined ? {} : { origin })
  const heard: string[] = []
  socket.on('message', (data: Buffer) => heard.push(data.toString()))
  await once(socket, 'open')
  return {
    socket,
    async hears(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = heard.findIndex((message) => pattern.test(message))
        if (found >= 0) return heard.splice(found, 1)[0] as string
        await once(socket, 'message')
      }
    },
  }
}
