/**
 * Opens what a request path names, and nothing that is not really below the web root. The check is made on the opened
 * descriptor, not on a name that could lead elsewhere a moment later.
 */
import { sep } from 'node:path'
import type { FilePath } from './file-path.js'
import { type Opening, openFile } from './open-file.js'
import { realPathOf } from './real-path.js'
import type { WebRoot } from './web-root.js'

export interface OpenOptions {
  /** Serve what links lead to outside of the root, as Python does. */
  readonly followSymlinks: boolean
  /** Treat names that begin with a dot as absent. */
  readonly hideDotfiles: boolean
}

/** Never rejects, whatever the path. Who gets a file closes it. */
export async function openBelowRoot(root: WebRoot, path: FilePath, options: OpenOptions): Promise<Opening> {
  if (options.hideDotfiles && path.names.some(isHidden)) return { kind: 'forbidden', reason: 'hidden' }
  const opening = await openFile(path.below(root.path))
  if (!('file' in opening) || options.followSymlinks) return opening
  const refusal = refusalOf(root, realPathOf(opening.file), options)
  if (refusal === null) return opening
  opening.file.close()
  return refusal
}

function refusalOf(root: WebRoot, realPath: string | null, options: OpenOptions): Opening | null {
  const relative = realPath === null ? null : root.relative(realPath)
  if (relative === null) return { kind: 'forbidden', reason: 'outside-root' }
  // A link with a plain name may lead to a hidden one.
  if (options.hideDotfiles && relative.split(sep).some(isHidden)) return { kind: 'forbidden', reason: 'hidden' }
  return null
}

/** RFC 8615's directory is there to be asked for: certificates are issued through it. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') && name !== '.well-known'
}
