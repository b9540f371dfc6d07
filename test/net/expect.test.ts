/** `Expect: 100-continue` (RFC 9110 10.1.1), and what a handler can make of it. */
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { hear, hearUntil, serve } from '../support/serve.js'

const HEAD = 'PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n'
const LAST = 'PUT /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

class Reader extends RequestHandler {
  async do_PUT(): Promise<void> {
    const body = await this.read_body()
    await this.send_response_full(`<${body.toString('latin1')}>`)
  }
}

describe('a client that asks whether to go on', () => {
  it('is told to before its body is read, and the connection goes on', async () => {
    await using served = await serve(Reader)
    const client = await served.client()
    client.write(HEAD)
    expect(await hearUntil(client, (heard) => heard.endsWith('\r\n\r\n'))).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    client.write(`body${LAST}`)
    const heard = await hear(client)
    expect(heard).toContain('<body>')
    expect(heard).toContain('Connection: keep-alive')
    expect(heard).toContain('<>')
  })

  it('is told so by a handler that takes its time', async () => {
    class Slow extends Reader {
      override async handle_expect_100(): Promise<boolean> {
        await new Promise((resolve) => setImmediate(resolve))
        return super.handle_expect_100()
      }
    }
    await using served = await serve(Slow)
    expect(await served.talk(`${HEAD}body`)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[^]*<body>$/)
  })

  it('gets the answer of a handler that does not want the body, and an end to the connection', async () => {
    class Picky extends Reader {
      override handle_expect_100(): boolean {
        void this.send_response_full('no', { status: 417 })
        return false
      }
    }
    await using served = await serve(Picky)
    const heard = await served.talk(`${HEAD}body${LAST}`)
    expect(heard).toMatch(/^HTTP\/1\.1 417 [^]*\r\nConnection: close\r\n[^]*\r\n\r\nno$/)
  })

  it('gets no second answer when the handler only says no, but one', async () => {
    class Silent extends Reader {
      override handle_expect_100(): boolean {
        return false
      }
    }
    await using served = await serve(Silent)
    const heard = await served.talk(`${HEAD}body${LAST}`)
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 500'])
  })

  it('may send its body unasked, to a handler that goes on without a word', async () => {
    class Mute extends Reader {
      override handle_expect_100(): boolean {
        return true
      }
    }
    await using served = await serve(Mute)
    const heard = await served.talk(`${HEAD}body${LAST}`)
    // Whether the body would have come, nobody can know: the connection ends with this answer.
    expect(heard).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n[^]*\r\n\r\n<body>$/)
  })

  it('gets the error of a handler that fails at deciding, and the connection ends', async () => {
    class Failing extends Reader {
      override handle_expect_100(): boolean {
        throw new Error('undecided')
      }
    }
    await using served = await serve(Failing)
    const heard = await served.talk(`${HEAD}body${LAST}`)
    expect(heard).toMatch(/^HTTP\/1\.1 500 [^]*\r\nConnection: close\r\n/)
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toHaveLength(1)
  })
})
