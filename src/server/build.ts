/**
 * Builds a server from what a configuration file or the command line says, as the functions of the same names in
 * Python's AdvancedHTTPServer do.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { RequestHandler } from '../handler/request-handler.js'
import type { Logger } from '../logging/logger.js'
import { type CommandLine, type CommandLineOptions, parseCommandLine } from '../settings/arguments.js'
import { ConfigParser } from '../settings/config-file.js'
import { readServerSettings, type ServerSettings } from '../settings/server-settings.js'
import { CertificateError } from '../tls/certificate-error.js'
import { resolve_ssl_protocol_version } from '../tls/protocol-version.js'
import { __version__ } from '../version.js'
import { AdvancedHTTPServer } from './advanced-http-server.js'
import { type CommandLog, openCommandLog } from './command-log.js'
import { withAdditions } from './handler-additions.js'
import type { HandlerClass } from './handler-class.js'
import type { AdvancedHTTPServerOptions } from './server-options.js'

/** A server class whose constructor takes what `AdvancedHTTPServer`'s does. */
export type ServerClass<Server extends AdvancedHTTPServer> = new (
  handler_klass: HandlerClass,
  options: AdvancedHTTPServerOptions,
) => Server

/** What the functions that build a server are given beside the settings. */
export interface BuildOptions<Server extends AdvancedHTTPServer = AdvancedHTTPServer> {
  /** Class of the server; `AdvancedHTTPServer` by default. */
  server_klass?: ServerClass<Server>
  /** Class of its handlers; `RequestHandler` by default. */
  handler_klass?: HandlerClass
  /** Where the server logs; by default it doesn't. */
  logger?: Logger
}

/** What both sources say about the address. */
type AddressSettings = Pick<ServerSettings, 'ip' | 'port' | 'ssl_cert' | 'ssl_key' | 'ssl_version'>

/** What the command line is to be read with, less what this version of the library knows itself. */
type ArgumentOptions = Omit<CommandLineOptions, 'description' | 'version' | 'ssl_versions'> & { description?: string }

/** Names that `--ssl-version` offers. */
const SSL_VERSIONS = ['TLS', 'TLSv1_2', 'TLSv1_3']

/**
 * Builds the server that a section of a configuration describes. Nothing listens yet.
 *
 * @param config - Path of an INI file, its text (anything with a line end), or a parsed one.
 * @param section_name - The section to read.
 * @throws ConfigError naming file and line of what is unknown, missing or wrong.
 * @remarks Differs from Python: `password_type` is `plain` by default, not `md5`, under which a password is refused for
 * its length; a value that looks like an MD5 digest has to say what it is.
 */
export function build_server_from_config<Server extends AdvancedHTTPServer = AdvancedHTTPServer>(
  config: string | ConfigParser,
  section_name: string,
  options: BuildOptions<Server> = {},
): Server {
  const parsed = typeof config === 'string' ? parseConfig(config) : config
  const settings = readServerSettings(parsed, section_name)
  const server = makeServer(parsed, section_name, settings, options)
  if (settings.server_version !== null) server.server_version = settings.server_version
  for (const { username, password, option } of settings.users) {
    blaming(parsed, section_name, option, () => server.auth_add_creds(username, password, settings.password_type))
  }
  server.serve_files = settings.web_root !== null
  if (settings.web_root !== null) server.serve_files_root = settings.web_root
  server.serve_files_list_directories = settings.list_directories
  return server
}

/**
 * Builds a server from the arguments of the process, with a log on standard error and, with `--log-file`, in a file.
 * `--help` and usage errors end the process, as in Python.
 *
 * @throws ConfigError when the file of `--conf` can't be used.
 */
export function build_server_from_argparser<Server extends AdvancedHTTPServer = AdvancedHTTPServer>(
  options: Omit<BuildOptions<Server>, 'logger'> & { description?: string } = {},
): Server {
  const prog = basename(process.argv[1] ?? 'advancedhttpserver')
  const commandLine = parseServerArguments(process.argv.slice(2), { prog, ...options })
  const log = openCommandLog(commandLine, (text) => process.stderr.write(text))
  return buildFromCommandLine(commandLine, log, options)
}

