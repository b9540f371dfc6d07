import { AssertionError } from 'node:assert'
import { describe, expect, it } from 'vitest'
import { AdvancedHTTPServer, type MaybePromise, RegisterPath, RequestHandler } from '../../src/index.js'
import { ServerTestCase } from '../../src/testing/index.js'

class EchoHandler extends RequestHandler {
  override do_POST(): Promise<void> {
    return this.read_body().then((body) => this.send_response_full(body))
  }

  do_PORT(): MaybePromise<void> {
    return this.send_response_full(String(this.client_address[1]))
  }

  do_CLOSE(): void {
    this.send_response(200)
    this.send_header('Connection', 'close')
    this.end_headers()
    this.wfile.write(`bye`)
  }
}

class EchoTest extends ServerTestCase {
  override handler_class = EchoHandler
}

/** Runs a test as a runner would. */
async function run<T extends ServerTestCase>(test: T, body: (test: T) => Promise<void>): Promise<void> {
  await test.setUp()
  try {
    await body(test)
  } finally {
    await test.tearDown()
  }
}

for (const use_ssl of [false, true]) {
  describe(`ServerTestCase ${use_ssl ? 'over TLS' : 'without TLS'}`, () => {
    it('serves its test resource on a port of its own', async () => {
      const test = new ServerTestCase()
      test.use_ssl = use_ssl
      await run(test, async () => {
        const response = await test.http_request(test.test_resource)
        test.assertHTTPStatus(response, 200)
        expect(response.data.toString()).toBe('Hello World!\n')
        expect(test.server_address[1]).toBeGreaterThan(0)
        expect(test.server).toBeInstanceOf(AdvancedHTTPServer)
        test.assertHTTPStatus(await test.http_request('/elsewhere'), 404)
      })
    })
  })
}

describe('ServerTestCase', () => {
  it('asks for anything, with fields and bodies', async () => {
    await run(new EchoTest(), async (test) => {
      const response = await test.http_request('/', { method: 'POST', body: 'größe', headers: { 'X-A': '1' } })
      expect(response.data.toString()).toBe('größe')
      expect(response.getheader('content-length')).toBe('7')
      expect(response.getheader('X-None', 'none')).toBe('none')
      expect(response.getheaders().map(([name]) => name)).toContain('Server')
      test.assertHTTPStatus(await test.http_request(test.test_resource, { method: 'HEAD' }), 200)
    })
  })

  it('keeps its connection, and makes a new one when that was closed', async () => {
    await run(new EchoTest(), async (test) => {
      const port = async (): Promise<string> => (await test.http_request('/', { method: 'PORT' })).data.toString()
      const first = await port()
      expect(await port()).toBe(first)
      expect((await test.http_request('/', { method: 'CLOSE' })).data.toString()).toBe('bye')
      expect(await port()).not.toBe(first)
    })
  })

  it('lets its classes be replaced, and leaves nothing registered behind', async () => {
    class OtherServer extends AdvancedHTTPServer {}
    class OtherTest extends EchoTest {
      override server_class = OtherServer
    }
    RegisterPath('^registered$', EchoHandler)((handler: RequestHandler) => handler.send_response_full('here'))
    const first = new OtherTest()
    await run(first, async () => {
      expect(first.server).toBeInstanceOf(OtherServer)
      expect((await first.http_request('/registered')).data.toString()).toBe('here')
    })
    await run(new EchoTest(), async (test) => {
      test.assertHTTPStatus(await test.http_request(first.test_resource), 404)
    })
  })

  it('gives a request up when it is called off, and hears nothing of it with the next one', async () => {
    await run(new ServerTestCase(), async (test) => {
      const given = { signal: AbortSignal.abort() }
      await expect(test.http_request('/nowhere', given)).rejects.toMatchObject({ code: 'ABORTED' })
      expect((await test.http_request(test.test_resource)).status).toBe(200)
    })
  })

  it('says what it expected', async () => {
    await run(new ServerTestCase(), async (test) => {
      const response = await test.http_request('/nowhere')
      expect(() => test.assertHTTPStatus(response, 200)).toThrow(AssertionError)
      expect(() => test.assertHTTPStatus(response, 200)).toThrow(
        'HTTP Response received status 404 when 200 was expected',
      )
    })
  })

  it('needs setUp, and may be torn down without', async () => {
    const test = new ServerTestCase()
    expect(() => test.server).toThrow('setUp has not been called')
    await test.tearDown()
  })
})
