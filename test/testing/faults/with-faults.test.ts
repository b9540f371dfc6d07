import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import { connect } from 'node:net'
import { Duplex, Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { type RequestHead, RequestHandler } from '../../../src/index.js'
import {
  applyFaults,
  Faults,
  type FaultyExchange,
  randomFaults,
  startServer,
  type TestServer,
  WireClient,
  withFaults,
} from '../../../src/testing/index.js'

class Hello extends RequestHandler {
  override do_GET(): void {
    this.send_response_only(200)
    this.send_header('Content-Length', 5)
    this.end_headers()
    this.wfile.write('hello')
  }
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const HELLO = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'

async function heard(server: TestServer, tls: boolean, request = REQUEST): Promise<[text: string, end: string | null]> {
  using client = await WireClient.connect({ port: server.port, tls })
  await client.send(request)
  const octets = await client.readUntilClose()
  return [octets.toString('latin1'), client.ended]
}

for (const tls of [false, true]) {
  describe(`faults of every response, ${tls ? 'over TLS' : 'without TLS'}`, () => {
    it('cut it, and close in good order', async () => {
      await using server = await startServer(Hello, { tls, faults: [Faults.cutAfter({ after: 20 })] })
      expect(await heard(server, tls)).toEqual([HELLO.slice(0, 20), 'closed'])
    })

    it('reset the TCP connection behind the octets that are to arrive', async () => {
      await using server = await startServer(Hello, { tls, faults: [Faults.reset({ after: 20 })] })
      expect(await heard(server, tls)).toEqual([HELLO.slice(0, 20), 'reset'])
    })

    it('drip it, and have the server wait for it before it closes', async () => {
      const faults = [Faults.drip({ octets: 7, ms: 1 })]
      await using server = await startServer(Hello, { tls, faults })
      const request = REQUEST.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')
      expect(await heard(server, tls, request)).toEqual([HELLO, 'closed'])
    })

    it('keep the connection when they do not end it', async () => {
      await using server = await startServer(Hello, { tls, faults: [Faults.interimFlood({ count: 3 })] })
      using client = await WireClient.connect({ port: server.port, tls })
      await client.send(REQUEST + REQUEST)
      for (const _ of [1, 2]) {
        const { body, interim } = await client.readResponse()
        expect([body.toString(), interim.length]).toEqual(['hello', 3])
      }
    })

    it('pause it for ever, until the client is gone', async () => {
      await using server = await startServer(Hello, { tls, faults: [Faults.pauseAt({ at: 10 })] })
      using client = await WireClient.connect({ port: server.port, tls })
      await client.send(REQUEST)
      expect((await client.read(10)).toString()).toBe(HELLO.slice(0, 10))
      expect(await client.readUntilQuiet(50)).toHaveLength(0)
      expect(client.ended).toBeNull()
    })

    it('never end a head, as fast as the client reads', async () => {
      await using server = await startServer(Hello, { tls, faults: [Faults.endlessHead()] })
      using client = await WireClient.connect({ port: server.port, tls })
      await client.send(REQUEST)
      const octets = await client.read(3_000_000)
      expect(octets.includes('\r\n\r\n')).toBe(false)
    })
  })
}

describe('a handler whose response is misbehaved', () => {
  it('is still stopped by a client that does not read', async () => {
    let written = 0
    class Endless extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response_only(200)
        this.end_headers()
        const gone = once(this.wfile, 'close')
        while (!this.wfile.destroyed) {
          written += 65_536
          if (this.wfile.write(Buffer.alloc(65_536))) continue
          const drained = new AbortController()
          await Promise.race([once(this.wfile, 'drain', drained), gone]).finally(() => drained.abort())
        }
      }
    }
    await using server = await startServer(Endless, { faults: [Faults.injectAt({ at: 100 })] })
    using client = await WireClient.connect({ port: server.port })
    await client.send(REQUEST)
    await client.read(1)
    client.pauseReading()
    let before = -1
    while (before < written) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(written).toBeLessThan(50_000_000)
    client.reset()
  })

  it('hears once that its last octets are written', async () => {
    let heardOfEnd = 0
    class Ending extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response_only(200)
        this.send_header('Content-Length', 5)
        this.end_headers()
        this.wfile.end('hello', () => (heardOfEnd += 1))
        await finished(this.wfile)
      }
    }
    await using server = await startServer(Ending, { faults: [Faults.injectAt({ at: 0, octets: 'x' })] })
    using client = await WireClient.connect({ port: server.port })
    await client.send(REQUEST)
    expect((await client.read(HELLO.length + 1)).toString()).toBe(`x${HELLO}`)
    await server.close()
    expect(heardOfEnd).toBe(1)
  })

  it('learns that its client is gone', async () => {
    let tell: ((error: unknown) => void) | undefined
    const told = new Promise((resolve) => (tell = resolve))
    class Waiting extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response_only(200)
        this.end_headers()
        await this.wfile.flush().catch(tell)
      }
    }
    await using server = await startServer(Waiting, { faults: [Faults.pauseAt({ at: 3 })] })
    using client = await WireClient.connect({ port: server.port })
    await client.send(REQUEST)
    await client.read(3)
    client.reset()
    expect(await told).toMatchObject({ message: 'the peer is gone' })
  })

  it('says nothing behind the head of an answer to HEAD', async () => {
    class Head extends Hello {
      override do_HEAD(): void {
        this.do_GET()
      }
    }
    await using server = await startServer(Head, { faults: [Faults.drip({ octets: 100 })] })
    using client = await WireClient.connect({ port: server.port })
    await client.send(`HEAD${REQUEST.slice(3)}${REQUEST}`)
    expect((await client.readResponse('HEAD')).body).toHaveLength(0)
    expect((await client.readResponse()).body.toString()).toBe('hello')
  })

  it('may end its wfile, and pipe into it', async () => {
    class Piping extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response_only(200)
        this.send_header('Content-Length', 10)
        this.end_headers()
        await pipeline(Readable.from([Buffer.from('01234'), Buffer.from('56789')]), this.wfile)
      }

      override do_HEAD(): void {
        this.send_response_only(200)
        this.send_header('Content-Length', 5)
        this.end_headers()
        this.wfile.end('swallowed')
      }

      override async do_POST(): Promise<void> {
        this.send_response_only(200)
        this.send_header('Content-Length', 3)
        this.end_headers()
        const octets = Buffer.from('abc')
        this.wfile.end(new DataView(octets.buffer, octets.byteOffset, octets.length))
        await finished(this.wfile)
      }
    }
    await using server = await startServer(Piping, { faults: [Faults.drip({ octets: 3, ms: 0 })] })
    using client = await WireClient.connect({ port: server.port })
    await client.send(REQUEST + REQUEST.replace('GET', 'HEAD') + REQUEST.replace('GET', 'POST') + REQUEST)
    const bodies: string[] = []
    for (const method of ['GET', 'HEAD', 'POST', 'GET'])
      bodies.push((await client.readResponse(method)).body.toString())
    expect(bodies).toEqual(['0123456789', '', 'abc', '0123456789'])
  })

  it('keeps what RegisterPath and its statics say of its class', async () => {
    const Wrapped = withFaults(Hello, Faults.cutAfter())
    expect([Wrapped.name, Wrapped.protocol_version, Wrapped.prototype]).toEqual(['Hello', 'HTTP/1.1', Hello.prototype])
    const made: string[] = []
    class Noting extends Hello {
      override on_init(): void {
        made.push(this.constructor === Noting ? 'itself' : 'another class')
      }
    }
    await using server = await startServer(withFaults(Noting, Faults.cutAfter()))
    await heard(server, false)
    expect(made).toEqual(['itself'])
  })
})

