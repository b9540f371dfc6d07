/**
 * The command line: every option of Python's AdvancedHTTPServer command, with the same names and help layout, and our
 * own beside them. The only file that knows the argparse package. It says what was asked for and builds nothing.
 */
import { accessSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { ArgumentParser } from 'argparse'

export type LogLevelName = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL'
type LogFormatName = 'python' | 'common' | 'json'

/** What the user asked for. */
export interface CommandLine {
  /** Path of the configuration file, `-` for standard input; null without one. */
  readonly config: string | null
  readonly ip: string
  /** 0 for any free one. */
  readonly port: number
  readonly web_root: string
  readonly list_directories: boolean
  readonly use_threads: boolean
  readonly log_level: LogLevelName
  readonly log_file: string | null
  readonly log_format: LogFormatName
  readonly quiet: boolean
  readonly open: boolean
  /** Null when nobody is asked for a password. The user may be empty, as in Python. */
  readonly credentials: { readonly user: string; readonly password: string } | null
  /** Fields that go into every response. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly cors: boolean
  readonly ssl_cert: string | null
  readonly ssl_key: string | null
  readonly ssl_version: string | null
  /** Options that were given although a configuration file takes their place. */
  readonly replaced: readonly string[]
}

export interface CommandLineOptions {
  /** Name of the program in its help and complaints. */
  prog: string
  description: string
  version: string
  /** Names that `--ssl-version` takes. */
  ssl_versions: readonly string[]
  /** What holds for options that are not given. */
  defaults?: Partial<Defaults>
  environment?: Readonly<Record<string, string | undefined>>
}

const require = createRequire(import.meta.url)

const USER_VARIABLE = 'ADVANCEDHTTPSERVER_USER'
export const PASSWORD_VARIABLE = 'ADVANCEDHTTPSERVER_PASSWORD'

interface Defaults {
  ip: string
  port: number
  web_root: string
}

const DEFAULTS: Readonly<Defaults> = { ip: '0.0.0.0', port: 8080, web_root: '.' }

/** argparse's namespace: one entry per `dest`, undefined for what was not given and has no default. */
interface Given {
  config?: string
  ip?: string
  port?: number
  web_root?: string
  list_directories: boolean
  use_threads: boolean
  log_level: LogLevelName
  log_file?: string
  log_format: LogFormatName
  quiet: boolean
  open: boolean
  user?: string
  password?: string
  headers?: [string, string][]
  cors: boolean
  ssl_cert?: string
  ssl_key?: string
  ssl_version?: string
}

/** Options whose place a configuration file takes. Python: the command ignores them too, silently. */
const REPLACED_BY_CONFIG = {
  ip: '--ip',
  port: '--port',
  web_root: '--web-root',
  ssl_cert: '--ssl-cert',
  ssl_key: '--ssl-key',
  ssl_version: '--ssl-version',
} as const

/** Fields that frame a message: a second one of them would make every response ambiguous. */
const FRAMING_FIELDS: ReadonlySet<string> = new Set(['connection', 'content-length', 'transfer-encoding'])

/** Name as in RFC 9110 5.6.2, value of visible ASCII, blanks and tabs. */
const FIELD_LINE = /^([!#$%&'*+\-.^`|~\w]+):([\t\x20-\x7e]*)$/

/**
 * Reads the arguments (without interpreter and script). As in Python, `--help` and `--version` end the process with
 * status 0, and a usage error ends it with status 2 and a line on standard error.
 */
export function parseCommandLine(args: readonly string[], options: CommandLineOptions): CommandLine {
  const { environment = process.env } = options
  const defaults = { ...DEFAULTS, ...options.defaults }
  const parser = makeParser(options, defaults)
  const { user, password, headers = [], ...given } = parser.parse_args<Given>([...args])
  if (given.ssl_key !== undefined && given.ssl_cert === undefined) {
    parser.error('argument --ssl-key: there is no --ssl-cert that it could belong to')
  }
  return {
    ...given,
    config: given.config ?? null,
    ip: given.ip ?? defaults.ip,
    port: given.port ?? defaults.port,
    web_root: given.web_root ?? defaults.web_root,
    log_file: given.log_file ?? null,
    credentials: credentials(parser, user ?? environment[USER_VARIABLE], password ?? environment[PASSWORD_VARIABLE]),
    headers,
    ssl_cert: given.ssl_cert ?? null,
    ssl_key: given.ssl_key ?? null,
    ssl_version: given.ssl_version ?? null,
    replaced: given.config === undefined ? [] : replacedOptions(given),
  }
}

function makeParser(options: CommandLineOptions, defaults: Defaults): ArgumentParser {
  const { prog, description, version, ssl_versions } = options
  const parser = new (argparse().ArgumentParser)({
    prog,
    description,
    epilog:
      'With a configuration file, address, port, web root, threads and ssl options are what the file says; ' +
      'all other options hold beside it.',
    conflict_handler: 'resolve',
    fromfile_prefix_chars: '@',
  })
  addPythonOptions(parser, `${prog} Version: ${version}`, defaults)
  addOwnOptions(parser)
  addSslOptions(parser, ssl_versions)
  return parser
}

function addPythonOptions(parser: ArgumentParser, version: string, { ip, port, web_root }: Defaults): void {
  const levels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']
  parser.add_argument('-c', '--conf', { dest: 'config', type: readableFile, help: 'configuration file to read' })
  parser.add_argument('-i', '--ip', '--bind', { dest: 'ip', help: `address to listen on (default: ${ip})` })
  parser.add_argument('-L', '--log', {
    dest: 'log_level',
    choices: levels,
    default: 'INFO',
    help: 'least level of what is logged to the terminal',
  })
  parser.add_argument('-p', '--port', {
    dest: 'port',
    type: portNumber,
    help: `port to listen on, 0 for any free one (default: ${port})`,
  })
  parser.add_argument('-v', '--version', { action: 'version', version })
  parser.add_argument('-w', '--web-root', '--directory', {
    dest: 'web_root',
    metavar: 'WEB_ROOT',
    type: directory,
    help: `folder whose files are served (default: ${web_root})`,
  })
  parser.add_argument('--log-file', { dest: 'log_file', help: 'file to log everything to; it is rotated' })
  parser.add_argument('--no-threads', {
    dest: 'use_threads',
    action: 'store_false',
    help: 'serve one connection at a time',
  })
  parser.add_argument('--password', { dest: 'password', help: `password to ask for (or set ${PASSWORD_VARIABLE})` })
}

function addOwnOptions(parser: ArgumentParser): void {
  const own = parser.add_argument_group('additional options')
  own.add_argument('--user', {
    dest: 'user',
    help: `user name that goes with the password (or set ${USER_VARIABLE}; default: none)`,
  })
  own.add_argument('--no-listing', {
    dest: 'list_directories',
    action: 'store_false',
    help: 'do not list folders without an index file',
  })
  own.add_argument('--header', {
    dest: 'headers',
    metavar: "'NAME: VALUE'",
    action: 'append',
    type: fieldLine,
    help: 'field to add to every response; may be given several times',
  })
  own.add_argument('--cors', { dest: 'cors', action: 'store_true', help: 'let pages of any origin read responses' })
  own.add_argument('--log-format', {
    dest: 'log_format',
    choices: ['python', 'common', 'json'],
    default: 'python',
    help: "how requests are logged: as Python's command does, in the Common Log Format, or as JSON lines",
  })
  own.add_argument('--quiet', { dest: 'quiet', action: 'store_true', help: 'only show warnings and errors' })
  own.add_argument('--open', { dest: 'open', action: 'store_true', help: 'open a browser when the server is ready' })
}

function addSslOptions(parser: ArgumentParser, versions: readonly string[]): void {
  const ssl = parser.add_argument_group('ssl options')
  ssl.add_argument('--ssl-cert', '--tls-cert', {
    dest: 'ssl_cert',
    metavar: 'SSL_CERT',
    type: readableFile,
    help: 'certificate, as PEM; its key may be in the same file',
  })
  ssl.add_argument('--ssl-key', '--tls-key', {
    dest: 'ssl_key',
    metavar: 'SSL_KEY',
    type: readableFile,
    help: 'private key of the certificate, as PEM',
  })
  ssl.add_argument('--ssl-version', { dest: 'ssl_version', choices: versions, help: 'version of TLS to insist on' })
}

/** Loaded when a command line is read: few programs have one. */
function argparse(): typeof import('argparse') {
  return require('argparse') as typeof import('argparse')
}

/** What argparse shows as a usage error. */
function typeError(message: string): Error {
  return new (argparse().ArgumentTypeError)(message)
}

/** Half of a pair, or an empty password, would leave a server open that its user believes closed: an error. */
function credentials(
  parser: ArgumentParser,
  user: string | undefined,
  password: string | undefined,
): CommandLine['credentials'] {
  if (password === undefined && user !== undefined) {
    parser.error(`argument --user: needs a password, from --password or ${PASSWORD_VARIABLE}`)
  }
  if (password === '') parser.error('argument --password: the password is empty')
  if (/[:\p{Cc}]/u.test(user ?? '')) {
    parser.error('argument --user: a user name can hold neither colon nor control character (RFC 7617)')
  }
  return password === undefined ? null : { user: user ?? '', password }
}

function replacedOptions(given: Partial<Given>): string[] {
  const options: string[] = Object.entries(REPLACED_BY_CONFIG)
    .filter(([name]) => given[name as keyof typeof REPLACED_BY_CONFIG] !== undefined)
    .map(([, option]) => option)
  return given.use_threads === false ? [...options, '--no-threads'] : options
}

function portNumber(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Infinity
  if (number > 65_535) throw typeError(`'${text}' is not a valid port`)
  return number
}

function directory(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
  throw typeError(`'${path}' is not a valid directory`)
}

function readableFile(path: string): string {
  if (path === '-') return path
  try {
    accessSync(path, constants.R_OK)
    return path
  } catch (error) {
    throw typeError(`can't open '${path}': ${(error as Error).message}`)
  }
}

function fieldLine(text: string): [name: string, value: string] {
  const [, name, value] = FIELD_LINE.exec(text) ?? []
  if (name === undefined || value === undefined) throw typeError(`'${text}' is not of the form 'Name: value'`)
  if (FRAMING_FIELDS.has(name.toLowerCase())) throw typeError(`the server itself says ${name}`)
  return [name, value.trim()]
}
