/** What a server is made with, what its calls may be given, and what it shows: shapes without behaviour. */
import type { Limits } from '../http/limits.js'
import type { Logger } from '../logging/logger.js'
import type { Timeouts } from '../net/timeouts.js'
import type { ClientVerification } from '../tls/certificate-store.js'
import type { Address } from './addresses.js'
import type { ServerNonThreaded } from './sub-server.js'

/** What a server is made with; what is left out has Python's default. */
export interface AdvancedHTTPServerOptions {
  /** Addresses to bind; port 0 means any free one. */
  readonly addresses?: readonly Address[] | undefined
  /** @deprecated since 2.0.12, as in Python: use `addresses`. TLS when `ssl_certfile` is given. */
  readonly address?: readonly [host: string, port: number] | undefined
  /** true (default): connections are served side by side; false: one at a time, the others wait. */
  readonly use_threads?: boolean | undefined
  /** PEM file with the certificate chain, and the key unless `ssl_keyfile` is given. */
  readonly ssl_certfile?: string | undefined
  /** PEM file with the key, when it is not in `ssl_certfile`. */
  readonly ssl_keyfile?: string | undefined
  /** Pass phrase of an encrypted key. */
  readonly ssl_password?: string | undefined
  /** Python's name of a TLS version, which is then the only one; 1.2 and up by default. */
  readonly ssl_version?: string | undefined
  /** PEM file of the authorities whose client certificates are accepted. */
  readonly ssl_ca?: string | undefined
  /** Whether clients are asked for a certificate: `'none'` (default), `'optional'`, `'required'`. */
  readonly ssl_verify?: ClientVerification | undefined
  /** Replaces single defaults; bytes unless the name says otherwise. */
  readonly limits?: Partial<Limits> | undefined
  /** Replaces single defaults; milliseconds. */
  readonly timeouts?: Partial<Timeouts> | undefined
  /** Where the server and its handlers log to; nowhere by default. */
  readonly logger?: Logger | undefined
}

/** One line of the SNI table. */
export interface SSLSNICertificate {
  /** The name clients ask for, or `*.example.com`. */
  readonly hostname: string
  /** Path of the PEM file with the chain. */
  readonly certfile: string
  /** Path of the PEM file with the key; null when `certfile` has it. */
  readonly keyfile: string | null
}

/**
 * One listening address with the values a program puts on it for its handlers: what `this.server` is in a
 * `RequestHandler<SubServer<Values>>`.
 */
export type SubServer<Values extends object = object> = ServerNonThreaded & Values

/** How {@link AdvancedHTTPServer.serve_forever} serves. */
export interface ServeOptions {
  /** Serve in so many processes, each of which runs this program from its start. */
  readonly workers?: number | undefined
  /** Shuts the server down when it is aborted. */
  readonly signal?: AbortSignal | undefined
}

/** How long {@link AdvancedHTTPServer.shutdown} waits. */
export interface ShutdownOptions {
  /** Milliseconds that requests in flight may take; 10 seconds by default, `Infinity` for as long as it takes. */
  readonly grace_ms?: number | undefined
  /** Ends the grace time at once when it is aborted. */
  readonly signal?: AbortSignal | undefined
}
