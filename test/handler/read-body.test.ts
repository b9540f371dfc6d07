/** Collecting a body can be given up; the answer still gets through, and nothing of the body is taken for a request. */
import { EventEmitter, once } from 'node:events'
import { Readable, Transform } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import { collectBody } from '../../src/handler/read-body.js'
import {
  AdvancedHTTPServer,
  type BodyReader,
  type MaybePromise,
  type RequestBody,
  RequestHandler,
} from '../../src/index.js'
import { duplexPair } from '../support/duplex-pair.js'
import { hearUntil, serve } from '../support/serve.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

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

  it('fails again when it has failed, and so does its stream: the rest of a body is not a body', async () => {
    const told: unknown[] = []
    const steps = new EventEmitter()
    const failed = once(steps, 'failed')
    class Again extends RequestHandler {
      override async do_POST(): Promise<void> {
        told.push(await outcome(this.read_body()))
        steps.emit('failed')
        told.push(await outcome(this.read_body()), this.rfile.destroyed)
        await this.send_response_full('<done>')
      }
    }
    await using served = await serve(Again, { timeouts: { body_idle_ms: 20 } })
    const client = await served.client()
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab')
    await failed
    client.write('cde')
    await hearUntil(client, (text) => text.endsWith('<done>'))
    expect(told).toEqual(['BODY_TIMEOUT', 'BODY_TIMEOUT', true])
  })

  it('reads the stream that one instance has in the place of its body, also behind another request', async () => {
    class Sometimes extends RequestHandler {
      override async do_POST(): Promise<void> {
        if (this.path === '/own') Object.defineProperty(this, 'rfile', { value: Readable.from([Buffer.from('own')]) })
        await this.send_response_full(`<${String(await this.read_body())}>`)
      }
    }
    await using served = await serve(Sometimes)
    const heard = await served.talk(
      ['/', '/own'].map((path) => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n12`).join(''),
    )
    expect(heard.match(/<(?:12|own)>/g)).toEqual(['<12>', '<own>'])
  })

  it('rejects when there is no memory for so much in one piece', async () => {
    const reader = {} as { current?: BodyReader }
    const source = { rfile: {} as RequestBody, readBodyTo: (given: BodyReader) => ((reader.current = given), true) }
    const body = collectBody(source, -1, 100)
    const joining = vi.spyOn(Buffer, 'concat').mockImplementation(() => {
      throw new RangeError('Array buffer allocation failed')
    })
    try {
      for (const piece of ['ab', 'cd']) reader.current?.takePiece(Buffer.from(piece))
      reader.current?.takeEnd()
    } finally {
      joining.mockRestore()
    }
    await expect(body).rejects.toThrow('Array buffer allocation failed')
  })
})

const LENGTH = (bytes: number, further = ''): string =>
  `POST /x HTTP/1.1\r\nHost: a\r\n${further}Content-Length: ${bytes}\r\n\r\n`
const CHUNKED = 'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
const NEXT = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n'

/** Text of a body, or what it failed with. */
function outcome(body: Promise<Buffer>): Promise<string> {
  return body.then(String, (error: Error & { code?: string }) => error.code ?? error.message)
}

/** A few turns, in which all that is on its way in memory arrives. */
async function turns(): Promise<void> {
  for (let count = 0; count < 10; count += 1) await turn()
}

describe('whatever becomes of a body, the request behind it is the next one', () => {
  it.each<[string, string, string[], (handler: RequestHandler) => Promise<string>]>([
    [
      'it is too large, in parts',
      'BODY_TOO_LARGE',
      [`${CHUNKED}2\r\nab\r\n`, '4\r\ncdef\r\n', '0\r\n\r\n'],
      (handler) => outcome(handler.read_body(3)),
    ],
    [
      'it is too large, and more of it comes',
      'BODY_TOO_LARGE',
      [`${CHUNKED}8\r\nabcdefgh\r\n`, '1\r\nx\r\n0\r\n\r\n'],
      (handler) => outcome(handler.read_body(3)),
    ],
    [
      'its stream is asked for amid it',
      'abcde and 0 pieces',
      [`${LENGTH(5)}ab`, 'c', 'de'],
      async (handler) => {
        const body = handler.read_body()
        await turn()
        const pieces = await handler.rfile.toArray()
        return `${await outcome(body)} and ${pieces.length} pieces`
      },
    ],
    [
      'its stream is destroyed amid it',
      'enough',
      [`${LENGTH(5)}ab`, 'cde'],
      async (handler) => {
        const body = handler.read_body()
        await turn()
        handler.rfile.destroy(new Error('enough'))
        return outcome(body)
      },
    ],
    [
      'two read it at once',
      'abcde, ',
      [`${LENGTH(5)}ab`, 'cde'],
      async (handler) => (await Promise.all([handler.read_body(), handler.read_body()])).join(', '),
    ],
    [
      'two read it at once when it is here',
      'abcde, ',
      [`${LENGTH(5)}abcde`],
      async (handler) => (await Promise.all([handler.read_body(), handler.read_body()])).join(', '),
    ],
    [
      'its trailers are asked for',
      'ab, y',
      [`${CHUNKED}2\r\nab\r\n`, '0\r\nX: y\r\n\r\n'],
      async (handler) => `${String(await handler.read_body())}, ${handler.rfile.trailers.get('x')}`,
    ],
    [
      'its client waits for leave to send it',
      'abc',
      [LENGTH(3, 'Expect: 100-continue\r\n'), 'abc'],
      (handler) => outcome(handler.read_body()),
    ],
    ['nobody waits for it', 'left', [`${LENGTH(5)}ab`, 'cde'], async (handler) => (void handler.read_body(), 'left')],
    [
      'nobody waits for it, nor for its stream',
      'left',
      [`${LENGTH(5)}ab`, 'cde'],
      async (handler) => (void handler.read_body(), handler.rfile.resume(), 'left'),
    ],
    [
      'the reading is given up',
      'enough',
      [`${LENGTH(5)}ab`, 'cde'],
      async (handler) => {
        const controller = new AbortController()
        const body = handler.read_body({ signal: controller.signal })
        await turn()
        controller.abort(new Error('enough'))
        return outcome(body)
      },
    ],
    [
      'the reading is given up when it is over',
      'abcde, false',
      [`${LENGTH(5)}ab`, 'cde'],
      async (handler) => {
        const controller = new AbortController()
        const body = await handler.read_body({ signal: controller.signal })
        controller.abort(new Error('enough'))
        return `${String(body)}, ${handler.rfile.destroyed}`
      },
    ],
    [
      'its stream was destroyed before',
      'INCOMPLETE',
      [`${LENGTH(5)}abcde`],
      (handler) => (handler.rfile.destroy(), outcome(handler.read_body())),
    ],
    [
      'it is longer than what is read at once',
      '400000',
      [`${LENGTH(400_000)}${'x'.repeat(200_000)}`, 'y'.repeat(200_000)],
      async (handler) => String((await handler.read_body()).length),
    ],
  ])('%s', async (_title, expected, parts, read) => {
    class Reading extends RequestHandler {
      override do_GET(): MaybePromise<void> {
        return this.send_response_full(`<${this.path}>`)
      }

      override async do_POST(): Promise<void> {
        await this.send_response_full(`<${await read(this)}>`)
      }
    }
    const [here, there] = duplexPair()
    let heard = ''
    here.on('data', (octets: Buffer) => (heard += octets.toString('latin1')))
    const [server] = new AdvancedHTTPServer(Reading, { addresses: [['127.0.0.1', 0]] }).sub_servers
    const served = server?.handle_connection(there)
    for (const part of parts) {
      here.write(part)
      await turns()
    }
    here.end(NEXT)
    await served
    expect(heard.match(/<[^>]*>/g)).toEqual([`<${expected}>`, '</next>'])
  })
})

describe('a body that was read', () => {
  it.each([
    ['at once', ['abcde']],
    ['in parts', ['ab', 'cde']],
  ])('%s is let go while its handler goes on', async (_title, parts) => {
    let read: WeakRef<Buffer> | undefined
    let kept: boolean | null = null
    class Busy extends RequestHandler {
      override async do_POST(): Promise<void> {
        await this.#take()
        for (let count = 0; count < 5; count += 1) {
          await turn()
          collectGarbage()
        }
        kept = read?.deref() !== undefined
        await this.send_response_full('<done>')
      }

      async #take(): Promise<void> {
        read = new WeakRef(await this.read_body())
      }
    }
    await using served = await serve(Busy)
    const client = await served.client()
    client.write(LENGTH(5))
    for (const part of parts) {
      client.write(part)
      await turns()
    }
    await hearUntil(client, (text) => text.endsWith('<done>'))
    expect(kept).toBe(false)
  })
})
