/**
 * What of a server may be read and changed while it runs, on the model of Python's properties: the settings its handlers
 * read, who may come in, and which certificate is shown for which name. Addresses and connections are not known here.
 */
import { resolve as absolutePath } from 'node:path'
import { CredentialStore } from '../handler/credentials.js'
import type { ServerConfig } from '../handler/handler-server.js'
import type { CertificateStore } from '../tls/certificate-store.js'
import { __version__ } from '../version.js'
import { ServerError } from './server-error.js'
import type { SSLSNICertificate } from './server-options.js'

export class ServerProperties {
  readonly #config: ServerConfig
  readonly #certificates: CertificateStore | null

  /** @param certificates - Null when no address speaks TLS. */
  constructor(config: ServerConfig, certificates: CertificateStore | null) {
    this.#config = config
    this.#certificates = certificates
  }

  // ── settings that handlers read ──────────────────────────────────────────────────────────────────────────────

  /** Value of the Server field and realm of basic authentication. */
  get server_version(): string {
    return this.#config.server_version
  }
  set server_version(value: string) {
    this.#config.server_version = value
  }

  /** Whether paths without handler are looked up below {@link serve_files_root}. */
  get serve_files(): boolean {
    return this.#config.serve_files
  }
  set serve_files(value: boolean) {
    this.#config.serve_files = value
  }

  /** Directory whose files are served; stored absolute. */
  get serve_files_root(): string {
    return this.#config.serve_files_root
  }
  set serve_files_root(value: string) {
    this.#config.serve_files_root = absolutePath(value)
  }

  /** Whether a directory without index file is answered with its listing. */
  get serve_files_list_directories(): boolean {
    return this.#config.serve_files_list_directories
  }
  set serve_files_list_directories(value: boolean) {
    this.#config.serve_files_list_directories = value
  }

  /** Whether symbolic links that lead out of the root are followed. */
  get serve_files_follow_symlinks(): boolean {
    return this.#config.serve_files_follow_symlinks
  }
  set serve_files_follow_symlinks(value: boolean) {
    this.#config.serve_files_follow_symlinks = value
  }

  /** Whether names that begin with a dot are as good as absent, but for `.well-known`. */
  get serve_files_hide_dotfiles(): boolean {
    return this.#config.serve_files_hide_dotfiles
  }
  set serve_files_hide_dotfiles(value: boolean) {
    this.#config.serve_files_hide_dotfiles = value
  }

  /** Whether `name.br` or `name.gz` is sent in place of `name` to clients that accept it. */
  get serve_files_precompressed(): boolean {
    return this.#config.serve_files_precompressed
  }
  set serve_files_precompressed(value: boolean) {
    this.#config.serve_files_precompressed = value
  }

  /** Whether `/robots.txt` is answered with a page that asks all robots to stay away. */
  get serve_robots_txt(): boolean {
    return this.#config.serve_robots_txt
  }
  set serve_robots_txt(value: boolean) {
    this.#config.serve_robots_txt = value
  }

  // ── basic authentication ─────────────────────────────────────────────────────────────────────────────────────

  /** Requires credentials from now on, or requires none any more and forgets those there are. */
  auth_set(status: boolean): void {
    this.#config.credentials = status ? (this.#config.credentials ?? new CredentialStore()) : null
  }

  /**
   * Lets a user in, and requires credentials from now on.
   *
   * @param password - The password, or its hash when `pwtype` names one: a raw digest, or hexadecimal.
   * @throws as `CredentialStore.add`: unknown type, wrong length.
   */
  auth_add_creds(username: string, password: string | Uint8Array, pwtype = 'plain'): void {
    const credentials = this.#config.credentials ?? new CredentialStore()
    credentials.add(username, password, pwtype)
    this.#config.credentials = credentials
  }

  /** Lets a user in no more; all of them without a name. Credentials stay required. */
  auth_delete_creds(username?: string): void {
    this.#config.credentials?.delete(username)
  }

  // ── TLS by server name ───────────────────────────────────────────────────────────────────────────────────────

  /** The SNI table. @throws ServerError `TLS_NOT_IN_USE` */
  get sni_certs(): SSLSNICertificate[] {
    return this.#tls.certs
  }

  /**
   * Presents a certificate to clients that ask for this name, from the next handshake on.
   *
   * @param hostname - A name, or `*.example.com` for one label in front of `example.com`; exact names come first.
   * @throws ServerError `TLS_NOT_IN_USE`; CertificateError naming the file.
   */
  add_sni_cert(
    hostname: string,
    options: {
      readonly ssl_certfile: string
      readonly ssl_keyfile?: string | undefined
      readonly ssl_password?: string | undefined
      readonly ssl_version?: string | undefined
    },
  ): void {
    this.#tls.add(hostname, options)
  }

  /** Presents the default certificate to clients that ask for this name. @throws ServerError `TLS_NOT_IN_USE`; CertificateError `UNKNOWN_HOSTNAME` */
  remove_sni_cert(hostname: string): void {
    this.#tls.remove(hostname)
  }

  /** Reads all certificate files again; open connections go on. @throws CertificateError; the old ones then stay. */
  reload_certs(): void {
    this.#tls.reloadAll()
  }

  get #tls(): CertificateStore {
    if (this.#certificates === null)
      throw new ServerError('TLS_NOT_IN_USE', 'TLS is not in use: no ssl_certfile was given')
    return this.#certificates
  }
}

/** The settings of a server that nobody has changed. */
export function defaultConfig(): ServerConfig {
  return {
    server_version: `AdvancedHTTPServer/${__version__}`,
    serve_files: false,
    serve_files_root: process.cwd(),
    serve_files_list_directories: true,
    serve_files_follow_symlinks: false,
    serve_files_hide_dotfiles: false,
    serve_files_precompressed: false,
    serve_robots_txt: true,
    credentials: null,
  }
}
