import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { selfSigned } from '../../src/testing/self-signed.js'
import { WireClient } from '../../src/testing/wire-client.js'

/** Servers of the current test. */
const servers: { server: Server; sockets: Set<Socket> }[] = []

afterEach(() => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})

/** A server that does what it is told with each connection; its port. */
async function serve(accepted: (socket: Socket) => void, tls = false): Promise<number> {
  const { certificate, key } = selfSigned()
  const server = tls
    ? createTlsServer({ cert: certificate, key, allowHalfOpen: true } as object, accepted)
    : createServer({ allowHalfOpen: true }, accepted)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => {})
    sockets.add(socket)
  })
  server.on('tlsClientError', () => {})
  servers.push({ server, sockets })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A server that sends some octets to everybody, and then what the second function does. */
function saying(octets: string, then: (socket: Socket) => void = () => {}): Promise<number> {
  return serve((socket) => void socket.write(octets, 'latin1', () => then(socket)))
}

describe('WireClient sends', () => {
  it('octets as they are given, and the end of them', async () => {
    const heard: Buffer[] = []
    let ended: (() => void) | undefined
    const end = new Promise<void>((resolve) => (ended = resolve))
    const port = await serve((socket) => {
      socket.on('data', (octets) => heard.push(octets))
      socket.on('end', () => ended?.())
    })
    using client = await WireClient.connect({ port })
    await client.send('G\xc3\0\xff')
    await client.send(Uint8Array.of(1, 2, 3))
    client.halfClose()
    await end
    expect(Buffer.concat(heard).toString('latin1')).toBe('G\xc3\0\xff\x01\x02\x03')
  })

  it('in the cuts it is told, so that each piece is read alone', async () => {
    const heard: string[] = []
    const port = await serve((socket) => {
      socket.on('data', (octets) => heard.push(octets.toString()))
      socket.on('end', () => socket.end('done'))
    })
    using client = await WireClient.connect({ port })
    await client.send('one two', { cuts: [3, 4], paceMs: 20 })
    await client.send('abc', { cuts: 'each', paceMs: 20 })
    client.halfClose()
    await client.readUntilClose()
    expect(heard.slice(0, 2)).toEqual(['one', ' '])
    expect(heard.slice(-2)).toEqual(['b', 'c'])
  })

  it('nothing for a string that is no octets', async () => {
    const port = await serve(() => {})
    using client = await WireClient.connect({ port })
    await expect(client.send('ab€')).rejects.toThrow('a character beyond latin-1, at 2 of the string')
  })

  for (const tls of [false, true]) {
    it(`a reset ${tls ? 'below TLS' : 'of its own'}`, async () => {
      let tell: ((error: Error) => void) | undefined
      const failed = new Promise<Error>((resolve) => (tell = resolve))
      const port = await serve((socket) => {
        socket.on('error', (error) => tell?.(error))
        socket.write('hello')
      }, tls)
      using client = await WireClient.connect({ port, tls })
      await client.read(5)
      client.reset()
      expect(await failed).toMatchObject({ code: 'ECONNRESET' })
    })
  }

  it('the end of TCP without that of TLS', async () => {
    let tell: (() => void) | undefined
    const closed = new Promise<void>((resolve) => (tell = resolve))
    const port = await serve((socket) => {
      socket.resume()
      socket.on('end', () => tell?.())
      socket.write('hello')
    }, true)
    using client = await WireClient.connect({ port, tls: true })
    await client.read(5)
    client.truncate()
    await closed
  })
})

describe('WireClient reads', () => {
  it('so many octets, up to a mark, or while a condition does not hold', async () => {
    using client = await WireClient.connect({ port: await saying('abcdef;ghi') })
    expect((await client.read(2)).toString()).toBe('ab')
    expect((await client.readUntil('e')).toString()).toBe('cde')
    expect((await client.readUntil((unread) => unread.includes('gh'))).toString()).toMatch(/^f;gh/)
  })

  it('until nothing more comes', async () => {
    using client = await WireClient.connect({ port: await saying('some') })
    expect((await client.readUntilQuiet(80)).toString()).toBe('some')
    expect(client.ended).toBeNull()
  })

  it('until the server has closed', async () => {
    using client = await WireClient.connect({ port: await saying('all of it', (socket) => socket.end()) })
    expect((await client.readUntilClose()).toString()).toBe('all of it')
    expect(client.ended).toBe('closed')
  })

  it('what came in front of a reset', async () => {
    const port = await saying('half', (socket) => setTimeout(() => socket.resetAndDestroy(), 20))
    using client = await WireClient.connect({ port })
    expect((await client.readUntilClose()).toString()).toBe('half')
    expect(client.ended).toBe('reset')
  })

  it('nothing while it is told not to, so that the server has to wait', async () => {
    let written = 0
    const port = await serve((socket) => {
      const pour = (): void => {
        while (written < 64_000_000) {
          written += 65_536
          if (!socket.write(Buffer.alloc(65_536))) return void socket.once('drain', pour)
        }
      }
      pour()
    })
    using client = await WireClient.connect({ port })
    await client.read(1)
    client.pauseReading()
    for (let before = -1; before < written; ) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(written).toBeLessThan(64_000_000)
    client.resumeReading()
    await client.read(20_000_000)
  })
})

