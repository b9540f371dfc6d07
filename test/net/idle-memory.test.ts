/**
 * What a connection at rest holds in the heap of the process, parsers and promises and all. The server runs in a process of
 * its own. The limit is what it held when this was written and a sixth: whoever adds to it should have a reason.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { buildSources } from '../support/compile.js'

const LIMIT_BYTES = 10_000

/** Opens connections, each with one answer, and prints by how many bytes each of them has grown the heap: both its ends. */
const PROGRAM = `
import { connect } from 'node:net'
const { AdvancedHTTPServer, RequestHandler } = await import(process.argv[1])
class Handler extends RequestHandler {
  on_init() { this.handler_map['^$'] = () => this.send_response_full('<answer>') }
}
const server = new AdvancedHTTPServer(Handler, { address: ['127.0.0.1', 0] })
await server.listen()
const port = server.sub_servers[0].server_address[1]
const REQUEST = 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\nUser-Agent: one like any other\\r\\nAccept: */*\\r\\n\\r\\n'
const clients = []
async function open(count) {
  for (let opened = 0; opened < count; opened += 1) {
    const client = connect(port, '127.0.0.1')
    clients.push(client)
    client.write(REQUEST)
    await new Promise((resolve) => client.once('data', resolve))
  }
}
function heap() {
  for (let pass = 0; pass < 4; pass += 1) gc()
  return process.memoryUsage().heapUsed
}
await open(500)
const before = heap()
await open(1_000)
console.log(Math.round((heap() - before) / 1_000))
process.exit()
`

it('a connection at rest holds little', () => {
  const url = pathToFileURL(join(buildSources(), 'index.js')).href
  const program = ['--expose-gc', '--input-type=module', '--eval', PROGRAM, url]
  const printed = execFileSync(process.execPath, program, { encoding: 'utf8', timeout: 60_000 })
  expect(Number(printed)).toBeGreaterThan(0)
  expect(Number(printed)).toBeLessThan(LIMIT_BYTES)
}, 90_000)
