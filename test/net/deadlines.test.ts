/** What is given how much time. Every wait here ends with an event; the limits are so short that they come soon. */
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { RequestHandler, type Timeouts } from '../../src/index.js'
import { LineLog } from '../support/line-log.js'
import { deferred, until } from '../support/settled.js'
import { hear, hearUntil, serve } from '../support/serve.js'
import { closeOf } from '../support/socket-end.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
const PUT = 'PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n'

class Simple extends RequestHandler {
  override do_GET(): void {
    void this.send_response_full('[answer]')
  }
  async do_PUT(): Promise<void> {
    const body = await this.read_body()
    await this.send_response_full(String(body.length))
  }
  /** Does not read its body. */
  do_SKIP(): void {
    this.do_GET()
  }
}

/** All that a client hears that says no more than this. */
async function heardAfter(octets: string, timeouts: Partial<Timeouts>): Promise<string> {
  await using served = await serve(Simple, { timeouts })
  const client = await served.client()
  client.write(octets)
  return await hear(client)
}

/** Sends an octet every few milliseconds, for as long as the server takes them. */
function drip(client: Socket, octet: string): void {
  const timer = setInterval(() => client.write(octet), 2)
  client.once('end', () => clearInterval(timer))
  client.once('close', () => clearInterval(timer))
}

describe('the time for a request head', () => {
  it('ends with 408 when a verb had begun', async () => {
    expect(await heardAfter('G', { head_ms: 500 })).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(await heardAfter('GET /x HTTP/1.1\r\nHost: a\r\n', { head_ms: 500 })).toMatch(
      /^HTTP\/1\.1 408 [^]*\r\nConnection: close\r\n[^]*<\/html>\n$/,
    )
  })

  it('ends without a word when none had', async () => {
    expect(await heardAfter('', { head_ms: 30 })).toBe('')
    expect(await heardAfter('\r\n\r\n', { head_ms: 30 })).toBe('')
  })

  it('is not lengthened by octets that drip', async () => {
    await using served = await serve(Simple, { timeouts: { head_ms: 500, idle_ms: Infinity } })
    const client = await served.client()
    client.write('GET /x HTTP/1.1\r\nHost: a\r\nX: ')
    drip(client, 'x')
    expect(await hear(client)).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('begins with the first octet of each further request', async () => {
    await using served = await serve(Simple, { timeouts: { head_ms: 500, idle_ms: Infinity } })
    const client = await served.client()
    client.write(GET)
    await hearUntil(client, (heard) => heard.includes('[answer]'))
    client.write('GET /y')
    expect(await hear(client)).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('is over when the head is whole, however long its answer takes', async () => {
    class Slow extends Simple {
      override async do_GET(): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 600))
        await this.send_response_full('[answer]')
      }
    }
    await using served = await serve(Slow, { timeouts: { head_ms: 500, idle_ms: 500 } })
    const client = await served.client()
    client.write(GET)
    expect(await hear(client)).toContain('[answer]')
  })
})

describe('the time between requests', () => {
  it('ends without a word', async () => {
    const heard = await heardAfter(GET, { idle_ms: 30 })
    expect(heard).toMatch(/\[answer\]$/)
    expect(heard).toContain('Connection: keep-alive')
  })

  it('is not lengthened by empty lines', async () => {
    await using served = await serve(Simple, { timeouts: { idle_ms: 50 }, limits: { leading_bytes: Infinity } })
    const client = await served.client()
    client.write(GET)
    drip(client, '\r\n')
    expect(await hear(client)).toMatch(/\[answer\]$/)
  })

  it('may be none', async () => {
    expect(await heardAfter(GET, { idle_ms: 0 })).toMatch(/\[answer\]$/)
  })
})

describe('the time for more of a body', () => {
  it('ends with 408 when somebody waits for it', async () => {
    expect(await heardAfter(`${PUT}some`, { body_idle_ms: 30 })).toMatch(
      /^HTTP\/1\.1 408 [^]*\r\nConnection: close\r\n/,
    )
  })

  it('begins anew with each piece', async () => {
    await using served = await serve(Simple, { timeouts: { body_idle_ms: 1_000 } })
    const client = await served.client()
    client.write('PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n')
    for (let sent = 0; sent < 30; sent += 1) {
      client.write('x')
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    expect(await hearUntil(client, (heard) => heard.endsWith('\r\n\r\n30'))).toContain('200 OK')
  })

  it('ends the connection when nobody reads the body, after its answer', async () => {
    expect(
      await heardAfter('SKIP /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nsome', { body_idle_ms: 30 }),
    ).toMatch(/^HTTP\/1\.1 200 [^]*\[answer\]$/)
  })

  it('does not run while the handler does something else', async () => {
    class Busy extends Simple {
      override async do_PUT(): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 80))
        await super.do_PUT()
      }
    }
    await using served = await serve(Busy, { timeouts: { body_idle_ms: 20 } })
    const client = await served.client()
    client.write(PUT)
    client.write('x'.repeat(1_000))
    expect(await hearUntil(client, (heard) => heard.endsWith('1000'))).toContain('200 OK')
  })

  it('fails the read, and a handler may answer in its own words', async () => {
    class Own extends Simple {
      override async do_PUT(): Promise<void> {
        const code = await this.read_body().catch((error: { code?: string }) => error.code)
        await this.send_response_full(`[${String(code)}]`)
      }
    }
    await using served = await serve(Own, { timeouts: { body_idle_ms: 30 } })
    const client = await served.client()
    client.write(PUT)
    const heard = await hear(client)
    expect(heard).toMatch(/\[BODY_TIMEOUT\]$/)
    expect(heard).toContain('Connection: close')
  })

  describe('on a clock that is set forward', () => {
    afterEach(() => {
      vi.restoreAllMocks()
    })

    it('also ends when what comes is too little on the average', async () => {
      await using served = await serve(Simple, { timeouts: { body_idle_ms: Infinity } })
      const client = await served.client()
      client.write(`${PUT}some`)
      await until(() => client.bytesWritten > PUT.length && client.writableLength === 0)
      const now = performance.now.bind(performance)
      await new Promise((resolve) => setTimeout(resolve, 20))
      vi.spyOn(performance, 'now').mockImplementation(() => now() + 11_000)
      client.write('more')
      expect(await hear(client)).toMatch(/^HTTP\/1\.1 408 /)
    })
  })
})

