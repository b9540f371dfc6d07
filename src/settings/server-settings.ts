/**
 * The keys of a server's section in a configuration file: those of Python's AdvancedHTTPServer (`ip`, `port`, `web_root`,
 * `list_directories`, `ssl_cert`, `ssl_key`, `ssl_version`, `password_type`, `username` and `password`, `username0` and
 * `password0`, …) and `server_version`. It reads and checks; building the server is another file's work.
 */
import { statSync } from 'node:fs'
import type { ConfigParser } from './config-file.js'

interface UserSettings {
  readonly username: string
  readonly password: string
  /** Name of the option that holds the password, for complaints. */
  readonly option: string
}

export interface ServerSettings {
  readonly ip: string
  readonly port: number
  /** Null: no files are served. */
  readonly web_root: string | null
  readonly list_directories: boolean
  readonly ssl_cert: string | null
  readonly ssl_key: string | null
  readonly ssl_version: string | null
  readonly server_version: string | null
  readonly password_type: string
  readonly users: readonly UserSettings[]
}

const PLAIN_KEYS: readonly string[] = [
  'ip',
  'port',
  'web_root',
  'list_directories',
  'ssl_cert',
  'ssl_key',
  'ssl_version',
  'server_version',
  'password_type',
]
const USER_KEY = /^(username|password)(0|[1-9]\d{0,8})?$/

/**
 * What a file written for Python's default `password_type`, md5, holds. Ours is plain; without this check the digest
 * itself would silently become the password.
 */
const MD5_DIGEST = /^[0-9a-f]{32}$/i

/**
 * What a section says about its server.
 * @throws ConfigError naming file and line of an unknown key or a bad value. A key in `[DEFAULT]` may have any name:
 * values refer to such keys.
 */
export function readServerSettings(config: ConfigParser, section: string): ServerSettings {
  refuseUnknownKeys(config, section)
  const text = (option: string) => (config.has_option(section, option) ? config.get(section, option) : null)
  const hasKey = text('ssl_key') !== null
  if (hasKey && text('ssl_cert') === null) throw config.error(section, 'ssl_key', 'there is no ssl_cert it belongs to')
  return {
    ip: text('ip') ?? '0.0.0.0',
    port: readPort(config, section),
    web_root: readWebRoot(config, section),
    list_directories: !config.has_option(section, 'list_directories') || config.getboolean(section, 'list_directories'),
    ssl_cert: text('ssl_cert'),
    ssl_key: text('ssl_key'),
    ssl_version: text('ssl_version'),
    server_version: text('server_version'),
    password_type: text('password_type') ?? 'plain',
    users: readUsers(config, section),
  }
}

function refuseUnknownKeys(config: ConfigParser, section: string): void {
  for (const option of config.own_options(section)) {
    if (PLAIN_KEYS.includes(option) || USER_KEY.test(option)) continue
    const known = [...PLAIN_KEYS, 'username', 'password', 'username0', 'password0'].join(', ')
    throw config.error(section, option, `there is no such key (there are: ${known}, …)`)
  }
}

function readPort(config: ConfigParser, section: string): number {
  const port = config.getint(section, 'port')
  if (port >= 0 && port <= 65_535) return port
  throw config.error(section, 'port', `not a port (0 to 65535): '${port}'`)
}

function readWebRoot(config: ConfigParser, section: string): string | null {
  if (!config.has_option(section, 'web_root')) return null
  const path = config.get(section, 'web_root')
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
  throw config.error(section, 'web_root', `not a directory: '${path}'`)
}

/**
 * Users in the order of Python: the one without a number, then by number. Differs from Python: half a pair is an error,
 * and a gap in the numbers hides nobody.
 */
function readUsers(config: ConfigParser, section: string): UserSettings[] {
  const matches = config.options(section).map((option) => USER_KEY.exec(option))
  const numbers = new Set(matches.filter((match) => match !== null).map((match) => match[2] ?? ''))
  return [...numbers]
    .toSorted((one, other) => rank(one) - rank(other))
    .map((number) => readUser(config, section, number))
}

function rank(number: string): number {
  return number === '' ? -1 : Number(number)
}

function readUser(config: ConfigParser, section: string, number: string): UserSettings {
  const [nameOption, option] = [`username${number}`, `password${number}`]
  if (!config.has_option(section, option))
    throw config.error(section, nameOption, `there is no ${option} for this user`)
  if (number !== '' && !config.has_option(section, nameOption)) {
    throw config.error(section, option, `there is no ${nameOption} that it belongs to`)
  }
  const password = config.get(section, option)
  if (password === '') throw config.error(section, option, 'the password is empty')
  if (MD5_DIGEST.test(password) && !config.has_option(section, 'password_type')) {
    const reason = "looks like an MD5 digest; say 'password_type = md5', or 'password_type = plain' if it is no digest"
    throw config.error(section, option, reason)
  }
  const username = config.has_option(section, nameOption) ? config.get(section, nameOption) : ''
  return { username, password, option }
}