describe('WireClient tells', () => {
  it('what did not come in time, and what did', async () => {
    using client = await WireClient.connect({ port: await saying('ab\r\n'), timeoutMs: 60 })
    await expect(client.read(100)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: "no sign of 100 octets in 60 ms; unread: 'ab\\r\\n'",
      received: Buffer.from('ab\r\n'),
    })
    expect((await client.read(4)).toString()).toBe('ab\r\n')
  })

  it('that the server has closed or reset before', async () => {
    using client = await WireClient.connect({ port: await saying('ab', (socket) => socket.end()) })
    await expect(client.readUntil('c')).rejects.toMatchObject({
      code: 'CLOSED',
      message: "the server closed the connection before 'c'; unread: 'ab'",
    })
    using other = await WireClient.connect({
      port: await serve((socket) => void socket.once('data', () => socket.resetAndDestroy())),
    })
    await other.send('x')
    await expect(other.read(1)).rejects.toMatchObject({ code: 'RESET' })
    await expect(other.send('x')).rejects.toMatchObject({ code: expect.stringMatching(/^(RESET|CLOSED)$/) as string })
  })

  it('that it was called off', async () => {
    const port = await serve(() => {})
    const patience = new AbortController()
    using client = await WireClient.connect({ port, signal: patience.signal })
    const reading = client.read(1)
    patience.abort(new Error('enough'))
    await expect(reading).rejects.toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } })
    await expect(WireClient.connect({ port, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('that what it sends was called off, or is not taken in time', async () => {
    const port = await serve((socket) => void socket.pause())
    using client = await WireClient.connect({ port, timeoutMs: 40 })
    const patience = new AbortController()
    const sending = client.send('slowly', { cuts: 'each', paceMs: 100_000, signal: patience.signal })
    patience.abort(new Error('enough'))
    await expect(sending).rejects.toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } })
    await expect(client.send('x', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(client.send(Buffer.alloc(50_000_000))).rejects.toMatchObject({ code: 'TIMEOUT' })
  })

  it('that there is no connection to be had', async () => {
    const port = await serve(() => {})
    servers[0]?.server.close()
    await expect(WireClient.connect({ port })).rejects.toMatchObject({
      code: 'CONNECT',
      cause: { code: 'ECONNREFUSED' },
    })
    const plain = await saying('HTTP/1.1 400 this is no TLS\r\n\r\n')
    await expect(WireClient.connect({ port: plain, tls: true })).rejects.toMatchObject({ code: 'CONNECT' })
    const silent = await serve(() => {})
    const late = WireClient.connect({ port: silent, tls: true, timeoutMs: 40 })
    await expect(late).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining(`127.0.0.1:${silent}`) as string,
    })
  })

  it('that two want to read at once', async () => {
    using client = await WireClient.connect({ port: await serve(() => {}), timeoutMs: 40 })
    const first = client.read(1)
    await expect(client.read(1)).rejects.toMatchObject({ code: 'BUSY' })
    await expect(first).rejects.toMatchObject({ code: 'TIMEOUT' })
  })
})

describe('WireClient reads responses', () => {
  it('one after the other, with the head as it was received', async () => {
    using client = await WireClient.connect({ port: await saying(answer('one', 'sEt-x:  a ') + answer('two')) })
    const first = await client.readResponse()
    expect(first).toMatchObject({ status: 200, reason: 'OK', httpVersion: 'HTTP/1.1', framing: 'length', interim: [] })
    expect(first.head).toBe('HTTP/1.1 200 OK\r\nsEt-x:  a \r\nContent-Length: 3\r\n')
    expect([first.headers.get('Set-X'), first.body.toString()]).toEqual(['a', 'one'])
    expect((await client.readResponse()).body.toString()).toBe('two')
  })

  it('of every framing, with interim ones in front', async () => {
    const chunked = 'HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nEtag: 7\r\n\r\n'
    const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'
    const port = await saying(`${interim}${chunked}HTTP/1.1 200 OK\r\n\r\nto the end`, (socket) => socket.end())
    using client = await WireClient.connect({ port })
    const first = await client.readResponse()
    expect(first.interim.map(({ status }) => status)).toEqual([100, 103])
    expect([first.framing, first.body.toString(), first.trailers.items()]).toEqual([
      'chunked',
      'abcde',
      [['Etag', '7']],
    ])
    const last = await client.readResponse()
    expect([last.framing, last.body.toString(), last.keepsAlive]).toEqual(['close', 'to the end', false])
  })

  it('without a body to HEAD', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n'
    using client = await WireClient.connect({ port: await saying(`${head}${answer('abc')}`) })
    expect((await client.readResponse('HEAD')).body).toHaveLength(0)
    expect((await client.readResponse('GET')).body.toString()).toBe('abc')
  })

  it('and leaves the octets of another protocol unread', async () => {
    const port = await saying('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nframes')
    using client = await WireClient.connect({ port })
    expect((await client.readResponse()).status).toBe(101)
    expect((await client.read(6)).toString()).toBe('frames')
  })

  it('and says what is wrong with one, leaving it unread', async () => {
    const truncated = answer('abc').slice(0, -1)
    using client = await WireClient.connect({ port: await saying(truncated, (socket) => socket.end()) })
    await expect(client.readResponse()).rejects.toMatchObject({ code: 'NO_RESPONSE', cause: { code: 'INCOMPLETE' } })
    expect(client.unread.toString()).toBe(truncated)
    using late = await WireClient.connect({ port: await saying(truncated), timeoutMs: 40 })
    await expect(late.readResponse()).rejects.toMatchObject({ code: 'TIMEOUT', received: Buffer.from(truncated) })
    using garbage = await WireClient.connect({ port: await saying('220 smtp.example ESMTP\r\n') })
    await expect(garbage.readResponse()).rejects.toMatchObject({ code: 'NO_RESPONSE' })
    using silent = await WireClient.connect({ port: await serve((socket) => socket.end()) })
    await expect(silent.readResponse()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

function answer(body: string, ...fields: readonly string[]): string {
  const lines = [...fields, `Content-Length: ${body.length}`].map((field) => `${field}\r\n`)
  return `HTTP/1.1 200 OK\r\n${lines.join('')}\r\n${body}`
}
