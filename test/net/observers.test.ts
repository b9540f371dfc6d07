/**
 * What the connection makes of a response that it only looks on at: octets go out as they were written, right or wrong,
 * and where a client could not tell the end of one response from the start of the next, there is no next one.
 */
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { deferred } from '../support/settled.js'
import { hear, hearUntil, maskDates, serve } from '../support/serve.js'

const GET = 'GET /first HTTP/1.1\r\nHost: a\r\n\r\n'
const SECOND = 'GET /second HTTP/1.1\r\nHost: a\r\n\r\n'

type Write = (handler: RequestHandler) => void

/** What comes back for two requests, when the first one is answered like this. */
async function answersTo(write: Write, first = GET): Promise<string> {
  class Handler extends RequestHandler {
    override do_GET(): void {
      if (this.path === '/second') void this.send_response_full('[second]')
      else write(this)
    }
    override do_HEAD(): void {
      write(this)
    }
  }
  await using served = await serve(Handler)
  return await served.talk(first + SECOND)
}

function respond(handler: RequestHandler, fields: Record<string, string | number>, body: string): void {
  handler.send_response(200)
  for (const [name, value] of Object.entries(fields)) handler.send_header(name, value)
  handler.end_headers()
  if (body !== '') handler.wfile.write(body)
}

describe('a length that was announced', () => {
  it('and kept lets the next response follow', async () => {
    expect(await answersTo((handler) => respond(handler, { 'Content-Length': 5 }, 'exact'))).toMatch(
      /\r\n\r\nexactHTTP\/1\.1 200 [^]*\[second\]$/,
    )
  })

  it.each([
    ['too little', { 'Content-Length': 10 }, 'short'],
    ['too much', { 'Content-Length': 2 }, 'long'],
    ['something instead of nothing', { 'Content-Length': 0 }, 'body'],
    ['nothing instead of something', { 'Content-Length': 4 }, ''],
    ['a length that is none', { 'Content-Length': 'four' }, 'body'],
    ['an endless length', { 'Content-Length': '9'.repeat(30) }, 'body'],
  ])('and not kept ends the connection, the octets untouched: %s', async (_name, fields, body) => {
    const heard = await answersTo((handler) => respond(handler, fields, body))
    expect(heard.endsWith(`\r\n\r\n${body}`)).toBe(true)
    expect(heard).toContain(`Content-Length: ${Object.values(fields)[0]}`)
  })

  it('counts in octets, not in characters', async () => {
    expect(await answersTo((handler) => respond(handler, { 'Content-Length': 5 }, 'größe'))).not.toContain('[second]')
    expect(await answersTo((handler) => respond(handler, { 'Content-Length': 7 }, 'größe'))).toContain('[second]')
  })

  it('counts whatever way the octets are written', async () => {
    const heard = await answersTo((handler) => {
      respond(handler, { 'Content-Length': 8 }, '')
      handler.wfile.write('61', 'hex')
      handler.wfile.write(new Uint8Array([0x62, 0x63]))
      handler.wfile.write('')
      handler.wfile.cork()
      handler.wfile.write('de')
      handler.wfile.end('fgh')
    })
    expect(heard).toMatch(/\r\n\r\nabcdefghHTTP\/1\.1 200 [^]*\[second\]$/)
  })

  it('says nothing of responses that have no body', async () => {
    const head = 'HEAD /first HTTP/1.1\r\nHost: a\r\n\r\n'
    for (const body of ['', 'body', 'a body that is longer']) {
      const heard = await answersTo((handler) => respond(handler, { 'Content-Length': 4 }, body), head)
      expect(heard).toMatch(/Content-Length: 4\r\n\r\nHTTP\/1\.1 200 [^]*\[second\]$/)
    }
  })

  it.each([204, 304])('says nothing of a %i', async (status) => {
    const heard = await answersTo((handler) => {
      handler.send_response(status)
      handler.end_headers()
      handler.wfile.write('no octet of this')
    })
    expect(heard).toMatch(/\r\n\r\nHTTP\/1\.1 200 [^]*\[second\]$/)
    expect(heard).not.toContain('octet')
  })
})

describe('a response without a length', () => {
  it('ends with its connection, and says so', async () => {
    const heard = await answersTo((handler) => respond(handler, {}, 'body'))
    expect(heard).toMatch(/\r\nConnection: close\r\n\r\nbody$/)
  })

  it('ends with its connection even if its handler says otherwise', async () => {
    const heard = await answersTo((handler) => respond(handler, { Connection: 'keep-alive' }, 'body'))
    expect(heard).toMatch(/\r\nConnection: keep-alive\r\n\r\nbody$/)
  })

  it('lets the next one follow when it is chunked', async () => {
    const chunks = '4\r\nbody\r\n0\r\n\r\n'
    const heard = await answersTo((handler) => respond(handler, { 'Transfer-Encoding': 'chunked' }, chunks))
    expect(heard).toMatch(/\r\n\r\n4\r\nbody\r\n0\r\n\r\nHTTP\/1\.1 200 [^]*\[second\]$/)
  })
})

