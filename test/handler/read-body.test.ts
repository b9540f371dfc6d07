/** Collecting a body can be given up; the answer still gets through, and nothing of the body is taken for a request. */
import { Transform } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type MaybePromise, type RequestBody, RequestHandler } from '../../src/index.js'
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

  it('gives nothing the second time', async () => {
    class Twice extends RequestHandler {
      override async do_POST(): Promise<void> {
        const [first, second] = [await this.read_body(), await this.read_body()]
        await this.send_response_full(`[${first.toString()}] [${second.toString()}]`)
      }
    }
    await using served = await serve(Twice)
    expect(await served.talk('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n12')).toMatch(/\[12\] \[\]$/)
  })

  it('reads the stream that a class has in the place of its body', async () => {
    class Upper extends RequestHandler {
      #upper: RequestBody | null = null
      override get rfile(): RequestBody {
        const upper = new Transform({
          transform: (octets, _encoding, done) => done(null, String(octets).toUpperCase()),
        })
        this.#upper ??= Object.assign(super.rfile.pipe(upper), { trailers: super.rfile.trailers })
        return this.#upper
      }
      override respond_not_found(): MaybePromise<void> {
        return this.send_response_full(`body: ${this.raw_query_data?.toString()}`)
      }
    }
    await using served = await serve(Upper)
    expect(await served.talk('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab')).toMatch(/body: AB$/)
  })

  it.each(['POST', 'RPC'])('is the step by which %s gets its body, if a class has one of its own', async (verb) => {
    class Own extends RequestHandler {
      override async read_body(): Promise<Buffer> {
        const body = await super.read_body()
        return Buffer.from(body.toString().replace('other', 'some'))
      }
      override respond_not_found(): MaybePromise<void> {
        return this.send_response_full(`said: ${this.raw_query_data?.toString()}`)
      }
      override on_init(): void {
        this.rpc_handler_map['^/say$'] = this.rpc_say
      }
      rpc_say(text: string): string {
        return `said: ${text}`
      }
    }
    await using served = await serve(Own)
    const fields = 'Host: a\r\nContent-Type: application/json\r\nContent-Length: 9'
    const heard = await served.talk(`${verb} /say HTTP/1.1\r\n${fields}\r\n\r\n["other"]`)
    expect(heard).toContain(verb === 'RPC' ? 'said: some' : 'said: ["some"]')
  })
})
