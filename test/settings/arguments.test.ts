import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { type CommandLine, parseCommandLine } from '../../src/settings/arguments.js'

function parse(args: string[], environment: Record<string, string> = {}): CommandLine {
  return parseCommandLine(args, {
    prog: 'x',
    description: 'X',
    version: '1',
    ssl_versions: ['TLS', 'TLSv1_3'],
    environment,
  })
}

const THIS_FILE = new URL(import.meta.url).pathname

// What ends the process (help, usage errors) is tested with a process, in test/cli/main.test.ts.
describe('parseCommandLine', () => {
  it("has the defaults of Python's command", () => {
    expect(parse([])).toEqual({
      config: null,
      ip: '0.0.0.0',
      port: 8080,
      web_root: '.',
      list_directories: true,
      use_threads: true,
      log_level: 'INFO',
      log_file: null,
      log_format: 'python',
      quiet: false,
      open: false,
      credentials: null,
      headers: [],
      cors: false,
      ssl_cert: null,
      ssl_key: null,
      ssl_version: null,
      replaced: [],
    })
  })

  it('takes defaults from the program that asks', () => {
    const options = { prog: 'x', description: 'X', version: '1', ssl_versions: [], environment: {} }
    const { ip, port } = parseCommandLine(['-p', '1'], { ...options, defaults: { ip: '127.0.0.1', port: 2 } })
    expect([ip, port]).toEqual(['127.0.0.1', 1])
  })

  it("understands every option of Python's command", () => {
    const args = ['-i', '::1', '-p', '0', '-L', 'DEBUG', '-w', tmpdir(), '--log-file', 'x.log', '--no-threads']
    const ssl = ['--ssl-cert', THIS_FILE, '--ssl-key', THIS_FILE, '--ssl-version', 'TLSv1_3']
    expect(parse([...args, '--password', 'secret', ...ssl])).toMatchObject({
      ip: '::1',
      port: 0,
      log_level: 'DEBUG',
      web_root: tmpdir(),
      log_file: 'x.log',
      use_threads: false,
      credentials: { user: '', password: 'secret' },
      ssl_cert: THIS_FILE,
      ssl_key: THIS_FILE,
      ssl_version: 'TLSv1_3',
      replaced: [],
    })
  })

  it('understands our own names for them, and abbreviations', () => {
    const { ip, web_root, ssl_cert, ssl_key } = parse([
      '--bind=127.0.0.1',
      `--directory=${tmpdir()}`,
      `--tls-cert=${THIS_FILE}`,
      `--tls-k=${THIS_FILE}`,
    ])
    expect({ ip, web_root, ssl_cert, ssl_key }).toEqual({
      ip: '127.0.0.1',
      web_root: tmpdir(),
      ssl_cert: THIS_FILE,
      ssl_key: THIS_FILE,
    })
  })

  it('understands the options that Python has not', () => {
    const args = [
      '--user',
      'me',
      '--password',
      'x',
      '--no-listing',
      '--cors',
      '--quiet',
      '--open',
      '--log-format',
      'json',
    ]
    expect(parse([...args, '--header', 'Cache-Control: no-store', '--header', "X-It's:1"])).toMatchObject({
      credentials: { user: 'me', password: 'x' },
      list_directories: false,
      cors: true,
      quiet: true,
      open: true,
      log_format: 'json',
      headers: [
        ['Cache-Control', 'no-store'],
        ["X-It's", '1'],
      ],
    })
  })

  it('takes the password from the environment, and an option before it', () => {
    const environment = { ADVANCEDHTTPSERVER_USER: 'env', ADVANCEDHTTPSERVER_PASSWORD: 'hidden' }
    expect(parse([], environment).credentials).toEqual({ user: 'env', password: 'hidden' })
    expect(parse(['--user', 'me'], environment).credentials).toEqual({ user: 'me', password: 'hidden' })
    expect(parse(['--password', 'seen'], environment).credentials).toEqual({ user: 'env', password: 'seen' })
  })

  it('tells which options a configuration file takes the place of', () => {
    expect(parse(['-c', THIS_FILE, '-p', '1', '--no-threads', '--quiet']).replaced).toEqual(['--port', '--no-threads'])
    expect(parse(['-c', THIS_FILE]).replaced).toEqual([])
  })
})
