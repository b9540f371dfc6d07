import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withCommands } from '../support/command.js'
import { runPython } from '../support/python.js'

const commands = withCommands()
const LOCAL = ['--ip', '127.0.0.1', '--port', '0']

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'terminal-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

describe('the command on a terminal', () => {
  it('shows a banner in the place of the log line, and Ctrl-C ends it', async (context) => {
    runPython(context, 'print(0)', null)
    const command = commands.run('main', LOCAL, { cwd: directory, terminal: true })
    const port = await command.port()
    await command.says(/Ctrl-C stops it\./)
    expect(command.output).toContain(`  Local:    http://127.0.0.1:${port}/\r\n`)
    expect(command.output).toContain(`serves ${directory}\r\n`)
    expect(command.output).not.toContain('listening on')
    await fetch(`http://127.0.0.1:${port}/`)
    await command.says(/ INFO {5}127\.0\.0\.1 "GET \/ HTTP\/1\.1" 200 -/)
    command.type('\x03')
    await command.says(/shutting down/)
    expect(await command.ended).toEqual({ status: 0, signal: null })
  })

  it('shows nothing when quiet', async (context) => {
    runPython(context, 'print(0)', null)
    const file = join(directory, 'x.log')
    const command = commands.run('main', [...LOCAL, '--quiet', '--log-file', file], { terminal: true })
    await expect
      .poll(() => existsSync(file) && readFileSync(file, 'latin1'), { timeout: 10_000 })
      .toContain('listening')
    command.type('\x03')
    expect(await command.ended).toEqual({ status: 0, signal: null })
    expect(command.output).toBe('^C')
  })
})

describe('--open', () => {
  it('shows the server in the browser of BROWSER, which does not learn the password', async () => {
    const told = join(directory, 'told')
    const browser = join(directory, 'browser')
    writeFileSync(browser, `#!/bin/sh\nprintf '%s [%s]' "$1" "$ADVANCEDHTTPSERVER_PASSWORD" > '${told}'\n`)
    chmodSync(browser, 0o755)
    const environment = { BROWSER: browser, ADVANCEDHTTPSERVER_PASSWORD: 'hidden' }
    const port = await commands.run('main', [...LOCAL, '--open'], { cwd: directory, environment }).port()
    await expect
      .poll(() => existsSync(told) && readFileSync(told, 'latin1'), { timeout: 10_000 })
      .toBe(`http://127.0.0.1:${port}/ []`)
  })

  it('serves without a browser when none can be started, and says so', async () => {
    const environment = { BROWSER: join(directory, 'absent') }
    const command = commands.run('main', [...LOCAL, '--open'], { cwd: directory, environment })
    await command.says(/WARNING {2}no browser could be started: .*ENOENT/)
    expect((await fetch(`http://127.0.0.1:${await command.port()}/robots.txt`)).status).toBe(200)
  })
})
