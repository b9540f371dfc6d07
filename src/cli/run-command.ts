/**
 * The life of a server that is started from a command line: arguments, log, server, banner, signals, end. The command
 * `advancedhttpserver` and the demonstration are this with different handler classes.
 */
import type { AdvancedHTTPServer } from '../server/advanced-http-server.js'
import { buildFromCommandLine, parseServerArguments } from '../server/build.js'
import type { Logger } from '../logging/logger.js'
import { type CommandLog, openCommandLog } from '../server/command-log.js'
import type { HandlerClass } from '../server/handler-class.js'
import { type CommandLineOptions, PASSWORD_VARIABLE } from '../settings/arguments.js'
import { ConfigError } from '../settings/config-error.js'
import { CertificateError } from '../tls/certificate-error.js'
import { __version__ } from '../version.js'
import { banner } from './banner.js'
import { explainListenError } from './listen-error.js'
import { openBrowser } from './open-browser.js'
import { drainOnSignals } from './signals.js'
import { serverUrls } from './urls.js'

export interface CommandOptions {
  /** Name of the program, in its help and complaints. */
  readonly prog: string
  readonly description?: string
  readonly handler_klass?: HandlerClass
  readonly defaults?: NonNullable<CommandLineOptions['defaults']>
  /** Lines of the banner below the URLs. */
  readonly notes?: readonly string[]
  /** Show the banner wherever standard output goes, not on a terminal only. */
  readonly alwaysBanner?: boolean
}

/**
 * Serves until a signal comes. Help and usage errors end the process, with status 0 and 2.
 *
 * @param args - Without interpreter and script.
 * @returns The exit status: 0 after a drain, 1 when the server could not start, 130 when it was interrupted twice.
 */
export async function runCommand(args: readonly string[], options: CommandOptions): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  const commandLine = parseServerArguments(args, options)
  const showsBanner = !commandLine.quiet && (options.alwaysBanner === true || process.stdout.isTTY)
  let starting = true
  let log: CommandLog | undefined
  try {
    log = openCommandLog(commandLine, (text, level) => {
      // Until the banner is there it says what the log would.
      if (!(starting && showsBanner && level === 'info')) process.stderr.write(text)
    })
    const { logger } = log
    const server = buildFromCommandLine(commandLine, log, options)
    // Python: the command serves files whatever its configuration says, without a web root those of the current folder.
    server.serve_files = true
    const ready = () => {
      if (showsBanner) process.stdout.write(bannerOf(server, options.notes ?? []))
      starting = false
      if (commandLine.open) showInBrowser(server, logger)
    }
    return await serve(server, logger, ready)
  } catch (error) {
    return complain(options.prog, error)
  } finally {
    log?.close()
  }
}

async function serve(server: AdvancedHTTPServer, logger: Logger, ready: () => void): Promise<number> {
  // Before anything is told: a signal may come as soon as somebody can know that the server is there.
  const signals = drainOnSignals(server, (message) => logger.info(message))
  try {
    await Promise.all([server.listen().then(ready), server.serve_forever()])
    return signals.exitStatus
  } finally {
    signals.restore()
  }
}

function bannerOf(server: AdvancedHTTPServer, notes: readonly string[]): string {
  const title = `AdvancedHTTPServer ${__version__} serves ${server.serve_files_root}`
  return banner({ title, urls: urlsOf(server), notes })
}

function urlsOf({ sub_servers }: AdvancedHTTPServer) {
  return sub_servers.map(({ server_address: [host, port], using_ssl }) => serverUrls(host, port, using_ssl))
}

function showInBrowser(server: AdvancedHTTPServer, logger: Logger): void {
  const [url] = urlsOf(server).flatMap(({ local, network }) => [...local, ...network])
  if (url === undefined) return
  openBrowser(url, [PASSWORD_VARIABLE], (reason) => logger.warn(`no browser could be started: ${reason}`))
}

/** Says what a user can mend, in a line or two; anything else is a defect and keeps its stack. */
function complain(prog: string, error: unknown): number {
  const listening = explainListenError(error)
  if (listening === null && !isUsersToMend(error)) throw error
  const reason = listening?.reason ?? (error as Error).message
  process.stderr.write(`${prog}: error: ${reason}\n`)
  if (listening?.advice) process.stderr.write(`${prog}: ${listening.advice}\n`)
  return 1
}

/** A configuration, a certificate, or a file of the user's (the log). */
function isUsersToMend(error: unknown): boolean {
  if (error instanceof ConfigError || error instanceof CertificateError) return true
  return error instanceof Error && 'syscall' in error && 'path' in error
}

/** Whoever read the output is gone; the server goes on. */
function ignoreClosedPipe(): void {}
