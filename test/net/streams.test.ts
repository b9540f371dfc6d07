/** `rfile` and `wfile` as streams: backpressure both ways, ends, errors, and what of them reaches the other side. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { hear, hearUntil, serve } from '../support/serve.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
const CLOSING_GET = 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

const BLOCK = Buffer.alloc(65_536, 'x')

/** Octets in blocks of 64 KiB; the number read so far is the source's own. */
class Blocks extends Readable {
  given = 0
  constructor(readonly total: number) {
    super({ highWaterMark: 65_536 })
  }
  override _read(): void {
    const left = this.total - this.given
    if (left <= 0) return void this.push(null)
    const block = BLOCK.subarray(0, left)
    this.given += block.length
    this.push(block)
  }
}

/** Downloads in a process of its own, pausing after every read; gives the number of octets. */
async function slowDownload(port: number): Promise<number> {
  const program = `
    const client = require('node:net').connect(${port}, '127.0.0.1')
    let heard = 0
    client.on('data', (octets) => {
      heard += octets.length
      client.pause()
      setTimeout(() => client.resume(), 1)
    })
    client.on('end', () => console.log(heard))
    client.write(${JSON.stringify(CLOSING_GET)})`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program])
  return Number(stdout)
}

describe('wfile', () => {
  it('takes a pipeline, ends the response with it, and serves the next request on the same connection', async () => {
    class Handler extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response(200)
        this.send_header('Content-Length', 5)
        this.end_headers()
        await pipeline(Readable.from([Buffer.from('he'), Buffer.from('llo')]), this.wfile)
      }
    }
    await using served = await serve(Handler)
    const answer = await served.talk(GET + CLOSING_GET)
    expect(answer.match(/\r\n\r\nhello/g)).toHaveLength(2)
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
  })

  it('streams 100 MB to a client that reads slowly, while the process stays within 40 MB of growth', async () => {
    const total = 100_000_000
    class Handler extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response(200)
        this.send_header('Content-Length', total)
        this.end_headers()
        await pipeline(new Blocks(total), this.wfile)
      }
    }
    await using served = await serve(Handler)
    const before = process.memoryUsage().rss
    let most = before
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20)
    const heard = await slowDownload(served.port)
    clearInterval(watch)
    expect(heard).toBeGreaterThan(total)
    expect((most - before) / 1_000_000).toBeLessThan(40)
  })

  it('stops the source while the client reads nothing', async () => {
    const source = new Blocks(50_000_000)
    class Handler extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response(200)
        this.send_header('Content-Length', source.total)
        this.end_headers()
        await pipeline(source, this.wfile)
      }
    }
    await using served = await serve(Handler)
    const client = await served.client()
    client.pause()
    client.write(GET)
    let seen = -1
    while (seen !== source.given || seen <= 0) {
      seen = source.given
      for (let turns = 0; turns < 50; turns += 1) await turn()
    }
    expect(source.given).toBeLessThan(20_000_000)
    const rest = hear(client)
    client.end()
    expect((await rest).length).toBeGreaterThan(source.total)
  })

  it('fails the pipeline when the client has gone, and nothing else', async () => {
    let failed: (error: Error) => void
    const failure = new Promise<Error>((resolve) => (failed = resolve))
    class Handler extends RequestHandler {
      override async do_GET(): Promise<void> {
        if (this.path === '/fine') return void this.send_response_full('fine')
        this.send_response(200)
        this.send_header('Content-Length', 1_000_000_000)
        this.end_headers()
        await pipeline(new Blocks(1_000_000_000), this.wfile).catch(failed)
      }
    }
    await using served = await serve(Handler)
    const client = await served.client()
    client.write(GET)
    await hearUntil(client, (heard) => heard.length > 100_000)
    client.destroy()
    expect(await failure).toBeInstanceOf(Error)
    expect(await served.talk('GET /fine HTTP/1.1\r\nHost: a\r\n\r\n')).toContain('fine')
  })

  it('swallows the body of a HEAD response, however it is written', async () => {
    class Handler extends RequestHandler {
      override async do_HEAD(): Promise<void> {
        this.send_response(200)
        this.send_header('Content-Length', 10)
        this.end_headers()
        this.wfile.write('01234')
        this.wfile.end('56789')
        await once(this.wfile, 'finish')
      }
      override do_GET(): void {
        void this.send_response_full('got')
      }
    }
    await using served = await serve(Handler)
    const answer = await served.talk(`HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n${CLOSING_GET}`)
    expect(answer).toMatch(/Content-Length: 10\r\n\r\nHTTP\/1\.1 200 OK/)
    expect(answer).toMatch(/\r\n\r\ngot$/)
  })

  it('may be written to long after the client has gone', async () => {
    let done: () => void
    const finished = new Promise<void>((resolve) => (done = resolve))
    class Handler extends RequestHandler {
      override async do_GET(): Promise<void> {
        const gone = once(this.signal, 'abort')
        this.send_response(200)
        this.end_headers()
        await gone
        for (let times = 0; times < 10; times += 1) {
          this.wfile.write('too late')
          await turn()
        }
        done()
      }
    }
    await using served = await serve(Handler)
    const client = await served.client()
    client.write(GET)
    await hearUntil(client, (heard) => heard.includes('\r\n\r\n'))
    client.resetAndDestroy()
    await finished
    expect(await served.talk('bad\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('joins the small writes of one tick, and flush resolves when the socket took them', async () => {
    class Handler extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response(200)
        this.send_header('Content-Length', 6)
        this.end_headers()
        for (const letter of 'abcdef') this.wfile.write(letter)
        await this.wfile.flush()
      }
    }
    await using served = await serve(Handler)
    const client = await served.client()
    client.write(GET)
    const [octets] = (await once(client, 'data')) as [Buffer]
    expect(octets.toString('latin1')).toMatch(/\r\n\r\nabcdef$/)
  })
})

