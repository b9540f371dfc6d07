/** Collecting a body can be given up; the answer still gets through, and nothing of the body is taken for a request. */
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { hearUntil, serve } from '../support/serve.js'

describe('read_body', () => {
  it('rejects with the reason of its signal, and the handler can answer', async () => {
    class Impatient extends RequestHandler {
      override async do_POST(): Promise<void> {
        const controller = new AbortController()
        const body = this.read_body({ signal: controller.signal })
        controller.abort(new Error('enough'))
        await this.send_response_full(await body.then(String, (error: Error) => error.message))
      }
    }
    await using served = await serve(Impatient)
    const client = await served.client()
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345')
    const heard = await hearUntil(client, (text) => text.endsWith('enough'))
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  })

  it('reads nothing when the signal is aborted already', async () => {
    class Late extends RequestHandler {
      override async do_POST(): Promise<void> {
        const body = this.read_body({ signal: AbortSignal.abort(new Error('too late')) })
        await this.send_response_full(await body.then(String, (error: Error) => error.message))
      }
    }
    await using served = await serve(Late)
    expect(await served.talk('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n12')).toMatch(/too late$/)
  })

  it('takes its limit as an option, too', async () => {
    class Limited extends RequestHandler {
      override async do_POST(): Promise<void> {
        await this.read_body({ limit: 1 })
      }
    }
    await using served = await serve(Limited)
    expect(await served.talk('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n12')).toMatch(/^HTTP\/1\.1 413 /)
  })
})
