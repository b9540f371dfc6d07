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
  serve_files: boolean
  /** Absolute path. */
  serve_files_root: string
  serve_files_list_directories: boolean
  /** Follow symbolic links that lead out of the root; Python's original does. */
  serve_files_follow_symlinks: boolean
  /** Hide names that begin with a dot, but for `.well-known`. */
  serve_files_hide_dotfiles: boolean
  /** Send `name.br` or `name.gz` in place of `name` to clients that accept it. */
  serve_files_precompressed: boolean
  serve_robots_txt: boolean
  /** Who may come in; null while everybody may. */
  credentials: CredentialStore | null
}

export interface HandlerServer {
  readonly logger: Logger
  get_config(): ServerConfig
}
