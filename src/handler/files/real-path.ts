/**
 * Where an opened file really is: asked of the descriptor, so that renaming or relinking its name between the check and
 * the use changes nothing.
 */
import { existsSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import type { OpenFile } from './open-file.js'

/** Linux names every open descriptor in a directory of its own; a bare chroot may lack it, other systems do. */
const DESCRIPTORS = '/proc/self/fd'
const hasDescriptorPaths = process.platform === 'linux' && existsSync(DESCRIPTORS)

/** Real path as an octet string; null when it can't be told. */
export function realPathOf(file: OpenFile): string | null {
  return hasDescriptorPaths ? pathOfDescriptor(file.fd) : pathByIdentity(file)
}

/** A path by which the opened directory itself is listed, whatever its own path leads to by now, where there is one. */
export function listablePath(directory: OpenFile): string | Buffer {
  return hasDescriptorPaths ? `${DESCRIPTORS}/${directory.fd}` : directory.path
}

function pathOfDescriptor(fd: number): string | null {
  try {
    return readlinkSync(`${DESCRIPTORS}/${fd}`, 'latin1')
  } catch {
    return null
  }
}

/** Resolves the name again and believes the result only if it leads to the very file that is open. */
export function pathByIdentity(file: OpenFile): string | null {
  try {
    const real = realpathSync.native(file.path, 'buffer')
    const { ino, dev } = statSync(real)
    return ino === file.stats.ino && dev === file.stats.dev ? real.toString('latin1') : null
  } catch {
    return null
  }
}