describe('rfile', () => {
  it('gives the decoded body, and the trailers when it has ended', async () => {
    class Handler extends RequestHandler {
      async do_PUT(): Promise<void> {
        const pieces: Buffer[] = []
        for await (const piece of this.rfile) pieces.push(piece as Buffer)
        const trailers = this.rfile.trailers.items().flat().join('=')
        await this.send_response_full(`${Buffer.concat(pieces).toString('latin1')} ${trailers}`)
      }
    }
    await using served = await serve(Handler)
    const request =
      'PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n'
    expect(await served.talk(request)).toMatch(/\r\n\r\nabcde X-Sum=5$/)
  })

  it('stops the client while the handler reads nothing', async () => {
    let release: (() => void) | undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    class Handler extends RequestHandler {
      async do_PUT(): Promise<void> {
        await released
        let bytes = 0
        for await (const piece of this.rfile) bytes += (piece as Buffer).length
        await this.send_response_full(String(bytes))
      }
    }
    await using served = await serve(Handler)
    const client = await served.client()
    const total = 50_000_000
    client.write(`PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${total}\r\n\r\n`)
    let written = 0
    const block = Buffer.alloc(65_536, 'y')
    while (client.write(block.subarray(0, Math.min(block.length, total - written)))) {
      written += block.length
      await turn()
    }
    expect(written).toBeLessThan(20_000_000)
    written += block.length
    release?.()
    const answer = hear(client)
    while (written < total) {
      const piece = block.subarray(0, Math.min(block.length, total - written))
      written += piece.length
      if (!client.write(piece)) await once(client, 'drain')
    }
    expect(await answer).toMatch(/\r\n\r\n50000000$/)
  })

  it('fails when the client ends amid the body, and no answer is given', async () => {
    const failures: unknown[] = []
    class Handler extends RequestHandler {
      async do_PUT(): Promise<void> {
        await this.read_body().catch((error: unknown) => {
          failures.push(error)
          throw error
        })
        await this.send_response_full('never')
      }
    }
    await using served = await serve(Handler)
    expect(await served.talk('PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')).toBe('')
    expect(failures).toMatchObject([{ name: 'RequestError', code: 'INCOMPLETE', status: 0 }])
  })
})
