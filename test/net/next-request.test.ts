/** What decides whether a connection has another request, beside its octets: its class, its client, and the order of calls. */
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { LineLog } from '../support/line-log.js'
import { serve } from '../support/serve.js'

const GET = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n'

class Simple extends RequestHandler {
  override async do_GET(): Promise<void> {
    await this.send_response_full(`<${this.path}>`)
  }
  override async do_POST(): Promise<void> {
    await this.send_response_full(`<${(await this.read_body()).toString()}>`)
  }
}

describe('a request without Host', () => {
  const HOSTLESS = 'GET /hostless HTTP/1.1\r\n\r\n'

  it('is refused', async () => {
    await using served = await serve(Simple)
    expect(await served.talk(HOSTLESS)).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('is served by a class that requires none', async () => {
    class Hostless extends Simple {
      static override readonly require_host = false
    }
    await using served = await serve(Hostless)
    expect(await served.talk(HOSTLESS)).toContain('</hostless>')
  })
})

describe('a client that says close behind its body', () => {
  it('is told so in the answer, and has no other one', async () => {
    const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n'
    await using served = await serve(Simple)
    const goesOn = await served.talk(`${chunked}\r\n${GET}`)
    expect(goesOn).toContain('Connection: keep-alive')
    expect(goesOn).toContain('</next>')
    const closes = await served.talk(`${chunked}Connection: close\r\n\r\n${GET}`)
    expect(closes).toContain('<abc>')
    expect(closes).toContain('Connection: close')
    expect(closes).not.toContain('</next>')
  })
})

describe('a client that asked to close, although its answer says that the connection goes on', () => {
  it('is waited for until it closes, and what else it sends is dropped without a word', async () => {
    class Insisting extends Simple {
      override async do_GET(): Promise<void> {
        await this.send_response_full(`<${this.path}>`, { headers: { Connection: 'keep-alive' } })
      }
    }
    const log = new LineLog()
    await using served = await serve(Insisting, { logger: log })
    const heard = await served.talk(`GET /only HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${GET}`)
    expect(heard).toContain('</only>')
    expect(heard).not.toContain('</next>')
    expect(log.at('error')).toEqual([])
  })
})

describe('an exchange that was not finished', () => {
  it('has no other one behind it', async () => {
    const told: (string | undefined)[] = []
    class Impatient extends Simple {
      override async handle(): Promise<void> {
        for (let times = 0; times < 2; times += 1) told.push((await this.connection.nextRequest())?.target)
      }
    }
    await using served = await serve(Impatient)
    await served.talk(GET + GET)
    expect(told).toEqual(['/next', undefined])
  })
})
