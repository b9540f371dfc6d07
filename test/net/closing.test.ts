/** How connections end: the answer arrives first, whatever the client is busy with, and a cut looks like one. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it, type TestContext } from 'vitest'
import { type HandlerClass, type MaybePromise, RequestHandler } from '../../src/index.js'
import { deferred, until } from '../support/settled.js'
import { hear, hearUntil, serve, type Served } from '../support/serve.js'
import { closeOf, endOf } from '../support/socket-end.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
const CLOSING_GET = 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
const UPLOAD_BYTES = 20_000_000

const uploadHead = (bytes: number): string => `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`

/** Says no as soon as it has seen the head. */
class Refusing extends RequestHandler {
  override async do_POST(): Promise<void> {
    await this.send_error(413)
  }
}

/** What a Python program prints, while this process goes on serving it. Skips the test, aloud, without a python3. */
async function runPython(context: TestContext, program: string): Promise<string> {
  try {
    return (await promisify(execFile)('python3', ['-c', program])).stdout
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    console.warn(`skipped, there is no python3: ${context.task.name}`)
    return context.skip()
  }
}

/** Sends without end, as fast as the server takes it, until the connection is gone. */
function sendForEver(client: Socket): void {
  const block = Buffer.alloc(65_536, 'x')
  const more = (): void => {
    while (!client.destroyed && client.write(block));
  }
  client.on('drain', more)
  more()
}

/** A client that has its answer and the server's end, and keeps its own side open. Only the server asked to close. */
async function clientThatNeverEnds(linger_ms: number, request = GET): Promise<{ closed: Promise<unknown> }> {
  const gone = deferred()
  class Watching extends RequestHandler {
    override do_GET(): void {
      this.request.once('close', () => gone.resolve())
      void this.send_response_full('x', { headers: { Connection: 'close' } })
    }
  }
  const served = await serve(Watching, { timeouts: { linger_ms } })
  const client = await served.client()
  client.write(request)
  client.resume()
  await once(client, 'end')
  return { closed: gone.promise.then(() => served[Symbol.asyncDispose]()) }
}

/** Sends its head and a part, and fails. */
function cutting(...fields: readonly (readonly [string, string])[]): HandlerClass {
  return class extends RequestHandler {
    override do_GET(): void {
      this.send_response(200)
      for (const [name, value] of fields) this.send_header(name, value)
      this.end_headers()
      this.wfile.write('3\r\nabc\r\n')
      throw new Error('cut off')
    }
  }
}

async function answerAndEnd(served: Served): Promise<[string, 'end' | 'reset']> {
  const client = await served.client()
  const ended = endOf(client)
  const heard = hear(client)
  client.write(GET)
  return [await heard, await ended]
}

