/**
 * The certificates of one server: the default one, and the table of those that a client gets by the name it asks for
 * (SNI). Changes count for handshakes that begin afterwards; connections that are open keep what they have. Knows
 * nothing of sockets: `accept.ts` takes the options from here.
 */
import type { SecureContext, SecureContextOptions, TlsOptions } from 'node:tls'
import { loadCertificate, parseCertificate, readPem, type Certificate, type CertificateFiles } from './certificate.js'
import { CertificateError } from './certificate-error.js'
import { type ProtocolVersions, resolve_ssl_protocol_version } from './protocol-version.js'

export interface CertificateOptions extends CertificateFiles {
  /** Python's name of a TLS version, see {@link resolve_ssl_protocol_version}. */
  readonly ssl_version?: string | null | undefined
}

/** What a client has to show: nothing, a certificate if it has one, a certificate. */
export type ClientVerification = 'none' | 'optional' | 'required'

export interface CertificateStoreOptions extends CertificateOptions {
  /** PEM file of the authorities whose client certificates are accepted, whatever name the client asks for. */
  readonly ssl_ca?: string | undefined
  /** Default: `required` with `ssl_ca`, else `none`. A certificate that is shown has to be good in either case. */
  readonly ssl_verify?: ClientVerification | undefined
}

/** One line of the SNI table, as it was given. */
export interface SNICertificate {
  readonly hostname: string
  readonly certfile: string
  /** null: the key is in `certfile`. */
  readonly keyfile: string | null
}

interface SNIEntry {
  readonly description: SNICertificate
  readonly options: CertificateOptions
  readonly certificate: Certificate
}

/** ALPN (RFC 7301): a client that offers other protocols only is refused in the handshake. */
const ALPN_PROTOCOLS = ['http/1.1']

/** OpenSSL resumes no session with a client certificate in a context without one; equal for all names, as are the CAs. */
const SESSION_ID_CONTEXT = 'advancedhttpserver'

export class CertificateStore {
  readonly clientVerification: ClientVerification
  readonly #options: CertificateStoreOptions
  /** Settled by the default certificate's options; see {@link add} for why the names share it. */
  readonly #versions: ProtocolVersions
  #default: Certificate
  /** What `accept.ts` builds its TLS server of; a new object whenever the default certificate changes. */
  #tlsOptions: TlsOptions
  /** By {@link canonicalName}. */
  readonly #entries = new Map<string, SNIEntry>()

  /** @throws CertificateError when the files can't serve; RangeError for an unknown version or verification. */
  constructor(options: CertificateStoreOptions) {
    this.#options = options
    this.#versions = resolve_ssl_protocol_version(options.ssl_version)
    this.clientVerification = clientVerification(options)
    this.#default = this.#load(options)
    this.#tlsOptions = this.#makeTlsOptions()
  }

