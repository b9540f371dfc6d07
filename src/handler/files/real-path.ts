/**
 * Where an opened file really is: asked of the descriptor, so that renaming or relinking its name between the check and
 * the use changes nothing.
 */
import { existsSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs'
import type { OpenFile } from './open-file.js'

/** Linux names every open descriptor in a directory of its own; a bare chroot may lack it, other systems do. */
const DESCRIPTORS = '/proc/self/fd'
const hasDescriptorPaths = process.platform === 'linux' && existsSync(DESCRIPTORS)

/** For so long the answer for a path is taken again, if it still leads to the same file, unrenamed. */
const REMEMBERED_MS = 1_000
/** Answers remembered; with more, it starts anew. */
const MAX_ANSWERS = 1_024

interface Answer {
  readonly realPath: string
  readonly stats: Stats
  /** In milliseconds of a monotonic clock. */
  readonly foundAt: number
}

/** The kernel's answer costs as much as opening the file, and is asked for a thousand times for the same few files. */
const answers = new Map<string, Answer>()

/**
 * Real path as an octet string; null when it can't be told.
 *
 * @param now - Milliseconds of a monotonic clock.
 */
export function realPathOf(file: OpenFile, now: number = performance.now()): string | null {
  const { path, stats } = file
  if (typeof path !== 'string') return askFor(file)
  const known = answers.get(path)
  if (known !== undefined && now - known.foundAt < REMEMBERED_MS && isUnmoved(known.stats, stats)) return known.realPath
  const realPath = askFor(file)
  if (realPath === null) return null
  if (answers.size >= MAX_ANSWERS) answers.clear()
  answers.set(path, { realPath, stats, foundAt: now })
  return realPath
}

/** A path by which the opened directory itself is listed, whatever its own path leads to by now, where there is one. */
export function listablePath(directory: OpenFile): string | Buffer {
  return hasDescriptorPaths ? `${DESCRIPTORS}/${directory.fd}` : directory.path
}

function askFor(file: OpenFile): string | null {
  return hasDescriptorPaths ? pathOfDescriptor(file.fd) : pathByIdentity(file)
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
    return isSameFile(statSync(real), file.stats) ? real.toString('latin1') : null
  } catch {
    return null
  }
}

/** The same file, and since then neither renamed nor replaced by a new one under its number: both set the change time. */
function isUnmoved(one: Stats, other: Stats): boolean {
  return isSameFile(one, other) && one.ctimeMs === other.ctimeMs
}

function isSameFile(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev
}
