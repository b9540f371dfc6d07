/**
 * What a handler may ask of the server it belongs to. The listening address that `server` makes satisfies it, and carries
 * whatever values a program adds for its handlers besides.
 */
import type { Logger } from '../logging/logger.js'
import type { CredentialStore } from './credentials.js'

/** Settings that all addresses of a server share and a handler reads at each request. */
export interface ServerConfig {
  /** Value of the Server field, also the realm of basic authentication. */
  server_version: string
  /** Whether paths without handler are looked up below {@link serve_files_root}. */
  serve_files: boolean
  /** Absolute path. */
  serve_files_root: string
  /** Whether a directory without index file is answered with its listing. */
  serve_files_list_directories: boolean
  /** Follow symbolic links that lead out of the root; Python's original does. */
  serve_files_follow_symlinks: boolean
  /** Hide names that begin with a dot, but for `.well-known`. */
  serve_files_hide_dotfiles: boolean
  /** Send `name.br` or `name.gz` in place of `name` to clients that accept it. */
  serve_files_precompressed: boolean
  /** Whether `/robots.txt` asks all robots to stay away. */
  serve_robots_txt: boolean
  /** Who may come in; null while everybody may. */
  credentials: CredentialStore | null
}

/** What a handler can count on at `this.server`; programs add their own values. */
export interface HandlerServer {
  /** The listening address that the connection came in at, with the port that is really bound. */
  readonly server_address: readonly [host: string, port: number]
  /** Whether TLS is spoken there. */
  readonly using_ssl: boolean
  /** Where the server and its handlers log to. */
  readonly logger: Logger
  /** The settings as they are now. */
  get_config(): ServerConfig
}
