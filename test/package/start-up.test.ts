/** What a server is not going to use is not loaded: start-up costs what it needs, not what the package can do. */
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { buildSources } from '../support/compile.js'

/** Answers one request, then prints the packages and the modules of Node.js that are loaded by then. */
const PROGRAM = `
import { createRequire } from 'node:module'
import { connect } from 'node:net'
const { AdvancedHTTPServer, RequestHandler } = await import(process.argv[1])
const server = new AdvancedHTTPServer(RequestHandler, { address: ['127.0.0.1', 0] })
await server.listen()
const socket = connect(server.sub_servers[0].server_address[1], '127.0.0.1')
socket.write('GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n')
await new Promise((resolve) => socket.on('data', () => {}).on('close', resolve))
await server.shutdown()
const files = Object.keys(createRequire(import.meta.url).cache)
const packages = files.map((file) => /.*node_modules[\\\\/]([^.][^\\\\/]*)/.exec(file)?.[1]).filter(Boolean)
const modules = process.moduleLoadList.map((name) => name.replace(/^NativeModule /, ''))
console.log(JSON.stringify({ packages: [...new Set(packages)].sort(), modules }))
`

it('a plain server loads neither the packages of RPC, WebSockets and the command line nor node:http', () => {
  const url = pathToFileURL(join(buildSources(), 'index.js')).href
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', PROGRAM, url], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  const { packages, modules } = JSON.parse(printed) as { packages: string[]; modules: string[] }
  expect(packages).toEqual(['undici'])
  for (const name of ['http', 'tls', 'crypto', 'zlib']) expect(modules).not.toContain(name)
}, 90_000)

/** Tells each package that is imported; `require` and Node's own modules do not come here. */
const TELLING = `
import { register } from 'node:module'
const hook = \`export function resolve(specifier, context, next) {
  if (!/^(?:[./]|node:|file:|data:)/.test(specifier)) process._rawDebug('imported: ' + specifier)
  return next(specifier, context)
}\`
register('data:text/javascript,' + encodeURIComponent(hook))
`

it('a plain server imports nothing that it would have to wait for: Temporal comes with the first date', () => {
  const url = pathToFileURL(join(buildSources(), 'index.js')).href
  const telling = `data:text/javascript,${encodeURIComponent(TELLING)}`
  const options = ['--import', telling, '--input-type=module', '--eval', PROGRAM, url]
  const { status, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8', timeout: 60_000 })
  expect(status).toBe(0)
  expect(stderr.match(/^imported: .*/gm) ?? []).toEqual([])
}, 90_000)
