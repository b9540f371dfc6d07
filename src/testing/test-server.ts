/**
 * A server for the length of a test: on a free loopback port, with or without TLS, closed by `await using`. It composes
 * what the package and this kit offer; there is nothing here that a program could not do by itself.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AdvancedHTTPServer, type AdvancedHTTPServerOptions, type HandlerClass } from '../index.js'
import type { Fault, HandshakeFault } from './faults/fault.js'
import type { FaultChooser } from './faults/faults.js'
import { withFaults } from './faults/with-faults.js'
import { Relay } from './relay.js'
import { selfSigned } from './self-signed.js'

type AnyFault = Fault | FaultChooser | HandshakeFault

/** A server class whose constructor takes what `AdvancedHTTPServer`'s does. */
export type ServerClass = new (klass: HandlerClass, options: AdvancedHTTPServerOptions) => AdvancedHTTPServer

/** What a server for tests may be told beside what every server may. */
export interface TestServerOptions extends Omit<AdvancedHTTPServerOptions, 'addresses' | 'address'> {
  /** Speak TLS, with a certificate made on the spot unless `ssl_certfile` is given; false by default. */
  readonly tls?: boolean | undefined
  /** Act on every response and on every TLS handshake. */
  readonly faults?: readonly AnyFault[]
  /** Made instead of AdvancedHTTPServer. */
  readonly server_class?: ServerClass
}

/** A server for one test; `await using` ends it. */
export interface TestServer extends AsyncDisposable {
  /** The server itself. */
  readonly server: AdvancedHTTPServer
  /** Where it listens: `127.0.0.1`. */
  readonly host: string
  /** Where clients connect to. */
  readonly port: number
  /** `http://127.0.0.1:<port>`, or `https:`, without a slash at its end. */
  readonly url: string
  /** PEM of the certificate made on the spot, for clients to trust; null when none was made. */
  readonly certificate: string | null
  /** Ends every connection and stops listening. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'

/** @throws what the server's constructor and `listen` throw; TypeError for a handshake fault without TLS. */
export async function startServer(klass: HandlerClass, options: TestServerOptions = {}): Promise<TestServer> {
  const { tls = false, faults = [], server_class = AdvancedHTTPServer, ...serverOptions } = options
  const [slow = null, ...others] = faults.filter(isHandshakeFault)
  if (slow !== null && !tls) throw new TypeError(`${slow.name} needs a server that speaks TLS`)
  if (others.length > 0) throw new TypeError('a handshake can have one fault only')
  const files = tls && serverOptions.ssl_certfile === undefined ? await CertificateFiles.make() : null
  const addresses = [[HOST, 0, tls]] as const
  let server: AdvancedHTTPServer
  try {
    server = new server_class(misbehaving(klass, faults), { ...files?.options, ...serverOptions, addresses })
    await server.listen()
  } finally {
    await files?.remove()
  }
  const bound = server.sub_servers[0]?.server_address[1] ?? 0
  const relay = slow === null ? null : await Relay.open(HOST, bound, slow)
  const port = relay?.port ?? bound
  const close = async (): Promise<void> => {
    await Promise.all([relay?.close(), server.shutdown({ grace_ms: 0 })])
  }
  const certificate = files?.certificate ?? null
  const url = `${tls ? 'https' : 'http'}://${HOST}:${port}`
  return { server, host: HOST, port, url, certificate, close, [Symbol.asyncDispose]: close }
}

function misbehaving(klass: HandlerClass, faults: readonly AnyFault[]): HandlerClass {
  const onResponses = faults.filter((fault): fault is Fault | FaultChooser => !isHandshakeFault(fault))
  return onResponses.length === 0 ? klass : withFaults(klass, ...onResponses)
}

function isHandshakeFault(fault: AnyFault): fault is HandshakeFault {
  return typeof fault !== 'function' && fault.subject === 'handshake'
}

/** Servers read certificates from files: these live as long as it takes. */
class CertificateFiles {
  readonly certificate: string
  readonly options: { readonly ssl_certfile: string; readonly ssl_keyfile: string }
  readonly #directory: string

  private constructor(directory: string, certificate: string) {
    this.#directory = directory
    this.certificate = certificate
    this.options = { ssl_certfile: join(directory, 'certificate.pem'), ssl_keyfile: join(directory, 'key.pem') }
  }

  static async make(): Promise<CertificateFiles> {
    const { certificate, key } = selfSigned()
    const files = new CertificateFiles(await mkdtemp(join(tmpdir(), 'test-server-')), certificate)
    await writeFile(files.options.ssl_certfile, certificate)
    await writeFile(files.options.ssl_keyfile, key, { mode: 0o600 })
    return files
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true })
  }
}
