/** What `util.inspect`, and so `console.log`, shows of a server: what helps, on one screen, and no secret. */
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { AdvancedHTTPServer, RequestHandler } from '../../src/index.js'

it('shows of a listening address what is served there, and the values of the program', async () => {
  const server = new AdvancedHTTPServer<{ some_value: string }>(RequestHandler, { addresses: [['127.0.0.1', 8080]] })
  const [sub_server] = server.sub_servers
  if (sub_server) sub_server.some_value = 'hello'
  expect(inspect(sub_server).replaceAll(/\s+/g, ' ')).toBe(
    "ServerThreaded { server_address: [ '127.0.0.1', 8080 ], using_ssl: false, some_value: 'hello', handler: 'RequestHandler', connections: 0 }",
  )
})

it('shows state, addresses, settings and the fields of a subclass, and no credentials', () => {
  class MyServer extends AdvancedHTTPServer {
    readonly greeting = 'hello'
  }
  const server = new MyServer(RequestHandler, { addresses: [['127.0.0.1', 8080]] })
  server.auth_add_creds('someone', 'a secret')
  const shown = inspect(server)
  expect(shown).toMatch(/^MyServer \{/)
  expect(shown).toContain("state: 'new'")
  expect(shown).toContain("addresses: [ 'http://127.0.0.1:8080' ]")
  expect(shown).toContain('serve_files: false')
  expect(shown).toContain('users: 1')
  expect(shown).toContain("greeting: 'hello'")
  expect(shown).not.toMatch(/secret|someone/)
})
