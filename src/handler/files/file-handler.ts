/**
 * What the file service asks of a handler and of its server, and the one answer all of its parts give: to what can't be
 * opened. `RequestHandler` satisfies {@link FileHandler} as it is.
 */
import type { Headers } from '../../http/headers.js'
import type { OpenFile, Opening } from './open-file.js'
import type { BodySink } from './send-body.js'

/** Settings of a server that concern files. */
export interface FileSettings {
  /** Absolute path. */
  readonly serve_files_root: string
  readonly serve_files_list_directories: boolean
  /** Serve what symbolic links lead to outside of the root. */
  readonly serve_files_follow_symlinks: boolean
  /** Names that begin with a dot are as good as absent, but for `.well-known`. */
  readonly serve_files_hide_dotfiles: boolean
  /** Send `name.br` or `name.gz` in place of `name` to clients that accept it. */
  readonly serve_files_precompressed: boolean
}

export interface FileHandler {
  readonly command: string
  readonly headers: Headers
  /** Path of the request, decoded and normalised, without slashes at its ends. */
  readonly path: string
  readonly query_data: Iterable<readonly [name: string, values: Iterable<string>]>
  readonly wfile: BodySink
  readonly signal: AbortSignal
  readonly server: { get_config(): FileSettings }
  /** Ranges, conditions and the fields that go with them; false: the original's fields and no others. */
  readonly extended_file_fields: boolean
  /** False: the original's listing page. */
  readonly modern_listing: boolean
  guess_mime_type(path: string): string
  date_time_string(seconds: number): string
  log_error(format: string, ...args: unknown[]): void
  send_response(code: number): void
  send_header(keyword: string, value: string | number): void
  end_headers(): void
  respond_file(path: string | Buffer, options: RespondFileOptions): void | Promise<void>
  respond_list_directory(path: string | Buffer, options: RespondListOptions): void | Promise<void>
  respond_redirect(location: string): void | Promise<void>
  respond_not_found(): void | Promise<void>
  respond_server_error(status: number): void | Promise<void>
}

/** How a file is answered with. */
export interface RespondFileOptions {
  /** Ask the client to save the file under its name instead of showing it. */
  readonly attachment?: boolean
  /** @internal The file itself, when it is open already: it is served whatever the path leads to by now. */
  readonly served?: ServedFile
}

/** How a directory is listed. */
export interface RespondListOptions {
  /** @internal The directory itself, when it is open already. */
  readonly opened?: OpenFile
}

/** An opened file and the form it is in. */
export interface ServedFile {
  readonly file: OpenFile
  /** Content coding, when the file is a precompressed neighbour. */
  readonly coding?: string
  /** Whether the choice between file and neighbours was the client's. */
  readonly negotiated: boolean
}

/** What may not be seen is not there, as far as a client can tell; what should be there and can't be read is 503. */
export function respondRefusal(
  handler: FileHandler,
  opening: Exclude<Opening, { file: OpenFile }>,
): void | Promise<void> {
  if (opening.kind !== 'unavailable') return handler.respond_not_found()
  handler.log_error('%s', opening.error.message)
  return handler.respond_server_error(503)
}
