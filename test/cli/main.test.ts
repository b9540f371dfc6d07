import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { __version__ } from '../../src/version.js'
import { withCommands } from '../support/command.js'

const commands = withCommands()
const LOCAL = ['--ip', '127.0.0.1', '--port', '0']

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'command-'))
  writeFileSync(join(directory, 'page.txt'), 'a page\n')
  mkdirSync(join(directory, 'folder'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function configFile(text: string): string {
  const path = join(directory, 'x.conf')
  writeFileSync(path, text)
  return path
}

function basic(user: string, password: string): { headers: Record<string, string> } {
  return { headers: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } }
}

describe('advancedhttpserver', () => {
  it('shows its options in the layout of Python', async () => {
    const command = commands.run('main', ['--help'])
    expect(await command.ended).toEqual({ status: 0, signal: null })
    expect(command.output).toMatchSnapshot()
  })

  it('tells its version', async () => {
    const command = commands.run('main', ['-v'])
    expect(await command.ended).toEqual({ status: 0, signal: null })
    expect(command.output).toBe(`advancedhttpserver Version: ${__version__}\n`)
  })

  it('serves the files of the current folder and logs as Python does', async () => {
    const command = commands.run('main', LOCAL, { cwd: directory })
    const port = await command.port()
    const response = await fetch(`http://127.0.0.1:${port}/page.txt`)
    expect([response.status, await response.text()]).toEqual([200, 'a page\n'])
    command.signal('SIGTERM')
    expect(await command.ended).toEqual({ status: 0, signal: null })
    expect(command.output).toBe('')
    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}`
    expect(command.errors).toMatch(new RegExp(String.raw`^${time} INFO     listening on 127\.0\.0\.1:${port}\n`))
    expect(command.errors).toMatch(
      new RegExp(String.raw`\n${time} INFO     127\.0\.0\.1 "GET /page\.txt HTTP/1\.1" 200 -\n`),
    )
  })

  it('serves the folder it is given, without listings when told so', async () => {
    const port = await commands.run('main', [...LOCAL, '-w', directory, '--no-listing']).port()
    expect((await fetch(`http://127.0.0.1:${port}/page.txt`)).status).toBe(200)
    expect((await fetch(`http://127.0.0.1:${port}/folder/`)).status).toBe(404)
  })

  it('asks for the password of the command line', async () => {
    const port = await commands.run('main', [...LOCAL, '-w', directory, '--user', 'me', '--password', 's3cret']).port()
    const url = `http://127.0.0.1:${port}/page.txt`
    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, basic('me', 's3cret'))).status).toBe(200)
    expect((await fetch(url, basic('', 's3cret'))).status).toBe(401)
  })

  it('asks for the password of the environment, with an empty user name as Python has it', async () => {
    const environment = { ADVANCEDHTTPSERVER_PASSWORD: 'hidden' }
    const port = await commands.run('main', [...LOCAL, '-w', directory], { environment }).port()
    const url = `http://127.0.0.1:${port}/page.txt`
    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, basic('', 'hidden'))).status).toBe(200)
  })

  it('adds the fields it is told to, also to errors', async () => {
    const args = [...LOCAL, '-w', directory, '--header', 'Cache-Control: no-store', '--header', 'X-Two: 2', '--cors']
    const port = await commands.run('main', args).port()
    for (const path of ['page.txt', 'absent']) {
      const { headers } = await fetch(`http://127.0.0.1:${port}/${path}`)
      expect(headers.get('Cache-Control')).toBe('no-store')
      expect(headers.get('X-Two')).toBe('2')
      expect(headers.get('Access-Control-Allow-Origin')).toBe('*')
    }
  })

  it('shows requests to nobody when quiet', async () => {
    const file = join(directory, 'x.log')
    const command = commands.run('main', [...LOCAL, '-w', directory, '--quiet', '--log-file', file])
    await expect.poll(() => readFileSync(file, 'latin1'), { timeout: 10_000 }).toContain('listening on')
    const [, port] = /listening on 127\.0\.0\.1:(\d+)/.exec(readFileSync(file, 'latin1')) ?? []
    expect((await fetch(`http://127.0.0.1:${port}/page.txt`)).status).toBe(200)
    command.signal('SIGTERM')
    expect(await command.ended).toEqual({ status: 0, signal: null })
    expect(command.errors + command.output).toBe('')
    expect(readFileSync(file, 'latin1')).toMatch(
      /,\d{3} AdvancedHTTPServer {13}INFO {7}127\.0\.0\.1 "GET \/page\.txt HTTP\/1\.1" 200 -\n/,
    )
  })

  it('logs requests in the Common Log Format and as JSON lines', async () => {
    const common = commands.run('main', [...LOCAL, '-w', directory, '--log-format', 'common', '--password', 'x'])
    await fetch(`http://127.0.0.1:${await common.port()}/page.txt`, basic('', 'x'))
    await common.says(
      /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}] "GET \/page\.txt HTTP\/1\.1" 200 -$/m,
    )
    const json = commands.run('main', [...LOCAL, '-w', directory, '--log-format', 'json'])
    await fetch(`http://127.0.0.1:${await json.port()}/page.txt`)
    const [line] = await json.says(/^.*"request".*$/m)
    expect(JSON.parse(line)).toMatchObject({ client: '127.0.0.1', request: 'GET /page.txt HTTP/1.1', status: 200 })
  })

  it('serves until nobody reads its output any more, and beyond', async () => {
    const command = commands.run('main', [...LOCAL, '-w', directory])
    const port = await command.port()
    command.closeOutputs()
    for (let count = 0; count < 3; count++) {
      expect((await fetch(`http://127.0.0.1:${port}/page.txt`)).status).toBe(200)
    }
    command.signal('SIGTERM')
    expect(await command.ended).toEqual({ status: 0, signal: null })
  })
})

