import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CertificateStore, type CertificateStoreOptions } from '../../src/tls/certificate-store.js'
import { type CertificatePair, CertificateWorkshop, needOpenssl } from '../support/certificates.js'
import { collect, TlsListener } from '../support/tls-listener.js'

const workshop = new CertificateWorkshop()
let certfile: string
beforeEach(needOpenssl)
beforeAll(() => {
  certfile = workshop.joined(workshop.selfSigned('default.example'), 'keyLast')
})
afterAll(() => workshop.remove())

function makeStore(options: Partial<CertificateStoreOptions> = {}): CertificateStore {
  return new CertificateStore({ ssl_certfile: certfile, ...options })
}

function presentedName(client: TLSSocket): unknown {
  return client.getPeerCertificate().subject.CN
}

/** The name in the certificate that a client gets which asks for a name, or for none. */
async function nameFor(listener: TlsListener, servername: string): Promise<unknown> {
  const client = await listener.connectTls(servername === '' ? {} : { servername })
  const name = presentedName(client)
  client.destroy()
  return name
}

/** Sends and waits for the echo. */
async function echo(client: TLSSocket, text: string): Promise<string> {
  client.write(text)
  const [octets] = await once(client, 'data')
  return String(octets)
}

function authority(): CertificatePair {
  return workshop.selfSigned('authority')
}

function credentials({ certfile, keyfile }: CertificatePair): { cert: string; key: string } {
  return { cert: workshop.read(certfile), key: workshop.read(keyfile) }
}

/** Whether a client gets an echo; TLS 1.3 tells a client that it was refused only after its side is done. */
async function isServed(listener: TlsListener, options: object): Promise<boolean> {
  const client = await listener.connectTls(options)
  client.write('hello')
  client.once('data', () => client.end())
  return (await collect(client))[0] === 'hello'
}

/** The records of a capture: their outer content types (RFC 8446 5.1). */
function recordTypes(octets: Buffer): number[] {
  const types: number[] = []
  for (let at = 0; at + 5 <= octets.length; at += 5 + octets.readUInt16BE(at + 3)) types.push(octets[at] ?? 0)
  return types
}