function* blocks(count: number): Generator<Buffer> {
  for (let number = 0; number < count; number += 1) yield Buffer.alloc(10_000)
}

describe('the time in which a peer takes nothing', () => {
  /** Many clients take the octets that came before a reset, and the reset itself, for an end: the server is looked at. */
  let reset: MockInstance
  /** Requests that have reached their handler. */
  let begun: number
  beforeEach(() => {
    begun = 0
    reset = vi.spyOn(Socket.prototype, 'resetAndDestroy')
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  /** Many octets, given at once, piece by piece, or with a wait for each piece. */
  const ways: Record<string, (handler: RequestHandler) => Promise<void> | void> = {
    'one write': (handler) => void handler.wfile.write(Buffer.alloc(50_000_000)),
    'a stream': (handler) => pipeline(Readable.from(blocks(100_000)), handler.wfile),
    'small writes, each waited for': async (handler) => {
      for (;;) {
        handler.wfile.write('x'.repeat(1_000))
        await handler.wfile.flush()
      }
    },
    'writes that wait for room': async (handler) => {
      for (;;) if (!handler.wfile.write(Buffer.alloc(10_000))) await once(handler.wfile, 'drain')
    },
  }

  it.each(Object.entries(ways))('ends with a reset: %s', async (_name, write) => {
    const log = new LineLog()
    class Large extends RequestHandler {
      override async do_GET(): Promise<void> {
        begun += 1
        this.send_response(200)
        this.send_header('Content-Length', 50_000_000)
        this.end_headers()
        await write(this)
      }
    }
    await using served = await serve(Large, { timeouts: { write_idle_ms: 60 }, logger: log })
    const client = await served.client()
    client.pause()
    client.write(GET)
    await until(() => begun === 1)
    await served.server.shutdown({ grace_ms: Infinity })
    expect(reset).toHaveBeenCalledTimes(1)
    expect(log.at('error')).toEqual([])
  })

  it('ends with a reset also when the connection is closing already', async () => {
    class Closing extends RequestHandler {
      override do_GET(): void {
        begun += 1
        this.close_connection = true
        void this.send_response_full(Buffer.alloc(50_000_000))
      }
    }
    await using served = await serve(Closing, { timeouts: { write_idle_ms: 60 } })
    const client = await served.client()
    client.pause()
    client.write(GET)
    await until(() => begun === 1)
    await served.server.shutdown({ grace_ms: Infinity })
    expect(reset).toHaveBeenCalledTimes(1)
  })

  it('ends with a reset also when it was not the last octets that were taken', async () => {
    class Closing extends RequestHandler {
      override do_GET(): void {
        begun += 1
        this.close_connection = true
        void this.send_response_full(Buffer.alloc(50_000_000))
      }
    }
    await using served = await serve(Closing, { timeouts: { write_idle_ms: 500 } })
    const client = await served.client()
    client.write(GET)
    // Reads some, then nothing any more.
    while (client.bytesRead < 5_000_000) await once(client, 'data')
    client.pause()
    await until(() => begun === 1)
    await served.server.shutdown({ grace_ms: Infinity })
    expect(reset).toHaveBeenCalledTimes(1)
  })

  it('is not judged by the whole: who takes a little now and then gets everything', async () => {
    const bytes = 30_000_000
    class Large extends RequestHandler {
      override do_GET(): void {
        void this.send_response_full(Buffer.alloc(bytes))
      }
    }
    await using served = await serve(Large, { timeouts: { write_idle_ms: 1_000 } })
    const client = await served.client()
    let heard = 0
    client.on('data', (octets: Buffer) => {
      heard += octets.length
      client.pause()
      setTimeout(() => client.resume(), 1)
    })
    client.end(GET)
    await once(client, 'end')
    expect(heard).toBeGreaterThan(bytes)
  })
})

describe('the time for a handler', () => {
  const timeouts = { handler_ms: 30 }

  it('ends with 503 and close, its signal aborted, told once', async () => {
    const log = new LineLog()
    const reason = deferred<unknown>()
    class Stuck extends RequestHandler {
      override async do_GET(): Promise<void> {
        const { signal } = this
        signal.addEventListener('abort', () => reason.resolve(signal.reason))
        await new Promise(() => {})
      }
    }
    await using served = await serve(Stuck, { timeouts, logger: log })
    const client = await served.client()
    client.write(GET + GET)
    expect(await hear(client)).toMatch(
      /^HTTP\/1\.1 503 Service Unavailable\r\n[^]*\r\nConnection: close\r\n[^]*<\/html>\n$/,
    )
    expect(await reason.promise).toMatchObject({ name: 'TimeoutError' })
    expect(log.at('error')).toEqual(['the handler of /x took longer than 30 ms'])
  })

  it('drops what it has queued, and what it writes afterwards goes nowhere', async () => {
    const late = deferred<Error | null | undefined>()
    class Late extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response(200)
        this.send_header('X-Late', 'yes')
        await once(this.signal, 'abort')
        await new Promise((resolve) => setImmediate(resolve))
        await this.send_response_full('too late')
        this.wfile.write('too late', (error) => late.resolve(error))
      }
    }
    await using served = await serve(Late, { timeouts })
    const heard = await served.talk(GET)
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 503'])
    expect(heard).not.toMatch(/late/i)
    expect(await late.promise).toBeInstanceOf(Error)
  })

  it('cuts the connection when something was sent', async () => {
    class Half extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response(200)
        this.send_header('Content-Length', 10)
        this.end_headers()
        this.wfile.write('half')
        await new Promise(() => {})
      }
    }
    await using served = await serve(Half, { timeouts })
    expect(await served.talk(GET)).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\nhalf$/)
  })

  it('is heeded by a handler that ends with its signal: nothing more is logged of that', async () => {
    const log = new LineLog()
    class Heeding extends RequestHandler {
      override async do_GET(): Promise<void> {
        await new Promise((_, reject) => {
          this.signal.addEventListener('abort', () => reject(this.signal.reason as Error))
        })
      }
    }
    await using served = await serve(Heeding, { timeouts, logger: log })
    expect(await served.talk(GET)).toContain('503')
    expect(log.at('error')).toHaveLength(1)
  })

  it('leaves the failure of a handler that was given up to the log', async () => {
    const log = new LineLog()
    class Failing extends RequestHandler {
      override async do_GET(): Promise<void> {
        await once(this.signal, 'abort')
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error('a fault of its own')
      }
    }
    await using served = await serve(Failing, { timeouts, logger: log })
    expect(await served.talk(GET)).toContain('503')
    await until(() => log.at('error').length === 2)
    expect(log.at('error')[1]).toContain('a fault of its own')
  })

  it('begins with each request, and does not hurt those who are done in time', async () => {
    await using served = await serve(Simple, { timeouts: { handler_ms: 10_000 } })
    const log = await served.talk(GET.repeat(3))
    expect(log.match(/\[answer\]/g)).toHaveLength(3)
  })

  it('is over with its answer: idling afterwards has a limit of its own', async () => {
    class Quick extends Simple {
      override async do_GET(): Promise<void> {
        await Promise.resolve()
        await this.send_response_full('[answer]')
      }
    }
    await using served = await serve(Quick, { timeouts })
    const client = await served.client()
    client.write(GET)
    await hearUntil(client, (heard) => heard.includes('[answer]'))
    await new Promise((resolve) => setTimeout(resolve, 60))
    client.write(GET)
    expect(await hearUntil(client, (heard) => heard.includes('[answer]'))).toContain('200 OK')
  })

  it('lets the connections behind one at a time have their turn, although the peer of the stuck one has left', async () => {
    class Stuck extends Simple {
      override async do_GET(): Promise<void> {
        if (this.path === '/stuck') await new Promise(() => {})
        super.do_GET()
      }
    }
    await using served = await serve(Stuck, { timeouts, use_threads: false })
    const first = await served.client()
    first.write('GET /stuck HTTP/1.1\r\nHost: a\r\n\r\n')
    first.resetAndDestroy()
    await closeOf(first)
    expect(await served.talk(GET)).toContain('[answer]')
  })

  it('has no limit by default', async () => {
    class Patient extends RequestHandler {
      override async do_GET(): Promise<void> {
        await this.send_response_full(`[${this.connection.timeouts.handler_ms}]`)
      }
    }
    await using served = await serve(Patient)
    expect(await served.talk(GET)).toContain('[Infinity]')
  })
})
