import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningCommand, withCommands } from '../support/command.js'

const commands = withCommands()

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'build-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** A program that serves a class of its own by its arguments. */
function start(...args: string[]): RunningCommand {
  const program = join(directory, 'own-server.mjs') as `/${string}`
  writeFileSync(
    program,
    `import { AdvancedHTTPServer, build_server_from_argparser, RequestHandler } from '${commands.libraryUrl}'
class OwnServer extends AdvancedHTTPServer {}
class OwnHandler extends RequestHandler {
  on_init() {
    this.handler_map['^own$'] = (handler) => handler.send_response_full('own')
  }
}
const server = build_server_from_argparser({
  description: 'A server of my own',
  server_klass: OwnServer,
  handler_klass: OwnHandler,
})
console.log(server.constructor.name, server.serve_files, server.serve_files_root)
process.once('SIGTERM', () => server.shutdown())
await server.serve_forever()
`,
  )
  return commands.run(program, args, { cwd: directory })
}

describe('build_server_from_argparser', () => {
  it("builds the program's own classes from its arguments, and logs as Python's command", async () => {
    const command = start('--ip', '127.0.0.1', '--port', '0', '--web-root', directory)
    const port = await command.port()
    // Python: serving files is for the program to switch on.
    expect(command.output).toBe(`OwnServer false ${directory}\n`)
    expect(await (await fetch(`http://127.0.0.1:${port}/own`)).text()).toBe('own')
    await command.says(/ INFO {5}127\.0\.0\.1 "GET \/own HTTP\/1\.1" 200 -/)
    command.signal('SIGTERM')
    expect(await command.ended).toEqual({ status: 0, signal: null })
  })

  it("shows help under the program's name, with its description", async () => {
    const command = start('--help')
    expect(await command.ended).toEqual({ status: 0, signal: null })
    expect(command.output).toMatch(/^usage: own-server\.mjs \[-h]/)
    expect(command.output).toContain('\nA server of my own\n')
  })

  it('reads its configuration from the section [server] of a file', async () => {
    const path = join(directory, 'x.conf')
    writeFileSync(path, '[server]\nip = 127.0.0.1\nport = 0\npassword = secret\n')
    const port = await start('-c', path).port()
    expect((await fetch(`http://127.0.0.1:${port}/own`)).status).toBe(401)
    const headers = { Authorization: `Basic ${Buffer.from(':secret').toString('base64')}` }
    expect((await fetch(`http://127.0.0.1:${port}/own`, { headers })).status).toBe(200)
  })

  it('ends with status 2 for usage errors', async () => {
    expect(await start('--port', 'http').ended).toEqual({ status: 2, signal: null })
  })
})
