/** Faults of every kind around a handler: one answer or a visible end, one connection at most, and one line in the log. */
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { BaseHTTPRequestHandler, type HandlerClass, RequestHandler } from '../../src/index.js'
import { LineLog } from '../support/line-log.js'
import { deferred, until } from '../support/settled.js'
import { hear, hearUntil, serve } from '../support/serve.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
const FAILED = 'encountered exception while processing request to: /x [the fault]'

const fault = (): never => {
  throw new Error('the fault')
}

const faultSoon = async (): Promise<never> => {
  await new Promise((resolve) => setImmediate(resolve))
  return fault()
}

/** A handler class whose GET does this. */
function getting(act: (handler: RequestHandler) => void | Promise<void>): HandlerClass {
  return class extends RequestHandler {
    override do_GET(): void | Promise<void> {
      return act(this)
    }
  }
}

function announce(handler: RequestHandler, bytes: number): void {
  handler.send_response(200)
  handler.send_header('Content-Length', bytes)
  handler.end_headers()
}

/** What one client hears in answer to two requests, and the errors that were logged. */
async function twoRequests(klass: HandlerClass): Promise<{ heard: string; statuses: string[]; errors: string[] }> {
  const log = new LineLog()
  await using served = await serve(klass, { logger: log })
  const heard = await served.talk(GET + GET)
  const statuses = Array.from(heard.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => status as string)
  return { heard, statuses, errors: log.at('error') }
}

const times: [string, (handler: RequestHandler) => void | Promise<void>][] = [
  ['at once', fault],
  ['later', faultSoon],
]

describe('a handler that fails', () => {
  it.each(times)('before it has sent anything is answered for, and its connection goes on: %s', async (_when, fail) => {
    const { statuses, errors, heard } = await twoRequests(getting(fail))
    expect(statuses).toEqual(['500', '500'])
    expect(errors).toEqual([FAILED, FAILED])
    expect(heard).not.toContain('the fault')
  })

  it.each(times)('amid its headers has them dropped: %s', async (_when, fail) => {
    const klass = getting((handler) => {
      handler.send_response(200)
      handler.send_header('X-Dropped', 'yes')
      return fail(handler)
    })
    const { statuses, errors, heard } = await twoRequests(klass)
    expect(statuses).toEqual(['500', '500'])
    expect(errors).toEqual([FAILED, FAILED])
    expect(heard).not.toContain('X-Dropped')
  })

  it.each(times)('behind its headers has its connection cut: %s', async (_when, fail) => {
    const klass = getting((handler) => {
      announce(handler, 10)
      handler.wfile.write('half')
      return fail(handler)
    })
    const { statuses, errors, heard } = await twoRequests(klass)
    expect(statuses).toEqual(['200'])
    expect(heard).toMatch(/\r\n\r\nhalf$/)
    expect(errors).toEqual([FAILED])
  })

  it.each(times)('when a part of its head is out has its connection cut: %s', async (_when, fail) => {
    const klass = getting((handler) => {
      handler.send_response(200)
      handler.flush_headers()
      return fail(handler)
    })
    const { heard, errors } = await twoRequests(klass)
    expect(heard).not.toContain('\r\n\r\n')
    expect(errors).toEqual([FAILED])
  })

  it.each(times)('behind its whole response has it arrive: %s', async (_when, fail) => {
    const klass = getting(async (handler) => {
      await handler.send_response_full('x'.repeat(1_000_000))
      return fail(handler)
    })
    const { heard, errors } = await twoRequests(klass)
    expect(heard).toMatch(/\r\n\r\nx{1000000}$/)
    expect(errors).toEqual([FAILED])
  })

  it.each([null, undefined, 'text', 0, Object.create(null) as object])('with what is no error: %s', async (thrown) => {
    const { statuses, errors } = await twoRequests(
      getting(() => {
        throw thrown
      }),
    )
    expect(statuses).toEqual(['500', '500'])
    expect(errors).toHaveLength(2)
  })

  it('and fails to answer for that, too, has its connection cut', async () => {
    const log = new LineLog()
    class Twice extends RequestHandler {
      override do_GET(): void {
        fault()
      }
      override respond_to_exception(): void {
        throw new Error('the second fault')
      }
    }
    await using served = await serve(Twice, { logger: log })
    expect(await served.talk(GET + GET)).toBe('')
    expect(log.at('error')).toEqual([FAILED, FAILED.replace('the fault', 'the second fault')])
  })

  it.each([
    'constructor',
    'on_init',
    'setup',
    'handle',
    'handle_one_request',
    'parse_request',
    'run_verb',
    'log_request',
    'log_message',
    'version_string',
    'date_time_string',
    'send_response',
    'send_header',
    'end_headers',
  ])('in any step of the ladder ends or answers for its own connection, and no other: %s', async (step) => {
    const log = new LineLog()
    let isFaulty = true
    class Faulty extends RequestHandler {
      constructor(...parameters: ConstructorParameters<typeof RequestHandler>) {
        super(...parameters)
        if (step === 'constructor' && isFaulty) fault()
        else if (isFaulty) Object.defineProperty(this, step, { value: fault })
      }
      override do_GET(): void {
        void this.send_response_full('[fine]')
      }
    }
    await using served = await serve(Faulty, { logger: log })
    const heard = await served.talk(GET)
    expect(heard === '' || heard.startsWith('HTTP/1.1 500')).toBe(true)
    const { length } = log.at('error')
    expect(length).toBeGreaterThan(0)
    expect(new Set(log.at('error')).size).toBeLessThanOrEqual(2)
    isFaulty = false
    expect(await served.talk(GET)).toContain('[fine]')
    expect(log.at('error')).toHaveLength(length)
  })

  it('when its work is over has its answer arrive', async () => {
    class Finishing extends RequestHandler {
      override do_GET(): void {
        void this.send_response_full('[answer]')
      }
      override finish(): void {
        fault()
      }
    }
    const { heard, errors } = await twoRequests(Finishing)
    expect(heard.match(/\[answer\]/g)).toHaveLength(2)
    expect(errors).toEqual(['exception while serving 127.0.0.1 [the fault]'])
  })

  it('while its log fails, too, ends no more than its own connection', async () => {
    const log = new LineLog()
    let isFaulty = false
    const logger = {
      debug: log.debug,
      warn: log.warn,
      info: (message: string) => (isFaulty ? fault() : log.info(message)),
      error: (message: string) => (isFaulty ? fault() : log.error(message)),
    }
    await using served = await serve(
      getting((handler) => void handler.send_response_full('[fine]')),
      { logger },
    )
    isFaulty = true
    await served.talk(GET)
    isFaulty = false
    expect(await served.talk(GET)).toContain('[fine]')
  })
})

