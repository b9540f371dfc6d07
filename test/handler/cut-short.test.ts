/** Responses that their handlers leave less, or more, than whole: the client can tell, and the log says why, once. */
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { type HandlerClass, type MaybePromise, RequestHandler } from '../../src/index.js'
import { LineLog } from '../support/line-log.js'
import { deferred } from '../support/settled.js'
import { hear, serve } from '../support/serve.js'
import { endOf } from '../support/socket-end.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'

/** A handler class whose GET and HEAD do this. */
function getting(act: (handler: RequestHandler) => MaybePromise<void>): HandlerClass {
  return class extends RequestHandler {
    override do_GET(): MaybePromise<void> {
      return act(this)
    }
    override do_HEAD(): MaybePromise<void> {
      return act(this)
    }
  }
}

/** A handler class whose instances fail at this step, before any request. */
function faulty(step: 'on_init' | 'setup' | 'constructor'): HandlerClass {
  return class extends RequestHandler {
    constructor(...given: ConstructorParameters<typeof RequestHandler>) {
      super(...given)
      if (step === 'constructor') throw new Error('the fault')
      this[step] = () => Promise.reject(new Error('the fault'))
    }
  }
}

/** What one client hears in answer to requests, and what was logged as an error or a warning. */
async function talk(klass: HandlerClass, requests = GET + GET): Promise<{ heard: string; complaints: string[] }> {
  const log = new LineLog()
  await using served = await serve(klass, { logger: log })
  const heard = await served.talk(requests)
  return { heard, complaints: [...log.at('error'), ...log.at('warn')] }
}

function head(handler: RequestHandler, name: string, value: string | number): void {
  handler.send_response(200)
  handler.send_header(name, value)
  handler.end_headers()
}

const SHORT = 'the handler of /x announced 10 octets and sent 4'
const UNFINISHED = 'the handler of /x did not wait for the stream that it sends'

