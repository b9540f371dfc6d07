/** What waits can be given up: each wait of a server takes an AbortSignal, and `await using` ends a server. */
import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { AdvancedHTTPServer, RequestHandler, ServerError } from '../../src/index.js'
import { serve } from '../support/serve.js'

const LOOPBACK = { addresses: [['127.0.0.1', 0]] } as const

describe('a server that waits', () => {
  it('shuts down when the signal of serve_forever is aborted, and serve_forever resolves', async () => {
    const server = new AdvancedHTTPServer(RequestHandler, LOOPBACK)
    const controller = new AbortController()
    const over = server.serve_forever({ signal: controller.signal })
    await server.listen()
    expect(server.server_started).toBe(true)
    controller.abort()
    await expect(over).resolves.toBeUndefined()
    expect(server.server_started).toBe(false)
  })

  it('does not begin when the signal is aborted already', async () => {
    const server = new AdvancedHTTPServer(RequestHandler, LOOPBACK)
    const signal = AbortSignal.abort(new Error('never mind'))
    await expect(server.serve_forever({ signal })).rejects.toThrow('never mind')
    await expect(server.listen({ signal })).rejects.toThrow('never mind')
    expect(server.server_started).toBe(false)
    await server.shutdown()
  })

  it('is shut down when the signal of listen is aborted before all is bound', async () => {
    const server = new AdvancedHTTPServer(RequestHandler, LOOPBACK)
    const controller = new AbortController()
    const listening = server.listen({ signal: controller.signal })
    controller.abort(new Error('changed my mind'))
    await expect(listening).rejects.toThrow('changed my mind')
    await server.shutdown()
    expect(server.server_started).toBe(false)
  })

  it('no longer heeds the signal of listen once it listens', async () => {
    const controller = new AbortController()
    await using server = new AdvancedHTTPServer(RequestHandler, LOOPBACK)
    await server.listen({ signal: controller.signal })
    controller.abort()
    expect(server.server_started).toBe(true)
  })

  it('ends the grace of a shutdown when its signal is aborted', async () => {
    const requests = new EventEmitter()
    const asked = once(requests, 'arrived')
    class Patient extends RequestHandler {
      override do_GET(): Promise<void> {
        requests.emit('arrived')
        return new Promise(() => {})
      }
    }
    await using served = await serve(Patient)
    const client = await served.client()
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await asked
    const controller = new AbortController()
    const over = served.server.shutdown({ grace_ms: Infinity, signal: controller.signal })
    controller.abort()
    await over
  })

  it('says with a code that it was shut down, and that TLS is not in use', async () => {
    const server = new AdvancedHTTPServer(RequestHandler, LOOPBACK)
    expect(() => server.sni_certs).toThrow(expect.objectContaining({ code: 'TLS_NOT_IN_USE' }))
    await server.shutdown()
    const refused = server.listen()
    await expect(refused).rejects.toBeInstanceOf(ServerError)
    await expect(refused).rejects.toMatchObject({ code: 'SHUT_DOWN' })
  })

  it('is shut down where an `await using` goes out of scope', async () => {
    let port = 0
    {
      await using server = new AdvancedHTTPServer(RequestHandler, LOOPBACK)
      await server.listen()
      port = server.sub_servers[0]?.server_address[1] as number
    }
    const [error] = (await once(connect({ port, host: '127.0.0.1' }), 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
  })
})