  /** The SNI table in the order of its additions. */
  get certs(): SNICertificate[] {
    return Array.from(this.#entries.values(), (entry) => entry.description)
  }

  /** Options for a TLS server that presents these certificates; another object after the default one was reloaded. */
  get tlsOptions(): TlsOptions {
    return this.#tlsOptions
  }

  /**
   * Presents a certificate to clients that ask for this name; replaces the one that was there.
   *
   * @param hostname - A DNS name, in any case; `*.example.com` stands for exactly one label in front of `example.com`.
   * @throws CertificateError; `VERSION_CONFLICT` when `ssl_version` allows less than the default certificate's: TLS
   *   settles the version before the name is looked at, so the name's own wish could not be kept.
   */
  add(hostname: string, options: CertificateOptions): void {
    const name = canonicalName(hostname)
    if (name === null)
      throw new CertificateError('BAD_HOSTNAME', `not a host name for a certificate: ${quote(hostname)}`)
    this.#checkVersions(hostname, resolve_ssl_protocol_version(options.ssl_version ?? this.#options.ssl_version))
    const certificate = this.#load(options)
    const description = { hostname, certfile: options.ssl_certfile, keyfile: options.ssl_keyfile ?? null }
    this.#entries.set(name, { description, options, certificate })
  }

  /** @throws CertificateError `UNKNOWN_HOSTNAME`. */
  remove(hostname: string): void {
    const name = canonicalName(hostname)
    if (name === null || !this.#entries.delete(name)) {
      throw new CertificateError('UNKNOWN_HOSTNAME', `no certificate was added for the host name ${quote(hostname)}`)
    }
  }

  /** Reads the default certificate (and `ssl_ca`) again. @throws CertificateError; the old one then stays in use. */
  reload(): void {
    this.#default = this.#load(this.#options)
    this.#tlsOptions = this.#makeTlsOptions()
  }

  /** Reads every certificate again: all of them change, or on a CertificateError none. */
  reloadAll(): void {
    const reloaded = Array.from(this.#entries, ([name, entry]): [string, SNIEntry] => [
      name,
      { ...entry, certificate: this.#load(entry.options) },
    ])
    this.reload()
    for (const [name, entry] of reloaded) this.#entries.set(name, entry)
  }

  /** The context for the name a client asked for: the exact name's, else its wildcard's, else the default one. */
  secureContextFor(servername: string): SecureContext {
    const name = servername.toLowerCase()
    const entry = this.#entries.get(name) ?? this.#entries.get(`*${name.slice(name.indexOf('.'))}`)
    return (entry?.certificate ?? this.#default).context
  }

  #load(files: CertificateFiles): Certificate {
    const { ssl_ca: ca } = this.#options
    const settings: SecureContextOptions = { ...this.#versions, sessionIdContext: SESSION_ID_CONTEXT }
    if (ca !== undefined) settings.ca = readAuthorities(ca)
    return loadCertificate(files, settings)
  }

  #makeTlsOptions(): TlsOptions {
    return {
      ...this.#default.contextOptions,
      ALPNProtocols: ALPN_PROTOCOLS,
      requestCert: this.clientVerification !== 'none',
      rejectUnauthorized: this.clientVerification === 'required',
      SNICallback: (servername, done) => {
        this.#select(servername, done)
      },
    }
  }

  /** Nothing may throw into the handshake, not even an overridden {@link secureContextFor} (CVE-2026-21637). */
  #select(servername: string, done: (error: Error | null, context?: SecureContext) => void): void {
    let context: SecureContext
    try {
      context = this.secureContextFor(servername)
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)))
      return
    }
    done(null, context)
  }

  #checkVersions(hostname: string, wanted: ProtocolVersions): void {
    const { minVersion, maxVersion } = this.#versions
    if (minVersion >= wanted.minVersion && maxVersion <= wanted.maxVersion) return
    throw new CertificateError(
      'VERSION_CONFLICT',
      `ssl_version of ${quote(hostname)} must be the default certificate's: TLS settles the version before the name`,
    )
  }
}

function clientVerification({ ssl_ca: ca, ssl_verify: verify }: CertificateStoreOptions): ClientVerification {
  const verification = verify ?? (ca === undefined ? 'none' : 'required')
  if (verification !== 'none' && verification !== 'optional' && verification !== 'required') {
    throw new RangeError(`ssl_verify must be 'none', 'optional' or 'required', not ${quote(String(verification))}`)
  }
  if (verification !== 'none' && ca === undefined) {
    // Without authorities of its own OpenSSL would accept a certificate of any public one.
    throw new CertificateError('CA_REQUIRED', `ssl_verify '${verification}' needs ssl_ca`)
  }
  return verification
}

function readAuthorities(file: string): string {
  const pem = readPem(file, 'list of authorities')
  parseCertificate(pem, file)
  return pem
}

/**
 * A host name as the table keeps it, or null when no certificate can be asked for by it: RFC 6066 3 wants a DNS name
 * in ASCII without a trailing dot. NUL and whatever else is no letter, digit, `-` or `_` makes it no name.
 */
function canonicalName(hostname: string): string | null {
  const name = hostname.toLowerCase()
  if (name.length > 253) return null
  const labels = name.split('.')
  if (labels[0] === '*' && labels.length > 1) labels.shift()
  return labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label)) ? name : null
}

function quote(text: string): string {
  return JSON.stringify(text)
}