describe('an answer to a client that is still sending', () => {
  it('arrives, and no reset: a large upload that is refused', async () => {
    await using served = await serve(Refusing)
    const client = await served.client()
    const heard = hear(client)
    client.write(uploadHead(UPLOAD_BYTES))
    client.write(Buffer.alloc(UPLOAD_BYTES))
    const ended = endOf(client)
    expect(await heard).toMatch(/^HTTP\/1\.1 413 [^]*<\/html>\n$/)
    expect(await ended).toBe('end')
  })

  it('arrives, and no reset: credentials are missing', async () => {
    await using served = await serve(RequestHandler)
    served.server.auth_add_creds('user', 'secret')
    const client = await served.client()
    const heard = hear(client)
    client.write(uploadHead(UPLOAD_BYTES))
    client.write(Buffer.alloc(UPLOAD_BYTES))
    const ended = endOf(client)
    expect(await heard).toMatch(/^HTTP\/1\.1 401 [^]*Unauthorized$/)
    expect(await ended).toBe('end')
  })

  it('arrives, although it is about octets that are no request', async () => {
    await using served = await serve(RequestHandler)
    const client = await served.client()
    const heard = hear(client)
    client.write(`nonsense\r\n${'x'.repeat(UPLOAD_BYTES)}`)
    expect(await heard).toMatch(/^HTTP\/1\.1 400 [^]*<\/html>\n$/)
  })

  it.each([
    ['its body', `POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${UPLOAD_BYTES}\r\n\r\n`],
    ['what nobody asked for', CLOSING_GET],
  ])('arrives, although the client has asked to close and goes on sending %s', async (_what, head) => {
    class Brief extends Refusing {
      override async do_GET(): Promise<void> {
        await this.do_POST()
      }
    }
    await using served = await serve(Brief)
    const client = await served.client()
    // It reads when it has sent all: a reset would have taken the answer with it.
    await new Promise((resolve) => client.write(head + 'x'.repeat(UPLOAD_BYTES), resolve))
    expect(await hear(client)).toMatch(/^HTTP\/1\.1 413 [^]*<\/html>\n$/)
  })

  it('arrives, although the client has asked to close and begins its body only then', async () => {
    await using served = await serve(Refusing)
    const client = await served.client()
    client.write(`POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${UPLOAD_BYTES}\r\n\r\n`)
    await once(client, 'readable')
    await new Promise((resolve) => client.write(Buffer.alloc(UPLOAD_BYTES), resolve))
    expect(await hear(client)).toMatch(/^HTTP\/1\.1 413 [^]*<\/html>\n$/)
  })

  it('arrives, although the client reads nothing before it has sent all', async (context) => {
    await using served = await serve(Refusing)
    const program = `
import http.client
client = http.client.HTTPConnection('127.0.0.1', ${served.port})
client.request('POST', '/x', b'x' * ${UPLOAD_BYTES})
print(client.getresponse().status)`
    expect(await runPython(context, program)).toBe('413\n')
  })

  it('arrives whole, although it is larger than what the system holds for a client that does not read yet', async () => {
    const bytes = 20_000_000
    class Large extends RequestHandler {
      override async do_POST(): Promise<void> {
        await this.send_response_full(Buffer.alloc(bytes, 'y'))
      }
      override read_body(): Promise<Buffer> {
        return Promise.resolve(Buffer.alloc(0))
      }
    }
    await using served = await serve(Large)
    const client = await served.client()
    client.write(uploadHead(UPLOAD_BYTES))
    client.write(Buffer.alloc(UPLOAD_BYTES))
    // Deaf until its upload is through, as many clients are.
    await until(() => client.writableLength === 0)
    expect((await hear(client)).length).toBeGreaterThan(bytes)
  })

  it('is the last thing it hears: what it sends behind it is no request', async () => {
    const paths: string[] = []
    class Keeping extends Refusing {
      override do_GET(): void {
        paths.push(this.path)
        void this.send_response_full('')
      }
    }
    await using served = await serve(Keeping)
    const client = await served.client()
    client.write(uploadHead(3) + 'abc')
    await hearUntil(client, (heard) => heard.includes('</html>'))
    client.write(GET)
    expect(await hear(client)).toBe('')
    expect(paths).toEqual([])
  })
})

describe('lingering', () => {
  it('ends when the client ends', async () => {
    await using served = await serve(Refusing, { timeouts: { linger_ms: Infinity } })
    const client = await served.client()
    client.write(uploadHead(10))
    await hear(client)
    await closeOf(client)
  })

  it('ends when its time is over, whatever the client is sending', async () => {
    await using served = await serve(Refusing, { timeouts: { linger_ms: 50 } })
    const client = await served.client()
    client.write(uploadHead(1_000_000_000_000))
    sendForEver(client)
    client.resume()
    await closeOf(client)
  })

  it('ends when its time is over, although the client does nothing', async () => {
    const heldOpen = await clientThatNeverEnds(20)
    await heldOpen.closed
  })

  it('may take no time at all', async () => {
    const heldOpen = await clientThatNeverEnds(0)
    await heldOpen.closed
  })

  it('is not done for a client that asked to close: nothing follows its request', async () => {
    const heldOpen = await clientThatNeverEnds(Infinity, CLOSING_GET)
    await heldOpen.closed
  })
})

