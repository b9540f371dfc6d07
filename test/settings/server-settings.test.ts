import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/settings/config-error.js'
import { ConfigParser } from '../../src/settings/config-file.js'
import { readServerSettings, type ServerSettings } from '../../src/settings/server-settings.js'

function read(text: string): ServerSettings {
  const config = new ConfigParser()
  config.read_string(text, 'x.conf')
  return readServerSettings(config, 'server')
}

describe('readServerSettings', () => {
  it('needs a port and nothing else', () => {
    expect(read('[server]\nport = 8080\n')).toEqual({
      ip: '0.0.0.0',
      port: 8080,
      web_root: null,
      list_directories: true,
      ssl_cert: null,
      ssl_key: null,
      ssl_version: null,
      server_version: null,
      password_type: 'plain',
      users: [],
    })
  })

  it('reads every key of the original', () => {
    const settings = read(`[DEFAULT]
anything = ${tmpdir()}

[server]
ip: 127.0.0.1
port: 0
web_root: %(anything)s
list_directories: False
ssl_cert: /x/cert.pem
ssl_key: /x/key.pem
ssl_version: TLSv1_2
server_version: Thing/1.0
password_type: sha256
password: first
username0: zero
password0: second
`)
    expect(settings).toEqual({
      ip: '127.0.0.1',
      port: 0,
      web_root: tmpdir(),
      list_directories: false,
      ssl_cert: '/x/cert.pem',
      ssl_key: '/x/key.pem',
      ssl_version: 'TLSv1_2',
      server_version: 'Thing/1.0',
      password_type: 'sha256',
      users: [
        { username: '', password: 'first', option: 'password' },
        { username: 'zero', password: 'second', option: 'password0' },
      ],
    })
  })

  it('takes users in the order of their numbers, whatever gaps there are', () => {
    const { users } = read(
      '[server]\nport=0\nusername10=c\npassword10=3\nusername2=b\npassword2=2\nusername=a\npassword=1\n',
    )
    expect(users.map(({ username, password }) => username + password)).toEqual(['a1', 'b2', 'c3'])
  })

  it.each([
    ['a missing port', 'ip = 127.0.0.1', "x.conf: section [server] has no option 'port'"],
    ['a port that is none', 'port = 70000', "x.conf:3: port: not a port (0 to 65535): '70000'"],
    ['a port in words', 'port = http', "x.conf:3: port: not a whole number: 'http'"],
    [
      'an unknown key',
      'port = 1\nwebroot = /',
      'x.conf:4: webroot: there is no such key (there are: ip, port, web_root',
    ],
    ['a numbered key that is none', 'port = 1\npassword01 = x', 'x.conf:4: password01: there is no such key'],
    ['a web root that is none', 'port = 1\nweb_root = /absent', "x.conf:4: web_root: not a directory: '/absent'"],
    [
      'a bad boolean',
      'port = 1\nlist_directories = si',
      "x.conf:4: list_directories: not a boolean such as yes or no: 'si'",
    ],
    ['a key without certificate', 'port = 1\nssl_key = x', 'x.conf:4: ssl_key: there is no ssl_cert it belongs to'],
    ['a user without password', 'port = 1\nusername1 = x', 'x.conf:4: username1: there is no password1 for this user'],
    [
      'a password without user',
      'port = 1\npassword1 = x',
      'x.conf:4: password1: there is no username1 that it belongs to',
    ],
    ['an empty password', 'port = 1\npassword =', 'x.conf:4: password: the password is empty'],
    [
      'a digest of which nobody says that it is one',
      'port = 1\npassword = 5ebe2294ecd0e0f08eab7690d2a6ee69',
      "x.conf:4: password: looks like an MD5 digest; say 'password_type = md5', or 'password_type = plain' if it is no digest",
    ],
  ])('refuses %s, naming file and line', (_, lines, message) => {
    const text = `[server]\n\n${lines}\n`
    expect(() => read(text)).toThrow(ConfigError)
    expect(() => read(text)).toThrow(message)
  })

  it('takes 32 hexadecimal digits as they are once the type is said', () => {
    const digits = '5ebe2294ecd0e0f08eab7690d2a6ee69'
    expect(read(`[server]\nport=1\npassword_type=plain\npassword=${digits}\n`).users[0]?.password).toBe(digits)
  })

  it('names the section that is missing', () => {
    expect(() => read('[srv]\nport = 1\n')).toThrow('x.conf: there is no section [server]')
  })
})