describe('a handler that does not answer', () => {
  it('is answered for, and its connection ends, since it may still mean to', async () => {
    const { statuses, errors } = await twoRequests(getting(() => {}))
    expect(statuses).toEqual(['500'])
    expect(errors).toEqual(['the handler of /x sent no response'])
  })

  it('nor ends its headers is answered for, and they are dropped', async () => {
    const { statuses, heard } = await twoRequests(
      getting((handler) => {
        handler.send_response(200)
        handler.send_header('X-Dropped', 'yes')
      }),
    )
    expect(statuses).toEqual(['500', '500'])
    expect(heard).not.toContain('X-Dropped')
  })

  it('because its client has gone is nobody to complain about', async () => {
    const log = new LineLog()
    const started = deferred()
    const klass = getting(async (handler) => {
      started.resolve()
      await once(handler.signal, 'abort')
    })
    await using served = await serve(klass, { logger: log })
    const client = await served.client()
    client.write(GET)
    await started.promise
    client.resetAndDestroy()
    await served.server.shutdown()
    expect(log.at('error')).toEqual([])
  })

  it('and never settles holds up its own client only, and nobody when that has gone', async () => {
    const started = deferred()
    const klass = getting((handler) => {
      if (handler.path === '/fine') return void handler.send_response_full('[fine]')
      started.resolve()
      return new Promise(() => {})
    })
    await using served = await serve(klass)
    const client = await served.client()
    client.write(GET)
    await started.promise
    expect(await served.talk(GET.replace('/x', '/fine'))).toContain('[fine]')
    client.destroy()
    await served.server.shutdown({ grace_ms: 50 })
  })
})