describe('applyFaults', () => {
  it('acts on one response of a handler and on no other', async () => {
    let responses = 0
    class Second extends Hello {
      override do_GET(): void {
        responses += 1
        if (responses === 2) applyFaults(this, Faults.wrongContentLength({ by: -1 }))
        super.do_GET()
      }
    }
    await using server = await startServer(Second)
    using client = await WireClient.connect({ port: server.port })
    await client.send(REQUEST + REQUEST + REQUEST)
    const wire = HELLO + HELLO.replace('5', '4') + HELLO
    expect((await client.read(wire.length)).toString()).toBe(wire)
  })

  it('gives the wfile that the faults act on', async () => {
    class Raw extends Hello {
      override do_GET(): void {
        this.wfile.write('HTTP/1.1 ')
        applyFaults(this, Faults.cutAfter({ after: 3 })).write('200 OK\r\n\r\n')
      }
    }
    await using server = await startServer(Raw)
    expect(await heard(server, false)).toEqual(['HTTP/1.1 200', 'closed'])
  })

  it('acts in front of faults of the whole class', async () => {
    class Doubled extends Hello {
      override do_GET(): void {
        applyFaults(this, Faults.duplicateField({ value: '77' }))
        super.do_GET()
      }
    }
    await using server = await startServer(Doubled, { faults: [Faults.bareLf()] })
    using client = await WireClient.connect({ port: server.port })
    await client.send(REQUEST)
    expect((await client.readUntil('hello')).toString()).toBe(
      'HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 77\n\nhello',
    )
  })
})

