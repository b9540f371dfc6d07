/** `serve_forever({ workers })`: several processes at one port, ended together. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { AdvancedHTTPServer, RequestHandler } from '../../src/index.js'
import { buildSources } from '../support/compile.js'

/** Tells its port and process with each answer; the first process tells when all have ended. */
const program = (library: string): string => `
  import cluster from 'node:cluster'
  const { AdvancedHTTPServer, RequestHandler } = await import(${JSON.stringify(library)})
  class Handler extends RequestHandler {
    do_GET() { return this.send_response_full(String(process.pid)) }
  }
  const server = new AdvancedHTTPServer(Handler, { addresses: [['127.0.0.1', 0]] })
  if (cluster.isPrimary) {
    cluster.on('listening', (worker, { port }) => console.log('port ' + port))
    process.on('SIGTERM', () => void server.shutdown({ grace_ms: 1000 }))
  }
  await server.serve_forever({ workers: 2 })
  if (cluster.isPrimary) console.log('ended')
  else process.disconnect?.()
`

describe('workers', () => {
  it('serve one port in as many processes as asked for, and end when the first one shuts down', async () => {
    const library = pathToFileURL(`${buildSources()}/index.js`).href
    const script = join(await mkdtemp(join(tmpdir(), 'workers-')), 'program.mjs')
    await writeFile(script, program(library))
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    while ((said.match(/port/g) ?? []).length < 2) await once(child.stdout, 'data')
    const port = Number(/port (\d+)/.exec(said)?.[1])
    const answerers = new Set<string>()
    while (answerers.size < 2) {
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })
      answerers.add(await response.text())
    }
    expect(answerers).not.toContain(String(child.pid))
    child.kill('SIGTERM')
    const [status] = (await once(child, 'exit')) as [number]
    expect(status).toBe(0)
    expect(said).toContain('ended')
  })

  it('must be at least one', async () => {
    const server = new AdvancedHTTPServer(RequestHandler, { addresses: [['127.0.0.1', 0]] })
    await expect(server.serve_forever({ workers: 0 })).rejects.toThrow(RangeError)
  })
})
