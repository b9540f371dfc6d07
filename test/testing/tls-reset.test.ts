/**
 * A reset below TLS. Node can crash when a TCP socket is reset and the TLS stream on it is destroyed in the same turn of the
 * event loop while octets are under way; hence a process of its own.
 */
import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { buildSources } from '../support/compile.js'

const PROGRAM = `
  import { readFileSync } from 'node:fs'
  import { createServer } from 'node:tls'
  const [testing, pem] = process.argv.slice(-2)
  const { WireClient } = await import(testing)
  const server = createServer({ cert: readFileSync(pem), key: readFileSync(pem) }, (stream) => {
    stream.on('error', () => {})
    stream.pipe(stream)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  for (let count = 0; count < 60; count += 1) {
    const client = await WireClient.connect({ port: server.address().port, tls: true, timeoutMs: 60_000 })
    client.socket.write(Buffer.alloc(200_000))
    const closed = new Promise((resolve) => client.socket.once('close', resolve))
    client.reset()
    await closed
  }
  console.log('alive')
  process.exit(0)
`

it('resets TLS connections with octets under way, and lives', async () => {
  const testing = pathToFileURL(`${buildSources()}/testing/index.js`).href
  const options = ['--input-type=module', '-e', PROGRAM, testing, 'test/support/rig/certs/default.pem']
  const { stdout } = await promisify(execFile)(process.execPath, options)
  expect(stdout).toBe('alive\n')
}, 90_000)