describe('a handler that goes on behind its end', () => {
  it('and writes has its octets kept from the next response', async () => {
    const late = deferred<unknown>()
    const klass = getting((handler) => {
      void handler.send_response_full('[answer]')
      setImmediate(() => handler.wfile.write('[late]', late.resolve))
    })
    await using served = await serve(klass)
    const client = await served.client()
    client.write(GET)
    const before = await hearUntil(client, (heard) => heard.includes('[answer]'))
    expect(await late.promise).toBeInstanceOf(Error)
    client.end(GET)
    const heard = before + (await hear(client))
    expect(heard.match(/\[answer\]/g)).toHaveLength(2)
    expect(heard).not.toContain('late')
  })

  it('and ends wfile twice, or writes behind its end, hears of it and hurts nobody', async () => {
    const failed = deferred<unknown>()
    const klass = getting((handler) => {
      announce(handler, 4)
      handler.wfile.end('body')
      handler.wfile.end()
      handler.wfile.write('more', failed.resolve)
    })
    const { heard } = await twoRequests(klass)
    expect(heard).toMatch(/\r\n\r\nbody/)
    expect(heard).not.toContain('more')
    expect(await failed.promise).toBeInstanceOf(Error)
  })

  it('and waits for nothing it was given to wait for is not the end of the process', async () => {
    const started = deferred()
    const klass = getting((handler) => {
      announce(handler, 100_000_000)
      handler.wfile.write(Buffer.alloc(50_000_000))
      void handler.wfile.flush()
      void handler.wfile.flush()
      void handler.read_body()
      started.resolve()
      return new Promise(() => {})
    })
    await using served = await serve(klass)
    const client = await served.client()
    client.write('GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n')
    await started.promise
    client.resetAndDestroy()
    await served.server.shutdown()
  })

  it('and leaves a stream behind that fails is not the end of the process', async () => {
    const klass = getting((handler) => {
      const source = new Readable({ read() {} })
      void handler.send_response_full(source, { headers: { 'Content-Length': 10 } })
      setImmediate(() => source.destroy(new Error('the fault')))
    })
    const { heard } = await twoRequests(klass)
    expect(heard).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n$/)
  })
})

describe('a handler that insists', () => {
  it('on going on when there is nothing to go on with is ended all the same', async () => {
    let turns = 0
    class Insisting extends RequestHandler {
      override async handle_one_request(): Promise<void> {
        turns += 1
        await super.handle_one_request()
        this.close_connection = false
      }
      override do_GET(): void {
        void this.send_response_full('[answer]')
      }
    }
    await using served = await serve(Insisting)
    expect((await served.talk(GET + GET)).match(/\[answer\]/g)).toHaveLength(2)
    await served.server.shutdown()
    expect(turns).toBe(3)
  })

  it('on going on behind octets that were no request is ended all the same', async () => {
    class Insisting extends BaseHTTPRequestHandler {
      override async send_error(code: number): Promise<void> {
        await super.send_error(code)
        this.close_connection = false
      }
    }
    await using served = await serve(Insisting)
    const heard = await served.talk(`BAD\r\n\r\n${GET}`)
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400'])
  })

  it('on one more request than its client wanted gets none', async () => {
    const paths: string[] = []
    class Greedy extends RequestHandler {
      override async handle(): Promise<void> {
        for (let turns = 0; turns < 3; turns += 1) await this.handle_one_request()
      }
      override do_GET(): void {
        paths.push(this.path)
        void this.send_response_full('')
      }
    }
    await using served = await serve(Greedy)
    await served.talk(`GET /first HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${GET}`)
    expect(paths).toEqual(['/first'])
  })
})

describe('a client that leaves', () => {
  it('amid a response is nothing to log, however the handler hears of it', async () => {
    const log = new LineLog()
    const ways: ((handler: RequestHandler) => Promise<void>)[] = [
      (handler) => handler.wfile.flush(),
      (handler) =>
        new Promise((resolve, reject) => handler.wfile.write('x', (error) => (error ? reject(error) : resolve()))),
      async (handler) => void (await once(handler.wfile, 'drain', { signal: handler.signal })),
    ]
    let settled = 0
    const klass = getting(async (handler) => {
      announce(handler, 1_000_000_000)
      const way = ways[Number(handler.get_query('way', '0'))] ?? fault
      try {
        for (;;) {
          handler.wfile.write(Buffer.alloc(100_000))
          await way(handler)
        }
      } finally {
        settled += 1
      }
    })
    await using served = await serve(klass, { logger: log })
    for (const [number] of ways.entries()) {
      const client = await served.client()
      client.write(`GET /x?way=${number} HTTP/1.1\r\nHost: a\r\n\r\n`)
      await once(client, 'data')
      client.resetAndDestroy()
      await until(() => settled === number + 1)
    }
    await served.server.shutdown()
    expect(log.at('error')).toEqual([])
  })

  it('amid a request gets no answer and no log line', async () => {
    const log = new LineLog()
    class Reading extends RequestHandler {
      async do_PUT(): Promise<void> {
        await this.send_response_full(await this.read_body())
      }
    }
    await using served = await serve(Reading, { logger: log })
    for (const octets of ['PUT /x HT', 'PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nsome']) {
      expect(await served.talk(octets)).toBe('')
      const client = await served.client()
      client.write(octets)
      client.resetAndDestroy()
    }
    await served.server.shutdown()
    expect(log.at('error')).toEqual([])
    expect(log.at('warn')).toEqual([])
  })
})
