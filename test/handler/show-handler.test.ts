/** What `util.inspect` shows of a handler and of header fields: what helps, and no secret that a client has sent. */
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { type HandlerClass, Headers, RequestHandler, RPCClient } from '../../src/index.js'
import { Faults, withFaults } from '../../src/testing/index.js'
import { serve } from '../support/serve.js'

const REQUEST = [
  'GET /where HTTP/1.1',
  'Host: a',
  `Authorization: Basic ${Buffer.from('me:a secret').toString('base64')}`,
  'Cookie: session=another-secret',
  '\r\n',
].join('\r\n')

it('a handler shows its client, its request and the fields of its class, on a page', async () => {
  let shown = ''
  class DemoHandler extends RequestHandler {
    greeting = 'hello'
    override do_GET(): void {
      shown = inspect(this)
      this.send_response(204)
      this.end_headers()
    }
  }
  await using served = await serve(DemoHandler)
  await served.talk(REQUEST)
  expect(shown).toMatch(/^DemoHandler \{/)
  expect(shown).toContain("requestline: 'GET /where HTTP/1.1'")
  expect(shown).toContain("'127.0.0.1'")
  expect(shown).toContain("greeting: 'hello'")
  expect(shown).toContain("[ 'Authorization', '<hidden>' ]")
  expect(shown).not.toMatch(/bWU6|secret/)
  expect(shown.split('\n').length).toBeLessThan(40)
})

it.each([
  ['its own', (klass: HandlerClass) => klass],
  ['one that faults act on', (klass: HandlerClass) => withFaults(klass, Faults.drip({ ms: 0 }))],
])('a connection shows its client and what is asked, on one screen: %s', async (_which, made) => {
  let shown = ''
  class DemoHandler extends RequestHandler {
    override do_GET(): void {
      shown = inspect(this.connection)
      this.send_response(204)
      this.end_headers()
    }
  }
  await using served = await serve(made(DemoHandler))
  await served.talk(REQUEST)
  expect(shown).toMatch(/Connection \{/)
  expect(shown).toContain("'127.0.0.1'")
  expect(shown).toContain("state: 'serving'")
  expect(shown).toContain("request: 'GET /where HTTP/1.1'")
  expect(shown).not.toMatch(/bWU6|secret/)
  expect(shown.split('\n').length).toBeLessThan(10)
})

it('header fields show names and values, without what lets somebody in', () => {
  const headers = new Headers([
    ['Host', 'a'],
    ['cookie', 'session=1'],
    ['PROXY-AUTHORIZATION', 'Basic x'],
    ['Set-Cookie', 'session=1'],
  ])
  expect(inspect(headers).replaceAll(/\s+/g, ' ')).toBe(
    "Headers [ [ 'Host', 'a' ], [ 'cookie', '<hidden>' ], [ 'PROXY-AUTHORIZATION', '<hidden>' ], [ 'Set-Cookie', '<hidden>' ] ]",
  )
  expect(headers.get('cookie')).toBe('session=1')
})

it('an RPC client shows where it calls, and neither password nor keys', () => {
  const rpc = new RPCClient(['localhost', 8080], {
    username: 'me',
    password: 'a secret',
    headers: { Authorization: 'another secret', 'X-Trace': '1' },
    ssl_context: { key: 'a third secret' },
  })
  const shown = inspect(rpc)
  expect(shown).toMatch(/^RPCClient \{/)
  expect(shown).toContain("host: 'localhost'")
  expect(shown).toContain("username: 'me'")
  expect(shown).toContain("[ 'X-Trace', '1' ]")
  expect(shown).not.toContain('secret')
})