describe('a response behind an interim one that was sent like an answer', () => {
  it('is whole, and another request can follow it', async () => {
    const klass = getting((handler) => {
      handler.send_response(103)
      handler.end_headers()
      return handler.send_response_full('one')
    })
    const { heard, complaints } = await talk(klass, GET + GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 103', 'HTTP/1.1 200', 'HTTP/1.1 103', 'HTTP/1.1 200'])
    expect(complaints).toEqual([])
  })
})

describe('a response that is not whole', () => {
  it.each([
    ['keep-alive', GET],
    ['close', GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')],
  ])('has fewer octets than announced, and the log says how many: %s', async (_how, request) => {
    const klass = getting((handler) => {
      head(handler, 'Content-Length', 10)
      handler.wfile.write('half')
    })
    const { heard, complaints } = await talk(klass, request)
    expect(heard).toMatch(/\r\n\r\nhalf$/)
    expect(complaints).toEqual([SHORT])
  })

  it('has more octets than announced', async () => {
    const klass = getting((handler) => {
      head(handler, 'Content-Length', 4)
      handler.wfile.write('longer')
    })
    expect((await talk(klass)).complaints).toEqual(['the handler of /x announced 4 octets and sent 6'])
  })

  it('is followed by another one to the same request', async () => {
    const klass = getting((handler) => {
      void handler.send_response_full('one')
      void handler.send_response_full('two')
    })
    const { heard, complaints } = await talk(klass)
    expect(heard.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
    expect(complaints).toEqual(['the handler of /x sent more than one response'])
  })

  it('is an interim one, behind which the client waits for another: it must not take the next for it', async () => {
    const klass = getting((handler) => {
      handler.send_response(103)
      handler.end_headers()
    })
    const { heard, complaints } = await talk(klass)
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 103'])
    expect(complaints).toEqual(['the handler of /x sent an interim response and none behind it'])
  })

  it('has a head without end', async () => {
    const klass = getting((handler) => {
      handler.send_response(200)
      handler.flush_headers()
    })
    expect((await talk(klass)).complaints).toEqual(['the handler of /x did not end its headers'])
  })

  it('comes out of a stream that nobody waits for, and is reset: its end would look like one', async () => {
    const log = new LineLog()
    const source = new PassThrough()
    await using served = await serve(
      getting((handler) => void handler.send_response_full(source)),
      { logger: log },
    )
    const client = await served.client()
    client.write(GET)
    expect(await endOf(client)).toBe('reset')
    expect(log.at('error')).toEqual([UNFINISHED])
  })

  it('comes out of a stream that nobody waits for, with a length', async () => {
    const klass = getting((handler) => {
      const headers = { 'Content-Length': 10 }
      void handler.send_response_full(Readable.from([Buffer.from('0123456789')]), { headers })
    })
    expect((await talk(klass)).complaints).toEqual(['the handler of /x announced 10 octets and sent 0'])
  })

  it.each(['GET', 'HEAD'])('leaves no stream behind that goes on in the next response: %s', async (verb) => {
    const source = new PassThrough()
    const klass = getting((handler) => {
      head(handler, 'Transfer-Encoding', 'chunked')
      source.pipe(handler.wfile, { end: false })
    })
    const { heard, complaints } = await talk(klass, GET.replace('GET', verb).repeat(2))
    expect(heard.match(/HTTP\/1\.1 200/g)).toHaveLength(1)
    expect(complaints).toEqual([UNFINISHED])
  })

  it('because its client has gone is nobody to complain about', async () => {
    const log = new LineLog()
    const [asked, over] = [deferred(), deferred()]
    const klass = getting(async (handler) => {
      head(handler, 'Content-Length', 10)
      asked.resolve()
      await new Promise((resolve) => handler.signal.addEventListener('abort', resolve))
      over.resolve()
    })
    await using served = await serve(klass, { logger: log })
    const client = await served.client()
    client.write(GET)
    await asked.promise
    client.resetAndDestroy()
    await over.promise
    await served.server.shutdown()
    expect(log.at('error')).toEqual([])
  })
})

describe('a response that is whole', () => {
  const wholes: [string, (handler: RequestHandler) => MaybePromise<void>][] = [
    ['a text', (handler) => handler.send_response_full('whole')],
    ['a stream', (handler) => handler.send_response_full(Readable.from(['whole']))],
    [
      'octets without a length',
      (handler) => {
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write('whole')
      },
    ],
    [
      'a stream that wfile outlives',
      async (handler) => {
        head(handler, 'X-Framing', 'none')
        await pipeline(Readable.from(['who', 'le']), handler.wfile, { end: false })
      },
    ],
    [
      'chunks',
      async (handler) => {
        handler.send_response(200)
        await pipeline(Readable.from(['whole']), handler.chunked())
      },
    ],
  ]

  it.each(wholes)('is nothing to complain about: %s', async (_what, act) => {
    const { heard, complaints } = await talk(getting(act), GET)
    expect(heard).toContain('whole')
    expect(complaints).toEqual([])
  })

  it.each(wholes)('is nothing to complain about behind HEAD either: %s', async (_what, act) => {
    const { heard, complaints } = await talk(getting(act), GET.replace('GET', 'HEAD'))
    expect(heard).toMatch(/\r\n\r\n$/)
    expect(complaints).toEqual([])
  })
})

describe('a connection whose handler could not be made ready', () => {
  it.each(['constructor', 'on_init', 'setup'] as const)('answers its first request with 500: %s', async (step) => {
    const { heard, complaints } = await talk(faulty(step))
    expect(heard.replace(/^Server: .*$/m, 'Server: s')).toBe(
      'HTTP/1.1 500 Internal Server Error\r\nServer: s\r\nDate: <DATE>\r\nConnection: close\r\n' +
        'Content-Length: 21\r\n\r\nInternal Server Error',
    )
    expect(complaints).toEqual(['exception while serving 127.0.0.1 [the fault]'])
  })

  it('sends no body behind HEAD, and nothing to what is no request or to nobody', async () => {
    expect((await talk(faulty('on_init'), GET.replace('GET', 'HEAD'))).heard).toMatch(/\r\n\r\n$/)
    expect((await talk(faulty('on_init'), 'BAD\r\n\r\n')).heard).toBe('')
    expect((await talk(faulty('on_init'), '')).heard).toBe('')
  })

  it('is the end of no other connection', async () => {
    await using served = await serve(faulty('on_init'))
    const [one, other] = [await served.client(), await served.client()]
    one.end(GET)
    other.end(GET)
    expect(await hear(one)).toContain('500')
    expect(await hear(other)).toContain('500')
  })
})