describe('a client that asked for a tunnel and to close', () => {
  it('may send on what it meant for the tunnel, and still reads that there is none', async () => {
    let isClosed = false
    class TunnelLess extends RequestHandler {
      do_CONNECT(): MaybePromise<void> {
        this.request.once('close', () => (isClosed = true))
        return this.respond_not_found()
      }
    }
    await using served = await serve(TunnelLess)
    const client = await served.client()
    client.write('CONNECT b:1 HTTP/1.0\r\n\r\n')
    client.resume()
    await once(client, 'end')
    await served.talk(CLOSING_GET)
    expect(isClosed).toBe(false)
    client.end('octets')
    await once(client, 'close')
  })
})

describe('a client that shuts its sending side', () => {
  it('gets its whole answer, however late', async () => {
    const { promise, resolve } = deferred()
    class Late extends RequestHandler {
      override async do_GET(): Promise<void> {
        await once(this.request, 'end')
        await promise
        await this.send_response_full('x'.repeat(1_000_000))
      }
    }
    await using served = await serve(Late)
    const client = await served.client()
    client.end(GET)
    setImmediate(resolve)
    expect((await hear(client)).length).toBeGreaterThan(1_000_000)
  })

  it('gets the answers to all it has asked for', async () => {
    class Echo extends RequestHandler {
      override async do_GET(): Promise<void> {
        await new Promise((resolve) => setImmediate(resolve))
        await this.send_response_full('[answer]')
      }
    }
    await using served = await serve(Echo)
    expect((await served.talk(GET.repeat(5))).match(/\[answer\]/g)).toHaveLength(5)
  })

  it('without having asked for anything is left in peace', async () => {
    await using served = await serve(RequestHandler)
    expect(await served.talk('')).toBe('')
    expect(await served.talk('\r\n\r\n')).toBe('')
    expect(await served.talk('GET /x HTTP/1.1\r\nHo')).toBe('')
  })
})

describe('a response that is cut off', () => {
  it('ends early where a length was announced', async () => {
    await using served = await serve(cutting(['Content-Length', '100']))
    const [heard, end] = await answerAndEnd(served)
    expect(heard).toMatch(/\r\n\r\n3\r\nabc\r\n$/)
    expect(end).toBe('end')
  })

  it('lacks its last chunk where it was chunked', async () => {
    await using served = await serve(cutting(['Transfer-Encoding', 'chunked']))
    const [heard, end] = await answerAndEnd(served)
    expect(heard).toMatch(/\r\n\r\n3\r\nabc\r\n$/)
    expect(end).toBe('end')
  })

  it('ends with a reset where only the end tells its length', async () => {
    await using served = await serve(cutting())
    expect((await answerAndEnd(served))[1]).toBe('reset')
  })

  it('ends with a reset where only the end tells its length, and the server ends before it', async () => {
    class Endless extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.send_response(200)
        this.end_headers()
        this.wfile.write('abc')
        await once(this.signal, 'abort')
      }
    }
    await using served = await serve(Endless)
    const client = await served.client()
    client.write(GET)
    await hearUntil(client, (heard) => heard.endsWith('abc'))
    const ended = endOf(client)
    await served.server.shutdown({ grace_ms: 0 })
    expect(await ended).toBe('reset')
  })
})

describe('octets written when the connection is closing', () => {
  it('go nowhere, and whoever writes them hears of it', async () => {
    const failure = deferred<Error | null | undefined>()
    class Late extends RequestHandler {
      override async do_GET(): Promise<void> {
        await this.send_response_full('whole')
        void this.connection.close()
        this.wfile.write('late', (error) => failure.resolve(error))
      }
    }
    await using served = await serve(Late)
    expect(await served.talk(GET)).toMatch(/whole$/)
    expect(await failure.promise).toBeInstanceOf(Error)
  })
})
