import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/handler/request-handler.js'
import type { Logger } from '../../src/logging/logger.js'
import { AdvancedHTTPServer } from '../../src/server/advanced-http-server.js'
import { build_server_from_config } from '../../src/server/build.js'
import { ConfigError } from '../../src/settings/config-error.js'
import { ConfigParser } from '../../src/settings/config-file.js'

const CERTIFICATE = fileURLToPath(new URL('../support/rig/certs/default.pem', import.meta.url))

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'build-'))
  writeFileSync(join(directory, 'text.txt'), 'no certificate\n')
})
afterAll(() => rmSync(directory, { recursive: true }))

class GreetingHandler extends RequestHandler {
  override on_init(): void {
    this.handler_map['^who$'] = (handler: RequestHandler) =>
      handler.send_response_full(`${handler.basic_auth_user} of ${handler.version_string()}`)
  }
}

/** Serves what the configuration describes while the test asks it; gives the answer's status and text. */
async function ask(server: AdvancedHTTPServer, path: string, user = '', password = ''): Promise<[number, string]> {
  await server.listen()
  try {
    const [, port] = server.sub_servers[0]?.server_address ?? []
    const Authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { Authorization, Connection: 'close' } })
    return [response.status, await response.text()]
  } finally {
    await server.shutdown()
  }
}

const SERVER = '[server]\nip = 127.0.0.1\nport = 0\n'

describe('build_server_from_config', () => {
  it('takes the text, the path and the parsed form of a configuration', () => {
    const path = join(directory, 'x.conf')
    const text = `${SERVER}web_root = ${directory}\n`
    writeFileSync(path, text)
    const parsed = new ConfigParser()
    parsed.read_string(text)
    for (const config of [text, path, parsed]) {
      const server = build_server_from_config(config, 'server')
      expect(server).toBeInstanceOf(AdvancedHTTPServer)
      expect(server.sub_servers.map(({ server_address, using_ssl }) => [server_address, using_ssl])).toEqual([
        [['127.0.0.1', 0], false],
      ])
      expect([server.serve_files, server.serve_files_root]).toEqual([true, directory])
    }
  })

  it('listens at all addresses and serves no files unless the file says so', () => {
    const server = build_server_from_config('[web]\nport = 8080\n', 'web')
    expect(server.sub_servers[0]?.server_address).toEqual(['0.0.0.0', 8080])
    expect(server.serve_files).toBe(false)
  })

  it('makes the classes it is given, with the logger it is given', () => {
    class OwnServer extends AdvancedHTTPServer {
      readonly own = true
    }
    const lines: string[] = []
    const note = (message: string) => void lines.push(message)
    const logger: Logger = { debug: note, info: note, warn: note, error: note }
    const server = build_server_from_config(SERVER, 'server', { server_klass: OwnServer, logger })
    expect(server.own).toBe(true)
    expect(server.sub_servers[0]?.logger).toBe(logger)
  })

  it('lets several users in, each with the password type of the file', async () => {
    // printf secret | sha256sum
    const digest = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b'
    const text = `${SERVER}password_type = SHA256\npassword = ${digest}\nusername0 = zero\npassword0 = ${digest}\n`
    const build = () => build_server_from_config(text, 'server', { handler_klass: GreetingHandler })
    expect((await ask(build(), '/who', 'zero', 'secret'))[1]).toMatch(/^zero of /)
    expect((await ask(build(), '/who', '', 'secret'))[1]).toMatch(/^ of /)
    expect((await ask(build(), '/who', 'zero', digest))[0]).toBe(401)
  })

  it('takes passwords as they are unless the file says otherwise', async () => {
    const text = `${SERVER}username = me\npassword = 100%% secret\nserver_version = Own/1\n`
    const build = () => build_server_from_config(text, 'server', { handler_klass: GreetingHandler })
    expect(await ask(build(), '/who', 'me', '100% secret')).toEqual([200, 'me of Own/1'])
    expect((await ask(build(), '/who', 'me', 'other'))[0]).toBe(401)
  })

  it('speaks TLS when there is a certificate', () => {
    const server = build_server_from_config(`${SERVER}ssl_cert = ${CERTIFICATE}\nssl_version = TLSv1_3\n`, 'server')
    expect(server.sub_servers[0]?.using_ssl).toBe(true)
  })

  it.each([
    ['an unknown password type', 'password_type = rot13\npassword = x', '5: password: '],
    ['a digest of the wrong length', 'password_type = md5\nusername3 = x\npassword3 = 1234', '6: password3: '],
    ['a certificate that is none', 'ssl_cert = text.txt', '4: ssl_cert: '],
    ['a certificate that is not there', 'ssl_cert = absent.pem', '4: ssl_cert: '],
    ['a key that is not there', `ssl_cert = ${CERTIFICATE}\nssl_key = absent.pem`, '5: ssl_key: '],
    ['a version of TLS that is none', 'ssl_version = SSLv3', '4: ssl_version: '],
  ])('names the line of %s', (_, lines, place) => {
    const text = `${SERVER}${lines.replace('text.txt', join(directory, 'text.txt'))}\n`
    expect(() => build_server_from_config(text, 'server')).toThrow(ConfigError)
    expect(() => build_server_from_config(text, 'server')).toThrow(`<string>:${place}`)
  })

  it('names a section and a file that are not there', () => {
    expect(() => build_server_from_config(SERVER, 'web')).toThrow('<string>: there is no section [web]')
    expect(() => build_server_from_config('/absent/x.conf', 'web')).toThrow('/absent/x.conf: ')
  })
})
