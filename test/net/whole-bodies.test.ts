/** Bodies that are collected, whether all of them has come with the head, in pieces, or was read before; and their pieces. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, DEFAULT_TIMEOUTS, type HandlerClass, RequestHandler } from '../../src/index.js'
import { BodyIntake } from '../../src/net/body-intake.js'
import { Deadline } from '../../src/net/deadline.js'
import { OctetIntake } from '../../src/net/octet-intake.js'
import { duplexPair } from '../support/duplex-pair.js'
import { hearUntil, serve } from '../support/serve.js'
import { deferred } from '../support/settled.js'

const CHUNKED = 'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'

function lengthHead(bytes: number): string {
  return `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`
}

/** Answers with what `told` makes of the request. */
function answering(told: (handler: RequestHandler) => Promise<string>): HandlerClass {
  return class extends RequestHandler {
    override async do_POST(): Promise<void> {
      await this.send_response_full(await told(this))
    }
  }
}

function answerOn(client: Socket): Promise<string> {
  return hearUntil(client, (heard) => heard.endsWith('>'))
}

const collecting = answering(async (handler) => `<${(await handler.read_body()).toString()}>`)

describe('a body that is collected', () => {
  it('is the same whether it came with its head or after it, octet by octet', async () => {
    await using served = await serve(collecting)
    for (const request of [`${lengthHead(5)}hello`, `${CHUNKED}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`]) {
      for (let cut = request.indexOf('\r\n\r\n') + 4; cut <= request.length; cut += 1) {
        const client = await served.client()
        client.write(request.slice(0, cut), 'latin1')
        if (cut < request.length) setImmediate(() => client.write(request.slice(cut), 'latin1'))
        expect(await answerOn(client)).toContain('<hello>')
        client.destroy()
      }
    }
  })

  it('is empty the second time, and its trailers stay', async () => {
    const told = answering(async (handler) => {
      const first = await handler.read_body()
      const second = await handler.read_body()
      return `<${String(first)}|${String(second)}|${String(handler.rfile.trailers.get('x-sum'))}>`
    })
    await using served = await serve(told)
    const client = await served.client()
    client.write(`${CHUNKED}2\r\nhe\r\n0\r\nX-Sum: 7\r\n\r\n`)
    expect(await answerOn(client)).toContain('<he||7>')
  })

  it('is what is left of it when somebody has begun to read', async () => {
    const told = answering(async (handler) => {
      handler.rfile.once('readable', () => {})
      return `<${String(await handler.read_body())}>`
    })
    await using served = await serve(told)
    const client = await served.client()
    client.write(`${lengthHead(5)}hello`)
    expect(await answerOn(client)).toContain('<hello>')
  })

  it('is all of it when its stream holds a part already that nobody has taken', async () => {
    const held = deferred()
    const told = answering(async (handler) => {
      await once(handler.rfile, 'readable')
      held.resolve()
      return `<${String(await handler.read_body())}>`
    })
    await using served = await serve(told)
    const client = await served.client()
    client.write(`${lengthHead(5)}he`)
    await held.promise
    client.write('llo')
    expect(await answerOn(client)).toContain('<hello>')
  })

  it('is refused when it is longer than the limit, also in chunks that have all come', async () => {
    const told = answering(async (handler) =>
      handler.read_body(4).then(
        () => '<taken>',
        (error: { code: string }) => `<${error.code}>`,
      ),
    )
    await using served = await serve(told)
    const client = await served.client()
    client.write(`${CHUNKED}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`)
    expect(await answerOn(client)).toContain('<BODY_TOO_LARGE>')
  })

  it('is that of the stream a class gives as its rfile', async () => {
    class Upper extends RequestHandler {
      override get rfile(): RequestHandler['rfile'] {
        const body = super.rfile
        const upper = body.map((octets: Buffer) => Buffer.from(octets.toString().toUpperCase()))
        return Object.assign(upper, { trailers: body.trailers })
      }
      override async do_POST(): Promise<void> {
        await this.send_response_full(`<${String(await this.read_body())}>`)
      }
    }
    await using served = await serve(Upper)
    const client = await served.client()
    client.write(`${lengthHead(5)}hello`)
    expect(await answerOn(client)).toContain('<HELLO>')
  })

  it('fails when the stream a class gives as its rfile does, and takes nothing else down', async () => {
    const failed = deferred<string>()
    class Piped extends RequestHandler {
      readonly #own = Object.assign(new PassThrough(), { trailers: this.headers })
      override get rfile(): RequestHandler['rfile'] {
        return this.#own
      }
      override async do_POST(): Promise<void> {
        super.rfile.on('error', (error) => this.#own.destroy(error)).pipe(this.#own)
        await this.read_body().catch((error: Error) => failed.resolve(error.message))
      }
    }
    await using served = await serve(Piped)
    const client = await served.client()
    client.end(`${lengthHead(5)}he`)
    expect(await failed.promise).toBe('the stream ended within a message')
  })

  it.each([
    ['is not complete when the client ends', (client: Socket) => client.end(), 'INCOMPLETE'],
    ['is not complete when the client is gone', (client: Socket) => client.resetAndDestroy(), 'PEER_GONE'],
    ['goes on as no body does', (client: Socket) => client.write('zz'), 'BAD_CHUNK'],
  ])('fails when it %s', async (_title, goOn, code) => {
    const failed = deferred<string>()
    const begun = deferred()
    class Failing extends RequestHandler {
      override async do_POST(): Promise<void> {
        const body = this.read_body()
        begun.resolve()
        await body.catch((error: { code: string }) => failed.resolve(error.code))
      }
    }
    await using served = await serve(Failing)
    const client = await served.client()
    client.on('error', () => {})
    client.write(`${CHUNKED}2\r\nhe\r\n`)
    await begun.promise
    goOn(client)
    expect(await failed.promise).toBe(code)
  })

  it('fails when its handler is done without it', async () => {
    const failed = deferred<string>()
    class Careless extends RequestHandler {
      override async do_POST(): Promise<void> {
        void this.read_body().catch((error: { code: string }) => failed.resolve(error.code))
        void this.send_response_full('<done>')
      }
    }
    await using served = await serve(Careless)
    const client = await served.client()
    client.write(`${lengthHead(5)}he`)
    expect(await failed.promise).toBe('INCOMPLETE')
    client.write('llo')
    expect(await answerOn(client)).toContain('<done>')
  })

  it('leaves the next request on the connection alone', async () => {
    await using served = await serve(collecting)
    const client = await served.client()
    client.write(`${lengthHead(2)}ab${CHUNKED}1\r\nc\r\n0\r\n\r\n${lengthHead(1)}d`)
    expect((await hearUntil(client, (heard) => heard.includes('<d>'))).match(/<\w+>/g)).toEqual(['<ab>', '<c>', '<d>'])
  })
})

describe('a body that is read', () => {
  it('is waited for by nobody once its reader has left, even on a piece that it was given', async () => {
    const [here, there] = duplexPair()
    const deadline = new Deadline({ expired: () => {} })
    const intake = new OctetIntake(there, DEFAULT_LIMITS)
    const bodies = new BodyIntake(intake, deadline, DEFAULT_TIMEOUTS)
    here.write(`${CHUNKED}2\r\nhe\r\n`)
    await turn()
    expect(intake.next()).toMatchObject({ kind: 'head' })
    bodies.begin()
    const { rfile } = bodies
    rfile.on('data', () => rfile.destroy())
    await once(rfile, 'close')
    await turn()
    expect([intake.isAwaitedBy(bodies), deadline.phase]).toEqual([false, 'none'])
    intake.stop()
  })

  it('comes in joined small pieces and in large ones that are left as they are', async () => {
    const sizes: number[] = []
    const [here, there] = duplexPair()
    class Reading extends RequestHandler {
      override async do_POST(): Promise<void> {
        for await (const piece of this.rfile as AsyncIterable<Buffer>) sizes.push(piece.length)
        await this.send_response_full('<read>')
      }
    }
    await using served = await serve(Reading)
    void served.server.sub_servers[0]?.handle_connection(there)
    const chunks = [1, 2, 20_000, 3, 4, 5, 30_000].map((size) => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`)
    here.write(`${CHUNKED}${chunks.join('')}0\r\n\r\n`)
    await once(here, 'data')
    expect(sizes).toEqual([3, 20_000, 12, 30_000])
    here.destroy()
  })
})
