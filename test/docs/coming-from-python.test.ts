/** "Coming from Python": both handlers of the page are what they seem, and what brings the original's rules back exists. */
import { afterAll, expect, it } from 'vitest'
import { AdvancedHTTPServer, RequestHandler, RPCClient } from '../../src/index.js'
import { runPython } from '../support/python.js'
import { blocksOf, readDocument } from './support/documents.js'
import { PackageFolder } from './support/package-folder.js'
import { ask } from './support/talk.js'

const packages = new PackageFolder()
afterAll(() => packages.remove())

it('python-handler answers as its Python twin was recorded to', async () => {
  await using program = packages.run('python-handler')
  const port = await program.port()
  const response = await ask(port, 'GET /hello-world HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  expect(response).toBe(
    'HTTP/1.1 200 OK\r\nServer: AdvancedHTTPServerDemo\r\nDate: <date>\r\nConnection: close\r\n' +
      'Content-Type: text/plain\r\nContent-Length: 16\r\n\r\nHello World!\r\n\r\n',
  )
  using rpc = new RPCClient(['127.0.0.1', port])
  expect(await rpc('add', 41)).toBe(42)
})

it('its Python twin is Python', (context) => {
  const code = blocksOf('docs/coming-from-python.md').find(({ language }) => language === 'python')?.code
  const program =
    'import ast, json, sys; print(json.dumps([type(node).__name__ for node in ast.parse(json.load(sys.stdin)).body]))'
  expect(runPython(context, program, code)).toEqual(['ClassDef', 'Assign', 'Assign', 'Expr'])
})

it('what brings the original back is a class attribute or a property of the server', () => {
  const named = Array.from(readDocument('docs/coming-from-python.md').matchAll(/`(static )?(\w+) = (true|false)`/g))
  expect(named.length).toBeGreaterThan(4)
  for (const [, isStatic, name = '', value] of named) {
    const server = new AdvancedHTTPServer(RequestHandler, { addresses: [['127.0.0.1', 0]] })
    const standard: unknown = Reflect.get(isStatic === undefined ? server : RequestHandler, name)
    expect(standard, name).toBe(value === 'false')
  }
})