describe('a head', () => {
  it('that was never ended ends the connection', async () => {
    const heard = await answersTo((handler) => {
      handler.send_response(200)
      handler.flush_headers()
    })
    expect(maskDates(heard)).toMatch(
      /^HTTP\/1\.1 200 OK\r\nServer: [^\r]*\r\nDate: <DATE>\r\n(Connection: [a-z-]+\r\n)?$/,
    )
  })

  it('that was sent in two parts is one', async () => {
    const heard = await answersTo((handler) => {
      handler.send_response(200)
      handler.flush_headers()
      handler.send_header('Content-Length', 4)
      handler.end_headers()
      handler.wfile.write('body')
    })
    expect(heard).toMatch(/\r\n\r\nbody/)
  })

  it('behind that of a whole response ends the connection: one request has one answer', async () => {
    const heard = await answersTo((handler) => {
      void handler.send_response_full('[one]')
      void handler.send_response_full('[two]')
    })
    expect(heard).toMatch(/\[one\]HTTP\/1\.1 200 [^]*\[two\]$/)
  })

  it('of an interim response counts for nothing', async () => {
    const heard = await answersTo((handler) => {
      handler.send_interim_response(103, [['Link', '</a>']])
      respond(handler, { 'Content-Length': 4 }, 'body')
    })
    expect(heard).toMatch(/^HTTP\/1\.1 103 [^]*\r\n\r\nHTTP\/1\.1 200 [^]*bodyHTTP\/1\.1 200 [^]*\[second\]$/)
  })
})

describe('octets that no head announced', () => {
  it('are the whole response, and the next one follows', async () => {
    const heard = await answersTo((handler) => handler.wfile.write('HTTP/1.1 299 Raw\r\nContent-Length: 3\r\n\r\nraw'))
    expect(heard).toMatch(/^HTTP\/1\.1 299 Raw\r\nContent-Length: 3\r\n\r\nrawHTTP\/1\.1 200 [^]*\[second\]$/)
  })

  it('written when the exchange is over go nowhere, and the next answer is not theirs', async () => {
    const written = deferred<unknown>()
    class Late extends RequestHandler {
      override do_GET(): void {
        void this.send_response_full('[first]')
        const { wfile } = this
        setImmediate(() => wfile.write('[late]', (error) => written.resolve(error)))
      }
    }
    await using served = await serve(Late)
    const client = await served.client()
    client.write(GET)
    const heard = await hearUntil(client, (early) => early.includes('[first]'))
    expect(await written.promise).toBeInstanceOf(Error)
    client.end(SECOND)
    expect(heard + (await hear(client))).toMatch(/\[first\]HTTP\/1\.1 200 [^]*\[first\]$/)
  })

  it('come too late when their handler returned without them: the client has its 500, and no other request', async () => {
    const sent = deferred()
    class Forgetful extends RequestHandler {
      override do_GET(): void {
        setImmediate(() => {
          void this.send_response_full('[late]')
          sent.resolve()
        })
      }
    }
    await using served = await serve(Forgetful)
    const client = await served.client()
    client.write(GET + SECOND)
    const heard = await hear(client)
    await sent.promise
    expect(heard).toMatch(/^HTTP\/1\.1 500 [^]*\r\nConnection: close\r\n/)
    expect(heard.match(/HTTP\/1\.1/g)).toHaveLength(1)
    expect(heard).not.toContain('[late]')
  })
})

describe('a handler that takes the stream into its own hands', () => {
  it.each([
    ['ends it', (handler: RequestHandler) => handler.request.end()],
    ['destroys it', (handler: RequestHandler) => handler.request.destroy()],
    ['destroys it with an error', (handler: RequestHandler) => handler.request.destroy(new Error('mine'))],
    ['destroys wfile', (handler: RequestHandler) => handler.wfile.destroy()],
    ['closes the connection', (handler: RequestHandler) => handler.connection.close()],
    ['destroys the connection', (handler: RequestHandler) => handler.connection.destroy()],
  ])('has the connection for itself: %s', async (_name, act) => {
    class Acting extends RequestHandler {
      override do_GET(): void {
        void this.send_response_full('[first]')
        act(this)
        this.wfile.write('behind')
      }
    }
    await using served = await serve(Acting)
    const client = await served.client()
    client.write(GET + SECOND)
    expect(await hear(client)).not.toContain('second')
    // Nobody else has noticed.
    expect(await served.talk('BAD\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('and ends it does not go on writing for ever', async () => {
    const failed = deferred<unknown>()
    class Endless extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response(200)
        this.end_headers()
        this.request.end()
        while (await new Promise((resolve) => this.wfile.write('x', (error) => resolve(!error))));
        failed.resolve(this.wfile.errored)
      }
    }
    await using served = await serve(Endless)
    const client = await served.client()
    client.write(GET)
    await hear(client)
    expect(await failed.promise).toBeInstanceOf(Error)
  })
})