describe('a TLS connection', () => {
  test('carries octets both ways, names its protocol, and comes with the socket below', async () => {
    await using listener = await TlsListener.start(makeStore())
    const client = await listener.connectTls({ ALPNProtocols: ['h2', 'http/1.1'] })
    expect(client.alpnProtocol).toBe('http/1.1')
    expect(await echo(client, 'hello')).toBe('hello')
    const accepted = listener.told[0]
    expect([accepted?.raw]).toEqual([...listener.open])
    expect(accepted?.stream.alpnProtocol).toBe('http/1.1')
    client.end()
    await listener.emptied(1)
  })

  test('is found although its ClientHello comes octet by octet', async () => {
    await using listener = await TlsListener.start(makeStore())
    const slow = await listener.connect()
    const tls = connectTls({ socket: new Tap(slow, true), rejectUnauthorized: false })
    await once(tls, 'secureConnect')
    expect(await echo(tls, 'hello')).toBe('hello')
    tls.destroy()
    slow.destroy()
    await listener.emptied(1)
  })

  test('is half-open: a client that shuts its sending side still gets its answer', async () => {
    await using listener = await TlsListener.start(makeStore(), {}, ({ stream }) => {
      stream.resume().once('end', () => stream.end('answer'))
    })
    const client = await listener.connectTls({}, true)
    client.end('request')
    expect(await collect(client)).toEqual(['answer', null])
    await listener.emptied(1)
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'loses nothing of a client that sends and ends in one breath with its handshake (%s)',
    async (version) => {
      const received: Promise<[string, string | null]>[] = []
      await using listener = await TlsListener.start(makeStore(), {}, ({ stream }) => {
        received.push(collect(stream).finally(() => stream.end()))
      })
      const client = connectTls({
        port: listener.port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        minVersion: version,
        maxVersion: version,
      })
      client.end('everything')
      await once(client.resume(), 'close')
      await listener.emptied(1)
      expect(await Promise.all(received)).toEqual([['everything', null]])
    },
  )

  test.each(['TLSv1_2', 'TLSv1_3'])('settles on %s alone when it is pinned', async (ssl_version) => {
    await using listener = await TlsListener.start(makeStore({ ssl_version }))
    const pinned = ssl_version === 'TLSv1_2' ? 'TLSv1.2' : 'TLSv1.3'
    const other = ssl_version === 'TLSv1_2' ? 'TLSv1.3' : 'TLSv1.2'
    const client = await listener.connectTls()
    expect(client.getProtocol()).toBe(pinned)
    client.destroy()
    await expect(listener.connectTls({ minVersion: other, maxVersion: other })).rejects.toThrow(/version/)
    await listener.emptied(2)
  })

  test('is refused to a client that speaks other protocols only', async () => {
    await using listener = await TlsListener.start(makeStore())
    await expect(listener.connectTls({ ALPNProtocols: ['h2'] })).rejects.toThrow(/application protocol/)
    await listener.emptied(1)
    expect(listener.told).toEqual([null])
  })

  test('ends with close_notify', async () => {
    await using listener = await TlsListener.start(makeStore({ ssl_version: 'TLSv1_2' }), {}, ({ stream }) => {
      stream.resume().end('bye')
    })
    const tcp = await listener.connect()
    const tap = new Tap(tcp)
    const client = connectTls({ socket: tap, rejectUnauthorized: false })
    expect(await collect(client)).toEqual(['bye', null])
    const types = recordTypes(Buffer.concat(tap.received))
    expect(types.slice(-2)).toEqual([23, 21]) // application data, then an alert, which TLS 1.2 lets one see
    client.destroy()
    tcp.destroy()
    await listener.emptied(1)
  })

  test('is reset through the socket below', async () => {
    await using listener = await TlsListener.start(makeStore(), {}, ({ stream, raw }) => {
      stream.once('data', () => raw.resetAndDestroy())
    })
    const client = await listener.connectTls()
    client.write('now')
    expect(await collect(client)).toEqual(['', 'ECONNRESET'])
    await listener.emptied(1)
  })

  test('refuses renegotiation and stays alone with the trouble', async () => {
    await using listener = await TlsListener.start(makeStore({ ssl_version: 'TLSv1_2' }))
    const client = await listener.connectTls()
    client.on('error', () => {})
    client.renegotiate({ rejectUnauthorized: false }, () => {})
    await listener.emptied(1)
    client.destroy()
  })

  test('may carry rubbish: the connection ends, the process does not', async () => {
    await using listener = await TlsListener.start(makeStore())
    const tcp = await listener.connect()
    const client = connectTls({ socket: tcp, rejectUnauthorized: false })
    client.on('error', () => {})
    await once(client, 'secureConnect')
    expect(await echo(client, 'hello')).toBe('hello')
    tcp.write('no record at all, but long enough to be taken for one')
    await listener.emptied(1)
    tcp.destroy()
  })
})

test('the documented openssl command makes a certificate that a client can trust', async () => {
  const command = 'req -new -x509 -days 365 -nodes -out server.pem -keyout server.pem -subj /CN=localhost'
  workshop.openssl(...command.split(' '))
  const ssl_certfile = workshop.path('server.pem')
  await using listener = await TlsListener.start(new CertificateStore({ ssl_certfile }))
  const options = { ca: workshop.read(ssl_certfile), servername: 'localhost', rejectUnauthorized: true }
  const client = await listener.connectTls(options)
  expect(await echo(client, 'hello')).toBe('hello')
  client.destroy()
})

describe('names', () => {
  test('decide about the certificate, and may change while connections are open', async () => {
    const store = makeStore()
    await using listener = await TlsListener.start(store)
    const early = await listener.connectTls({ servername: 'www.example.com' })
    expect(presentedName(early)).toBe('default.example')

    store.add('*.example.com', { ssl_certfile: workshop.joined(workshop.selfSigned('wildcard'), 'keyFirst') })
    store.add('www.example.com', { ssl_certfile: workshop.joined(workshop.selfSigned('exact'), 'keyFirst') })
    expect(await nameFor(listener, 'www.example.com')).toBe('exact')
    expect(await nameFor(listener, 'WWW.Example.COM')).toBe('exact')
    expect(await nameFor(listener, 'api.example.com')).toBe('wildcard')
    expect(await nameFor(listener, 'a.b.example.com')).toBe('default.example')
    expect(await nameFor(listener, 'unknown.example')).toBe('default.example')
    expect(await nameFor(listener, '')).toBe('default.example')

    store.remove('www.example.com')
    expect(await nameFor(listener, 'www.example.com')).toBe('wildcard')
    expect(await echo(early, 'still here')).toBe('still here')
    early.destroy()
  })

  test('that fail to be looked up fail their handshake alone', async () => {
    class Faulty extends CertificateStore {
      override secureContextFor(): never {
        throw new Error('lookup failed')
      }
    }
    await using listener = await TlsListener.start(new Faulty({ ssl_certfile: certfile }))
    await expect(listener.connectTls({ servername: 'a.example' })).rejects.toThrow()
    expect(await nameFor(listener, '')).toBe('default.example')
    await listener.emptied(2)
  })
})

test('a reloaded default certificate is presented to new clients, open connections go on', async () => {
  const file = workshop.joined(workshop.selfSigned('before'), 'keyLast')
  const store = new CertificateStore({ ssl_certfile: file })
  await using listener = await TlsListener.start(store)
  const early = await listener.connectTls()
  expect(await nameFor(listener, '')).toBe('before')
  workshop.write(workshop.read(workshop.joined(workshop.selfSigned('after'), 'keyLast')), file.split('/').pop())
  expect(await nameFor(listener, '')).toBe('before')
  store.reload()
  expect(await nameFor(listener, '')).toBe('after')
  expect(await nameFor(listener, 'unknown.example')).toBe('after')
  expect(presentedName(early)).toBe('before')
  expect(await echo(early, 'still here')).toBe('still here')
  early.destroy()
})

describe('client certificates', () => {
  test('are asked for when they are required, and have to be signed by the authority', async () => {
    const ca = authority()
    const store = makeStore({ ssl_ca: ca.certfile })
    store.add('other.example', { ssl_certfile: workshop.joined(workshop.selfSigned('other.example'), 'keyLast') })
    await using listener = await TlsListener.start(store)
    const good = credentials(workshop.signedBy(ca, 'alice'))
    for (const servername of ['x.example', 'other.example']) {
      expect(await isServed(listener, { ...good, servername })).toBe(true)
      expect(await isServed(listener, { servername })).toBe(false)
      expect(await isServed(listener, { ...credentials(workshop.selfSigned('mallory')), servername })).toBe(false)
    }
    await listener.emptied(6)
    expect(listener.told.map((accepted) => accepted?.stream.authorized ?? null)).toEqual([
      true,
      null,
      null,
      true,
      null,
      null,
    ])
  })

  test('may be left out when they are optional, but not be bad', async () => {
    const ca = authority()
    await using listener = await TlsListener.start(makeStore({ ssl_ca: ca.certfile, ssl_verify: 'optional' }))
    expect(await isServed(listener, {})).toBe(true)
    expect(await isServed(listener, credentials(workshop.signedBy(ca, 'alice')))).toBe(true)
    expect(await isServed(listener, credentials(workshop.selfSigned('mallory')))).toBe(false)
    await listener.emptied(3)
    expect(listener.told.map((accepted) => accepted?.stream.authorized ?? null)).toEqual([false, true, null])
  })

  test.each(['TLSv1_2', 'TLSv1_3'])(
    'are remembered by a resumed session, under a name of its own too (%s)',
    async (ssl_version) => {
      const ca = authority()
      const store = makeStore({ ssl_ca: ca.certfile, ssl_version })
      store.add('other.example', { ssl_certfile: workshop.joined(workshop.selfSigned('other.example'), 'keyLast') })
      await using listener = await TlsListener.start(store)
      const options = { ...credentials(workshop.signedBy(ca, 'alice')), servername: 'other.example' }
      const first = await listener.connectTls(options)
      const [session] = ssl_version === 'TLSv1_3' ? await once(first, 'session') : [first.getSession()]
      first.destroy()
      const second = await listener.connectTls({ ...options, session })
      expect(second.isSessionReused()).toBe(true)
      expect(await echo(second, 'hello')).toBe('hello')
      second.destroy()
      await listener.emptied(2)
      expect(listener.told[1]?.stream.authorized).toBe(true)
    },
  )
})

describe('a client that never becomes a connection', () => {
  test('is closed at the deadline, silent or in the middle of its ClientHello', async () => {
    await using listener = await TlsListener.start(makeStore(), { handshake_ms: 20 })
    const silent = await listener.connect()
    const partial = await listener.connect()
    partial.write(Buffer.from([0x16, 3, 1, 2, 0]))
    await Promise.all([collect(silent), collect(partial)])
    await listener.emptied(2)
    expect(listener.told).toEqual([null, null])
    silent.destroy()
    partial.destroy()
  })

  test('is closed at the deadline when it takes no notice of our side of the handshake', async () => {
    await using listener = await TlsListener.start(makeStore(), { handshake_ms: 200 })
    const tcp = await listener.connect()
    const deaf = new Tap(tcp)
    deaf.push = () => true
    const tls = connectTls({ socket: deaf, rejectUnauthorized: false }).on('error', () => {})
    await listener.emptied(1)
    expect(listener.told).toEqual([null])
    tls.destroy()
    tcp.destroy()
  })

  test('has all the time in the world without a deadline', async () => {
    await using listener = await TlsListener.start(makeStore(), { handshake_ms: Number.POSITIVE_INFINITY })
    const client = await listener.connectTls()
    expect(await echo(client, 'hello')).toBe('hello')
    client.destroy()
  })

  test('is gone at once when its socket ends, resets or is destroyed by others', async () => {
    await using listener = await TlsListener.start(makeStore())
    const [ended, reset, destroyed] = [await listener.connect(), await listener.connect(), await listener.connect()]
    ended.end()
    reset.write(Buffer.from([0x16, 3, 1]))
    reset.resetAndDestroy()
    destroyed.on('error', () => {})
    while (listener.open.size === 3) await new Promise(setImmediate)
    for (const raw of listener.open) raw.destroy()
    await listener.emptied(3)
    expect(listener.told).toEqual([null, null, null])
    ended.destroy()
    destroyed.destroy()
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'leaves no socket behind, 200 of them at every step of a handshake (%s)',
    async (version) => {
      // Without a deadline, so that none of them is found by time alone.
      const options = { handshake_ms: Number.POSITIVE_INFINITY }
      await using listener = await TlsListener.start(makeStore(), options, ({ stream }) => stream.resume().end())
      const clients = Array.from({ length: 200 }, (_, index) => leaveDuringHandshake(listener, index, version))
      await Promise.all(clients)
      await listener.emptied(200)
    },
  )

  test('is destroyed at once when it sends what is neither TLS nor HTTP', async () => {
    await using listener = await TlsListener.start(makeStore())
    const octets = [0x00, 0x0d, 0x20, 0x80, 0xff]
    for (const octet of octets) {
      const client = await listener.connect()
      client.write(Buffer.from([octet, 1, 2, 3]))
      expect((await collect(client))[0]).toBe('')
      client.destroy()
    }
    await listener.emptied(octets.length)
  })
})

describe('plain HTTP on the TLS port', () => {
  const answer =
    /^HTTP\/1\.1 400 Bad Request\r\nDate: \w{3}, [^\r\n]+ GMT\r\nConnection: close\r\nContent-Type: text\/plain; charset=UTF-8\r\nContent-Length: (\d+)\r\n\r\n([^]*)$/

  function expectAnswer(text: string): void {
    const [, length, body = ''] = answer.exec(text) ?? []
    expect(text).toMatch(answer)
    expect(body).toHaveLength(Number(length))
    expect(body).toContain('HTTPS')
  }

  test.each(['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'm-search', '!'])(
    '%j is answered 400 and closed',
    async (request) => {
      await using listener = await TlsListener.start(makeStore())
      const client = await listener.connect()
      client.write(request)
      const [text, error] = await collect(client)
      expectAnswer(text)
      expect(error).toBeNull()
      client.end()
      await listener.emptied(1)
      expect(listener.told).toEqual([null])
    },
  )

  test('a client that goes on sending still reads its answer', async () => {
    await using listener = await TlsListener.start(makeStore())
    const client = await listener.connect()
    client.write(`POST / HTTP/1.1\r\n\r\n${'x'.repeat(100_000)}`)
    const [text, error] = await collect(client)
    expectAnswer(text)
    expect(error).toBeNull()
    client.end('more')
    await listener.emptied(1)
  })

  test('a client that never stops is cut off, by octets or by time', async () => {
    await using listener = await TlsListener.start(makeStore(), { linger_ms: 20 })
    const patient = await listener.connect()
    patient.write('GET')
    const greedy = await listener.connect()
    greedy.on('error', () => {})
    const flood = (): void => {
      while (greedy.writable && greedy.write(Buffer.alloc(65_536, 'x')));
    }
    greedy.on('drain', flood)
    flood()
    await listener.emptied(2)
    patient.destroy()
    greedy.destroy()
  })
})

/**
 * A client's TCP socket as a stream that TLS can't reach through: it keeps what was received, and sends in as many writes
 * as there are octets when asked to.
 */
class Tap extends Duplex {
  readonly received: Buffer[] = []
  readonly #socket: Socket
  readonly #octetwise: boolean

  constructor(socket: Socket, octetwise = false) {
    super()
    this.#socket = socket
    this.#octetwise = octetwise
    this.on('error', () => {})
    socket.setNoDelay(true)
    socket.on('data', (octets: Buffer) => {
      this.received.push(octets)
      this.push(octets)
    })
    socket.once('end', () => this.push(null))
    socket.once('close', () => this.destroy())
  }

  override _read(): void {}

  override _write(octets: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const pieces = this.#octetwise ? Array.from(octets, (octet) => Buffer.of(octet)) : [octets]
    const last = pieces.pop() ?? Buffer.alloc(0)
    for (const piece of pieces) this.#socket.write(piece)
    this.#socket.write(last, done)
  }

  override _final(done: () => void): void {
    this.#socket.end(done)
  }
}

/** Leaves in the way and at the step that the number says. */
async function leaveDuringHandshake(
  listener: TlsListener,
  index: number,
  version: 'TLSv1.2' | 'TLSv1.3',
): Promise<void> {
  const tcp = await listener.connect()
  tcp.on('error', () => {})
  const leave = index % 2 === 0 ? () => tcp.resetAndDestroy() : () => tcp.destroySoon()
  const tls = connectTls({ socket: new Tap(tcp), rejectUnauthorized: false, minVersion: version, maxVersion: version })
  tls.on('error', () => {})
  const steps = [
    () => leave(),
    () => setImmediate(leave),
    () => tcp.once('data', leave),
    () => tls.once('secureConnect', leave),
    () => tls.once('secureConnect', () => tls.end()),
  ]
  steps[index % steps.length]?.()
  await new Promise((resolve) => tcp.once('close', resolve))
}
