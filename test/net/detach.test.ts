/** Handing the stream over: with every octet that came early, after every octet that was written, and for good. */
import type { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { LineLog } from '../support/line-log.js'
import { deferred } from '../support/settled.js'
import { hear, hearUntil, serve } from '../support/serve.js'
import { endOf } from '../support/socket-end.js'

const UPGRADE = 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
const CONNECT = 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'

/** Echoes whatever comes behind the request. */
class Tunnel extends RequestHandler {
  override do_GET(): void {
    this.send_response_only(101)
    this.send_header('Connection', 'Upgrade')
    this.send_header('Upgrade', 'echo')
    this.end_headers()
    this.echo()
  }
  do_CONNECT(): void {
    this.send_response_only(200)
    this.end_headers()
    this.echo()
  }
  echo(): void {
    const { stream, head } = this.detach()
    stream.write(head)
    stream.pipe(stream)
  }
}

describe('a stream that was handed over', () => {
  it.each([
    ['an upgrade', UPGRADE],
    ['CONNECT', CONNECT],
  ])('brings the octets that came with the request: %s', async (_name, request) => {
    await using served = await serve(Tunnel)
    const client = await served.client()
    client.write(`${request}early`)
    await hearUntil(client, (heard) => heard.endsWith('\r\n\r\nearly'))
    client.end('late')
    expect(await hear(client)).toBe('late')
  })

  it('brings them all, be they many and in many pieces', async () => {
    await using served = await serve(Tunnel)
    const client = await served.client()
    const octets = Buffer.alloc(1_000_000, 'abc')
    client.write(UPGRADE)
    client.write(octets)
    const heard = hear(client)
    client.end()
    const tail = (await heard).split('\r\n\r\n')[1]
    expect(tail?.length).toBe(octets.length)
    expect(Buffer.from(tail ?? '', 'latin1').equals(octets)).toBe(true)
  })

  it('is no place for HTTP any more: what looks like a request is none', async () => {
    await using served = await serve(Tunnel)
    const heard = await served.talk(UPGRADE + UPGRADE)
    expect(heard.split('\r\n\r\n').slice(1).join('\r\n\r\n')).toBe(UPGRADE)
  })

  it('has all octets in order that were written before, although nobody waited for them', async () => {
    const bytes = 5_000_000
    class Hasty extends RequestHandler {
      override do_GET(): void {
        this.send_response_only(200)
        this.end_headers()
        for (let written = 0; written < bytes; written += 100_000) this.wfile.write(Buffer.alloc(100_000, 'x'))
        this.detach().stream.end('[the end]')
      }
    }
    await using served = await serve(Hasty)
    const heard = await served.talk(UPGRADE)
    expect(heard.slice(heard.indexOf('\r\n\r\n') + 4)).toBe(`${'x'.repeat(bytes)}[the end]`)
  })

  it('has no limits of ours any more: neither idling nor a stalled write ends it', async () => {
    const stream = deferred<Duplex>()
    class Keeping extends RequestHandler {
      override do_GET(): void {
        this.send_response_only(101)
        this.end_headers()
        this.wfile.write(Buffer.alloc(10_000_000))
        stream.resolve(this.detach().stream)
      }
    }
    await using served = await serve(Keeping, { timeouts: { write_idle_ms: 20, idle_ms: 20, handler_ms: 20 } })
    const client = await served.client()
    client.pause()
    client.write(UPGRADE)
    const taken = await stream.promise
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(taken.destroyed).toBe(false)
    client.destroy()
    taken.destroy()
  })

  it('aborts the signal of its handler when it is closed', async () => {
    const aborted = deferred<unknown>()
    class Watching extends Tunnel {
      override echo(): void {
        const { signal } = this
        signal.addEventListener('abort', () => aborted.resolve(signal.reason))
        super.echo()
      }
    }
    await using served = await serve(Watching)
    const client = await served.client()
    client.write(UPGRADE)
    await hearUntil(client, (heard) => heard.endsWith('\r\n\r\n'))
    client.end()
    expect(await aborted.promise).toMatchObject({ code: 'PEER_GONE' })
  })

  it('is ended when its handler fails afterwards', async () => {
    const log = new LineLog()
    class Failing extends RequestHandler {
      override do_GET(): void {
        this.detach()
        throw new Error('after all')
      }
    }
    await using served = await serve(Failing, { logger: log })
    const client = await served.client()
    client.write(UPGRADE)
    expect(await endOf(client)).toBe('end')
    expect(log.at('error')).toEqual(['encountered exception while processing request to: /x [after all]'])
  })

  it('is told of a shutdown, and has the grace time to end', async () => {
    const told = deferred()
    class Polite extends Tunnel {
      override echo(): void {
        const { stream } = this.detach()
        stream.resume()
        this.connection.onShutdown(() => {
          told.resolve()
          stream.end('[bye]')
        })
      }
    }
    await using served = await serve(Polite)
    const client = await served.client()
    client.write(UPGRADE)
    await hearUntil(client, (heard) => heard.endsWith('\r\n\r\n'))
    const stopped = served.server.shutdown({ grace_ms: Infinity })
    await told.promise
    expect(await hear(client)).toBe('[bye]')
    await stopped
  })

  it('is told at once of a shutdown that has begun already', async () => {
    const begun = deferred()
    const go = deferred()
    let told = 0
    class Late extends RequestHandler {
      override async do_GET(): Promise<void> {
        begun.resolve()
        await go.promise
        const forget = this.connection.onShutdown(() => (told += 1))
        forget()
        const { stream } = this.detach()
        stream.end()
        stream.resume()
      }
    }
    await using served = await serve(Late)
    const client = await served.client()
    client.write(UPGRADE)
    await begun.promise
    const heard = hear(client)
    const stopped = served.server.shutdown({ grace_ms: Infinity })
    setImmediate(go.resolve)
    await heard
    await stopped
    expect(told).toBe(1)
  })

  it('is not told any more when it has taken its listener back', async () => {
    let told = 0
    class Forgetful extends Tunnel {
      override echo(): void {
        this.connection.onShutdown(() => (told += 1))()
        super.echo()
      }
    }
    await using served = await serve(Forgetful)
    const client = await served.client()
    client.write(UPGRADE)
    await hearUntil(client, (heard) => heard.endsWith('\r\n\r\n'))
    await served.server.shutdown({ grace_ms: 0 })
    expect(told).toBe(0)
  })

  it('is ended with the grace time', async () => {
    await using served = await serve(Tunnel)
    const client = await served.client()
    client.write(UPGRADE)
    await hearUntil(client, (heard) => heard.endsWith('\r\n\r\n'))
    const ended = endOf(client)
    await served.server.shutdown({ grace_ms: 20 })
    expect(await ended).toBe('end')
  })
})
