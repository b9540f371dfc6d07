/** A handler that ends its connection with its own hands, by its output. */
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { hear, serve } from '../support/serve.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'

describe('a handler', () => {
  it('that destroys its output ends the connection then, and not when it is done', async () => {
    class Breaking extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response_only(200)
        this.send_header('Content-Length', 10)
        this.end_headers()
        this.wfile.write('abc')
        this.wfile.destroy()
        await once(this.signal, 'abort')
      }
    }
    await using served = await serve(Breaking)
    const client = await served.client()
    client.write(GET)
    expect(await hear(client)).toBe('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')
  })
})