describe('advancedhttpserver with a configuration file', () => {
  it('does what the file says, and tells which options it ignores', async () => {
    const path = configFile(
      `[server]\nip = 127.0.0.1\nport = 0\nweb_root = ${directory}\nusername = me\npassword = one\n`,
    )
    const command = commands.run('main', ['-c', path, '--port', '1', '--password', 'two'])
    const url = `http://127.0.0.1:${await command.port()}/page.txt`
    expect(command.errors).toContain(`WARNING  --port ignored: ${path} takes their place\n`)
    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, basic('me', 'one'))).status).toBe(200)
    expect((await fetch(url, basic('', 'two'))).status).toBe(200)
  })

  it('reads it from standard input', async () => {
    const input = `[server]\nip = 127.0.0.1\nport = 0\nweb_root = ${directory}\n`
    const port = await commands.run('main', ['-c', '-'], { input }).port()
    expect((await fetch(`http://127.0.0.1:${port}/page.txt`)).status).toBe(200)
  })

  it('names file and line of what it does not understand', async () => {
    const path = configFile('[server]\nport = 0\nweb-root = /\n')
    const command = commands.run('main', ['-c', path])
    expect(await command.ended).toEqual({ status: 1, signal: null })
    expect(command.errors).toMatch(/^advancedhttpserver: error: .*x\.conf:3: web-root: there is no such key/)
    expect(command.errors.trimEnd()).not.toContain('\n')
  })
})

describe('advancedhttpserver used wrongly', () => {
  it.each([
    ['an unknown option', ['--prot', '80'], 'unrecognized arguments: --prot 80'],
    ['a port that is none', ['-p', '65536'], "argument -p/--port: '65536' is not a valid port"],
    ['a folder that is none', ['-w', '/absent'], "'/absent' is not a valid directory"],
    ['a log level that is none', ['-L', 'LOUD'], 'argument -L/--log: invalid choice'],
    ['a configuration file that is not there', ['-c', '/absent'], "argument -c/--conf: can't open '/absent': ENOENT"],
    ['a user without password', ['--user', 'me'], 'argument --user: needs a password'],
    [
      'a user name that no client can send',
      ['--user', 'a:b', '--password', 'x'],
      'neither colon nor control character',
    ],
    ['an empty password', ['--password', ''], 'argument --password: the password is empty'],
    ['a field that is none', ['--header', 'X Y: 1'], "argument --header: 'X Y: 1' is not of the form 'Name: value'"],
    ['a field with a line end', ['--header', 'X: 1\r\nY: 2'], 'argument --header:'],
    [
      'a field that frames',
      ['--header', 'Content-Length: 2'],
      'argument --header: the server itself says Content-Length',
    ],
    ['a key without certificate', ['--ssl-key', '/dev/null'], 'argument --ssl-key: there is no --ssl-cert'],
    ['a version of TLS that is none', ['--ssl-version', 'SSLv3'], 'argument --ssl-version: invalid choice'],
  ])('ends with status 2 for %s', async (_, args, message) => {
    const command = commands.run('main', args)
    expect(await command.ended).toEqual({ status: 2, signal: null })
    expect(command.output).toBe('')
    expect(command.errors).toMatch(/^usage: advancedhttpserver /)
    expect(command.errors.replaceAll(/\s+/g, ' ')).toContain(message)
  })

  it('ends with status 2 for an empty password in the environment', async () => {
    const command = commands.run('main', [], { environment: { ADVANCEDHTTPSERVER_PASSWORD: '' } })
    expect((await command.ended).status).toBe(2)
  })

  it('says that a port is in use, and what to try, in a line each', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => holder.once('listening', resolve))
    const { port } = holder.address() as { port: number }
    const command = commands.run('main', ['-i', '127.0.0.1', '-p', String(port)])
    expect(await command.ended).toEqual({ status: 1, signal: null })
    expect(command.errors).toBe(
      `advancedhttpserver: error: port ${port} of 127.0.0.1 is already in use\n` +
        `advancedhttpserver: try --port ${port === 65_535 ? port - 1 : port + 1}, or --port 0 for any free one\n`,
    )
    holder.close()
  })

  it('names a certificate that is none', async () => {
    const command = commands.run('main', ['--ssl-cert', join(directory, 'page.txt')])
    expect(await command.ended).toEqual({ status: 1, signal: null })
    expect(command.errors).toMatch(/^advancedhttpserver: error: .*page\.txt.*\n$/)
  })

  it('names a log file that cannot be opened', async () => {
    const command = commands.run('main', [...LOCAL, '--log-file', '/absent/x.log'])
    expect(await command.ended).toEqual({ status: 1, signal: null })
    expect(command.errors).toMatch(/^advancedhttpserver: error: ENOENT.*\/absent\/x\.log.*\n$/)
  })
})
