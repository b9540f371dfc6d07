/**
 * From a request path to what answers it: a file, an index file, a listing, a redirect or nothing, as at the end of
 * AdvancedHTTPServer's `dispatch_handler`. What was found goes to the handler's own `respond_*` methods already open, so
 * that they stay overridable and nothing is looked up twice.
 */
import { Buffer } from 'node:buffer'
import { quote, unquoteToOctets } from '../percent-encoding.js'
import { urlencode } from '../query.js'
import { type FileHandler, respondRefusal, type ServedFile } from './file-handler.js'
import { FilePath } from './file-path.js'
import { openBelowRoot } from './open-below-root.js'
import type { OpenFile, Opening } from './open-file.js'
import { acceptedPrecompressions } from './precompressed.js'
import { WebRoot } from './web-root.js'

/** Tried in this order when a directory is asked for. Source: `dispatch_handler`. */
const INDEX_FILES = ['index.html', 'index.htm']

/**
 * Answers a request with what its path names below the web root.
 *
 * @param target - The path as sent, percent-encoded; a query or fragment behind it is left out.
 */
export async function servePath(handler: FileHandler, target: string): Promise<void> {
  const end = target.search(/[?#]/)
  const path = FilePath.parse(unquoteToOctets(end < 0 ? target : target.slice(0, end)))
  if (path === null) return handler.respond_not_found()
  const opening = await openPath(handler, path)
  if (!('file' in opening)) return respondRefusal(handler, opening)
  const { file, kind } = opening
  try {
    await (kind === 'file' ? serveFile(handler, path, file) : serveDirectory(handler, path, file))
  } finally {
    file.closeUnlessClaimed()
  }
}

/**
 * Where a directory asked for without its slash is. Absolute and encoded, and since no name in it is empty, it never begins
 * with two slashes, which would name another host (CVE-2021-28861).
 */
function directoryLocation({ command, query_data }: FileHandler, { names }: FilePath): string {
  const path = names.map((name) => `/${quote(Buffer.from(name, 'latin1'), '')}`).join('')
  // As in Python the query is kept for GET, in the form that its reader understood.
  const query = command === 'GET' ? urlencode(query_data) : ''
  return query === '' ? `${path}/` : `${path}/?${query}`
}

function openPath(handler: FileHandler, path: FilePath): Promise<Opening> {
  const config = handler.server.get_config()
  return openBelowRoot(WebRoot.of(handler.server, config.serve_files_root), path, {
    followSymlinks: config.serve_files_follow_symlinks,
    hideDotfiles: config.serve_files_hide_dotfiles,
  })
}

async function serveFile(handler: FileHandler, path: FilePath, file: OpenFile): Promise<void> {
  // Differs from Python: relative links in a file served as if it were a directory would lead nowhere.
  if (path.endsWithSlash) return handler.respond_not_found()
  const served = await bestForm(handler, path, file)
  try {
    await handler.respond_file(file.path, { served })
  } finally {
    served.file.closeUnlessClaimed()
  }
}

async function serveDirectory(handler: FileHandler, path: FilePath, directory: OpenFile): Promise<void> {
  if (!path.endsWithSlash) return handler.respond_redirect(directoryLocation(handler, path))
  for (const name of INDEX_FILES) {
    const index = path.child(name)
    const opening = await openPath(handler, index)
    if (opening.kind === 'unavailable') return respondRefusal(handler, opening)
    if (opening.kind === 'file') return serveIndex(handler, index, opening.file)
    if (opening.kind === 'directory') opening.file.close()
  }
  if (!handler.server.get_config().serve_files_list_directories) return handler.respond_not_found()
  return handler.respond_list_directory(directory.path, { opened: directory })
}

async function serveIndex(handler: FileHandler, path: FilePath, file: OpenFile): Promise<void> {
  try {
    await serveFile(handler, path, file)
  } finally {
    file.closeUnlessClaimed()
  }
}

/** The smallest neighbour that the client accepts and that is not older than the file, else the file itself. */
async function bestForm(handler: FileHandler, path: FilePath, file: OpenFile): Promise<ServedFile> {
  if (!handler.server.get_config().serve_files_precompressed || !handler.extended_file_fields) {
    return { file, negotiated: false }
  }
  const accepted = handler.headers.get_all('Accept-Encoding').join(',')
  for (const { coding, extension } of acceptedPrecompressions(accepted)) {
    const opening = await openPath(handler, path.neighbour(extension))
    if (!('file' in opening)) continue
    if (opening.kind === 'file' && opening.file.stats.mtimeMs >= file.stats.mtimeMs) {
      return { file: opening.file, coding, negotiated: true }
    }
    opening.file.close()
  }
  return { file, negotiated: true }
}
