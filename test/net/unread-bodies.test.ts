/** Request bodies that no handler reads: read away within the limit, never taken for a request, never waited for in vain. */
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { deferred } from '../support/settled.js'
import { hear, hearUntil, serve } from '../support/serve.js'

/** What a body looks like that wants to be the next request. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
const LAST = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

const withLength = (body: string, verb = 'POST'): string =>
  `${verb} /first HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const inChunks = (...chunks: string[]): string =>
  'POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n' +
  [...chunks, ''].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')

/** Keeps the paths it was asked for, and answers without a look at the body. */
class Careless extends RequestHandler {
  static paths: string[] = []
  override do_GET(): void {
    Careless.paths.push(this.path)
    void this.send_response_full(`<${this.path}>`)
  }
  override async do_POST(): Promise<void> {
    this.do_GET()
  }
  do_FETCH(): void {
    this.do_GET()
  }
}

/** The same, with a response that says keep-alive whatever the library thinks of it. */
class Insisting extends Careless {
  override do_GET(): void {
    Careless.paths.push(this.path)
    this.send_response(200)
    this.send_header('Connection', 'keep-alive')
    this.send_header('Content-Length', this.path.length + 2)
    this.end_headers()
    this.wfile.write(`<${this.path}>`)
  }
}

async function pathsOf(octets: string, klass: typeof Careless, drain_bytes = 1_000): Promise<string[]> {
  Careless.paths = []
  await using served = await serve(klass, { limits: { drain_bytes } })
  await served.talk(octets)
  return Careless.paths
}