describe('the end of TLS', () => {
  it('is left out, and the end of TCP is not', async () => {
    await using server = await startServer(Hello, { tls: true, faults: [Faults.truncateTls()] })
    const [records, end] = await rawTlsRecords(server.port)
    await using honest = await startServer(Hello, { tls: true, faults: [Faults.cutAfter()] })
    const [honestRecords] = await rawTlsRecords(honest.port)
    expect(end).toBe('end')
    expect(honestRecords).toBe(records + 1)
  })
})

describe('a slow handshake', () => {
  it('is finished in the end', async () => {
    const faults = [Faults.slowHandshake({ ms: 1, octets: 100 }), Faults.cutAfter()]
    await using server = await startServer(Hello, { tls: true, faults })
    expect(await heard(server, true)).toEqual([HELLO, 'closed'])
  })

  it('may never end', async () => {
    await using server = await startServer(Hello, { tls: true, faults: [Faults.slowHandshake({ ms: Infinity })] })
    const connecting = WireClient.connect({ port: server.port, tls: true, timeoutMs: 50 })
    await expect(connecting).rejects.toMatchObject({ code: 'TIMEOUT' })
  })

  it('needs TLS, and a server', async () => {
    await expect(startServer(Hello, { faults: [Faults.slowHandshake()] })).rejects.toThrow(TypeError)
  })
})

describe('faults by chance', () => {
  it('are the same for the same seed, whatever came before', async () => {
    const first = randomFaults({ seed: 7, most: 3 })
    const again = randomFaults({ seed: 7, most: 3 })
    const drawn = Array.from({ length: 50 }, (_, number) => first(exchange(number)).join())
    expect(again(exchange(49)).join()).toBe(drawn[49])
    expect(new Set(drawn).size).toBeGreaterThan(40)
    expect(String(first)).toBe('randomFaults({ seed: 7 })')
    expect(randomFaults().seed).not.toBe(randomFaults().seed)
  })

  it('can be written down as programs', () => {
    expect(String(Faults.pauseAt({ at: 3 }))).toBe('pauseAt({ at: 3, ms: Infinity })')
    expect(String(Faults.injectAt({ octets: '\0\n' }))).toBe("injectAt({ at: 0, octets: '\\x00\\n' })")
  })

  it('leave the server in good health', async () => {
    await using server = await startServer(Hello, { faults: [randomFaults({ seed: 3, most: 3 })] })
    const visits = Array.from({ length: 60 }, async () => {
      using client = await WireClient.connect({ port: server.port })
      await client.send(REQUEST)
      await client.readUntilQuiet(100, { timeoutMs: 300 })
    })
    await Promise.all(visits)
  })
})

describe('parameters of faults', () => {
  it('are checked when they are given', () => {
    expect(() => Faults.cutAfter({ after: -1 })).toThrow('cutAfter: after is count, not -1')
    expect(() => Faults.drip({ pace: 3 } as never)).toThrow('drip has no parameter pace')
    expect(() => Faults.injectAt({ octets: '€' })).toThrow('injectAt: octets is octets, not "€"')
    expect(() => Faults.webSocketFrame({ opcode: 16 })).toThrow('webSocketFrame: opcode is 0 to 15, not 16')
  })
})

function exchange(number: number): FaultyExchange {
  return { number, request: {} as RequestHead }
}

/** Number of TLS records the server sent in all, by their headers, and how the stream of them ended. */
async function rawTlsRecords(port: number): Promise<[records: number, end: string]> {
  const tcp = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let octets = Buffer.alloc(0)
  // A stream that is no socket has Node's TLS read it through JavaScript, where the records can be seen.
  const seen = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, callback) => void tcp.write(chunk, callback),
    final: (callback) => callback(),
  })
  tcp.on('data', (chunk: Buffer) => {
    octets = Buffer.concat([octets, chunk])
    seen.push(chunk)
  })
  const ended = once(tcp, 'end').then(() => 'end')
  const tls = connectTls({ socket: seen, rejectUnauthorized: false })
  tls.on('error', () => {})
  tls.write(REQUEST)
  const end = await ended
  tls.destroy()
  tcp.destroy()
  let records = 0
  for (let place = 0; place < octets.length; place += 5 + octets.readUInt16BE(place + 3)) records += 1
  return [records, end]
}
