/**
 * From an opened directory to the page that lists it.
 */
import { Buffer } from 'node:buffer'
import { resolve } from 'node:path'
import { renderListing, renderOriginalListing } from '../listing.js'
import { listEntries, listNames } from './directory-entries.js'
import { type FileHandler, type RespondListOptions, respondRefusal } from './file-handler.js'
import { type OpenFile, type Opening, openFile } from './open-file.js'
import { absolutePath } from './respond-file.js'
import { WebRoot } from './web-root.js'

/** Should a name ever slip through unescaped, it still runs nothing and loads nothing from elsewhere. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"

/**
 * Answers with the listing of a directory of the program's choice, wherever it is.
 *
 * @param path - A Buffer when it is no valid UTF-8.
 * @remarks Source: `respond_list_directory` of AdvancedHTTPServer.
 */
export async function respondListDirectory(
  handler: FileHandler,
  path: string | Buffer,
  { opened }: RespondListOptions = {},
): Promise<void> {
  opened?.claim()
  const opening: Opening = opened ? { kind: 'directory', file: opened } : await openFile(absolutePath(path))
  if (!('file' in opening)) return respondRefusal(handler, opening)
  const { file, kind } = opening
  try {
    const page = kind === 'directory' ? await pageOf(handler, path, file, opened !== undefined) : null
    if (page === null) return await handler.respond_not_found()
    sendPage(handler, Buffer.from(page))
  } finally {
    file.close()
  }
}

/**
 * @param belowRoot - Whether the directory was reached from the web root, so that links in it may lead no further.
 * @returns null when the directory can't be read.
 */
async function pageOf(
  handler: FileHandler,
  path: string | Buffer,
  directory: OpenFile,
  belowRoot: boolean,
): Promise<string | null> {
  const config = handler.server.get_config()
  const hideDotfiles = config.serve_files_hide_dotfiles
  const hasParent = typeof path !== 'string' || resolve(path) !== config.serve_files_root
  if (!handler.modern_listing) {
    const entries = await listNames(directory, hideDotfiles)
    return entries && renderOriginalListing({ path: handler.path, entries, hasParent })
  }
  const confined = belowRoot && !config.serve_files_follow_symlinks
  const root = confined ? WebRoot.of(handler.server, config.serve_files_root) : null
  const entries = await listEntries(directory, { hideDotfiles, root })
  return entries && renderListing({ path: handler.path, entries, hasParent })
}

function sendPage(handler: FileHandler, page: Buffer): void {
  handler.send_response(200)
  handler.send_header('Content-Type', 'text/html; charset=utf-8')
  handler.send_header('Content-Length', page.length)
  if (handler.modern_listing) {
    handler.send_header('X-Content-Type-Options', 'nosniff')
    handler.send_header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
  }
  handler.end_headers()
  handler.wfile.write(page)
}