/** {@link parseCommandLine} for this version of the library. */
export function parseServerArguments(args: readonly string[], options: ArgumentOptions): CommandLine {
  const description = options.description ?? 'HTTP Server'
  return parseCommandLine(args, { ...options, description, version: __version__, ssl_versions: SSL_VERSIONS })
}

/** Builds the server that a command line asks for. @throws ConfigError, CertificateError */
export function buildFromCommandLine<Server extends AdvancedHTTPServer = AdvancedHTTPServer>(
  commandLine: CommandLine,
  { logger, access }: Pick<CommandLog, 'logger' | 'access'>,
  options: Omit<BuildOptions<Server>, 'logger'> = {},
): Server {
  const handler_klass = withAdditions(options.handler_klass ?? RequestHandler, { ...commandLine, access })
  const build = commandLine.config === null ? fromOptions : fromFile
  const server = build(commandLine, { ...options, handler_klass, logger })
  if (!commandLine.list_directories) server.serve_files_list_directories = false
  const { credentials } = commandLine
  if (credentials !== null) server.auth_add_creds(credentials.user, credentials.password)
  return server
}

function fromFile<Server extends AdvancedHTTPServer>(commandLine: CommandLine, options: BuildOptions<Server>): Server {
  const { config, replaced } = commandLine
  if (replaced.length > 0) options.logger?.warn(`${replaced.join(', ')} ignored: ${config} takes their place`)
  const parsed = new ConfigParser()
  if (config === '-') parsed.read_string(readFileSync(0, 'utf8'), '<stdin>')
  else if (config !== null) parsed.read(config)
  return build_server_from_config(parsed, 'server', options)
}

function fromOptions<Server extends AdvancedHTTPServer>(
  { ip, port, use_threads, web_root, ssl_cert, ssl_key, ssl_version }: CommandLine,
  options: BuildOptions<Server>,
): Server {
  const server = construct(options, { ip, port, ssl_cert, ssl_key, ssl_version }, use_threads)
  server.serve_files_root = web_root
  return server
}

function construct<Server extends AdvancedHTTPServer>(
  { server_klass, handler_klass = RequestHandler, logger }: BuildOptions<Server>,
  { ip, port, ssl_cert, ssl_key, ssl_version }: AddressSettings,
  use_threads = true,
): Server {
  const klass = server_klass ?? (AdvancedHTTPServer as ServerClass<AdvancedHTTPServer> as ServerClass<Server>)
  return new klass(handler_klass, {
    // Python: an empty host is every address.
    addresses: [[ip === '' ? '0.0.0.0' : ip, port, ssl_cert !== null]],
    use_threads,
    ...(ssl_cert !== null && { ssl_certfile: ssl_cert }),
    ...(ssl_key !== null && { ssl_keyfile: ssl_key }),
    ...(ssl_version !== null && { ssl_version }),
    ...(logger && { logger }),
  })
}

function makeServer<Server extends AdvancedHTTPServer>(
  config: ConfigParser,
  section: string,
  settings: ServerSettings,
  options: BuildOptions<Server>,
): Server {
  blaming(config, section, 'ssl_version', () => resolve_ssl_protocol_version(settings.ssl_version))
  try {
    return construct(options, settings)
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error
    throw config.error(section, error.file === settings.ssl_key ? 'ssl_key' : 'ssl_cert', error.message)
  }
}

function parseConfig(config: string): ConfigParser {
  const parsed = new ConfigParser()
  if (config.includes('\n')) parsed.read_string(config)
  else parsed.read(config)
  return parsed
}

/** Whatever the step throws becomes a complaint about the option. */
function blaming(config: ConfigParser, section: string, option: string, step: () => void): void {
  try {
    step()
  } catch (error) {
    throw config.error(section, option, (error as Error).message)
  }
}