describe('a body that nobody reads', () => {
  it.each(['GET', 'POST', 'FETCH'])('is no request, and the next one is served: %s', async (verb) => {
    expect(await pathsOf(withLength(SMUGGLED, verb) + LAST, Careless)).toEqual(['/first', '/last'])
  })

  it('is no request when nobody has the verb, and nothing behind it is', async () => {
    expect(await pathsOf(withLength(SMUGGLED, 'UNKNOWN') + LAST, Careless)).toEqual([])
  })

  it.each([
    ['Content-Length', withLength],
    ['chunks', inChunks],
  ])('is read away to its last octet when the limit allows just that: %s', async (_name, framed) => {
    expect(await pathsOf(framed('x'.repeat(1_000)) + LAST, Insisting)).toEqual(['/first', '/last'])
  })

  it.each([
    ['Content-Length', withLength],
    ['chunks', inChunks],
  ])('ends the connection with the first octet beyond the limit: %s', async (_name, framed) => {
    expect(await pathsOf(framed('x'.repeat(1_001)) + LAST, Insisting)).toEqual(['/first'])
  })

  it('counts in all its chunks together', async () => {
    const chunks = Array.from({ length: 101 }, () => 'x'.repeat(10))
    expect(await pathsOf(inChunks(...chunks.slice(1)) + LAST, Insisting)).toEqual(['/first', '/last'])
    expect(await pathsOf(inChunks(...chunks) + LAST, Insisting)).toEqual(['/first'])
  })

  it('may be as long as it likes when there is no limit', async () => {
    expect(await pathsOf(withLength('x'.repeat(1_000_000)) + LAST, Careless, Infinity)).toEqual(['/first', '/last'])
  })

  it('is never read away when the limit is 0, unless it is empty', async () => {
    expect(await pathsOf(withLength('x') + LAST, Insisting, 0)).toEqual(['/first'])
    expect(await pathsOf(withLength('') + LAST, Insisting, 0)).toEqual(['/first', '/last'])
  })

  it('that is no body ends the connection, and what is behind it is no request', async () => {
    const broken = 'POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nbad\r\n'
    expect(await pathsOf(broken + SMUGGLED, Insisting)).toEqual(['/first'])
  })

  it('says close in the answer, when its length says that it will not be read away', async () => {
    await using served = await serve(Careless, { limits: { drain_bytes: 1_000 } })
    expect(await served.talk(withLength('x'.repeat(1_000)))).toContain('Connection: keep-alive')
    expect(await served.talk(withLength('x'.repeat(1_001)))).toContain('Connection: close')
  })

  it('says close in the answer when it has chunks, since nobody knows how many', async () => {
    await using served = await serve(Careless)
    const heard = await served.talk(inChunks('x') + LAST)
    expect(heard).toContain('Connection: close')
    expect(heard).not.toContain('</last>')
  })

  it('may come after its answer', async () => {
    await using served = await serve(Careless)
    const client = await served.client()
    client.write('POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n')
    expect(await hearUntil(client, (heard) => heard.includes('</first>'))).toContain('keep-alive')
    client.write('01234')
    client.write(`56789${LAST}`)
    expect(await hear(client)).toContain('</last>')
  })

  it('that a client never sends, since it was not told to go on, is not waited for', async () => {
    class Refusing extends Careless {
      override handle_expect_100(): boolean {
        void this.send_error(403)
        return false
      }
    }
    await using served = await serve(Refusing)
    const client = await served.client()
    client.write('POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n')
    const heard = await hear(client)
    expect(heard).toMatch(/^HTTP\/1\.1 403 [^]*\r\nConnection: close\r\n/)
    expect(heard).not.toContain('100 Continue')
  })

  it('is read away when its handler has read a part of it', async () => {
    class Half extends Careless {
      override async do_POST(): Promise<void> {
        for await (const piece of this.rfile) {
          Careless.paths.push(String((piece as Buffer).length))
          break
        }
        this.do_GET()
      }
    }
    Careless.paths = []
    await using served = await serve(Half)
    const client = await served.client()
    client.write('POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc')
    await hearUntil(client, (heard) => heard.includes('</first>'))
    client.write('x'.repeat(99_997) + LAST)
    expect(await hear(client)).toContain('</last>')
    expect(Careless.paths).toEqual(['3', '/first', '/last'])
  })

  it('is taken to be read to its end once its handler has asked for it, chunks or not', async () => {
    class Asking extends Careless {
      override async do_POST(): Promise<void> {
        Careless.paths.push(String(this.rfile.readable))
        this.do_GET()
      }
    }
    Careless.paths = []
    await using served = await serve(Asking)
    const heard = await served.talk(inChunks('x') + LAST)
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*?Connection: keep-alive\r\n/)
    expect(Careless.paths).toEqual(['true', '/first', '/last'])
  })

  it('fails who reads on when its client has left in between', async () => {
    const failed = deferred<unknown>()
    const begun = deferred()
    class Pausing extends RequestHandler {
      override async do_POST(): Promise<void> {
        const { signal } = this
        try {
          for await (const _piece of this.rfile) {
            begun.resolve()
            if (!signal.aborted) await once(signal, 'abort')
          }
        } catch (error) {
          failed.resolve(error)
        }
      }
    }
    await using served = await serve(Pausing)
    const client = await served.client()
    client.write('POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234')
    await begun.promise
    client.resetAndDestroy()
    expect(await failed.promise).toMatchObject({ name: 'RequestError', code: 'PEER_GONE' })
  })

  it('is not given to whoever reads when the exchange is over, and neither is the next request', async () => {
    const late: string[] = []
    const read = deferred()
    class Late extends Careless {
      override async do_POST(): Promise<void> {
        this.do_GET()
        setImmediate(() => {
          this.rfile.on('data', (octets: Buffer) => late.push(octets.toString('latin1')))
          this.rfile.on('end', () => read.resolve())
        })
      }
    }
    Careless.paths = []
    await using served = await serve(Late)
    const client = await served.client()
    client.write(withLength('body'))
    await hearUntil(client, (heard) => heard.includes('</first>'))
    await read.promise
    client.write(LAST)
    expect(await hear(client)).toContain('</last>')
    expect(late).toEqual([])
    expect(Careless.paths).toEqual(['/first', '/last'])
  })
})
