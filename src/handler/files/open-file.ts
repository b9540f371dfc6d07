/**
 * One opened file or directory: descriptor and what `fstat` said of it, so that everything later is about the same
 * object, whatever happens to its name. Knows nothing of roots, requests or responses.
 *
 * Opening and reading go through Node's thread pool, since a disk may keep them waiting, unless the file was served a
 * moment ago; `fstat` and `close` on a read-only descriptor are answered from the kernel's memory and called directly.
 */
import { close, closeSync, constants, fstatSync, open, openSync, readSync, type Stats } from 'node:fs'
import { RecentPaths } from './recent-paths.js'

/** What an attempt to open something for a peer came to. */
export type Opening =
  | { readonly kind: 'file' | 'directory'; readonly file: OpenFile }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'forbidden'; readonly reason: 'permission' | 'special-file' | 'outside-root' | 'hidden' }
  /** Not the path's fault: no descriptors left, a failing disk. */
  | { readonly kind: 'unavailable'; readonly error: Error }

const NOT_FOUND: Opening = Object.freeze({ kind: 'not-found' })

export class OpenFile {
  /** Path as opened; a Buffer when it is no valid UTF-8. */
  readonly path: string | Buffer
  readonly #fd: number
  /** Taken from the descriptor right after opening. */
  readonly stats: Stats
  /** Whether its octets are most likely in the kernel's memory, so that {@link readDirectly} doesn't wait. */
  readonly recent: boolean
  #closed = false
  #claimed = false

  constructor(path: string | Buffer, fd: number, recent = false) {
    this.path = path
    this.recent = recent
    this.#fd = fd
    this.stats = fstatSync(fd)
  }

  /** -1 once closed: the number may be another file's by then. */
  get fd(): number {
    return this.#closed ? -1 : this.#fd
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Fills the octets from the start of a slice on, as far as the file goes. Gives how many it read. */
  readDirectly(octets: Buffer, start: number): number {
    const begin = performance.now()
    const count = readSync(this.fd, octets, 0, octets.length, start)
    judgeSince(begin)
    return count
  }

  /** From here on the caller closes it: a descriptor closed under a read would be another file's by the next open. */
  claim(): void {
    this.#claimed = true
  }

  /** Idempotent, so that whoever may be last can call it. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    closeSync(this.#fd)
  }

  /** For whoever opened it and handed it on, to somebody who may not have wanted it. */
  closeUnlessClaimed(): void {
    if (!this.#claimed) this.close()
  }
}

const recentPaths = new RecentPaths()

/**
 * Opens a file or directory for reading without waiting for a writer at the other end of a pipe; what is neither is
 * closed again. Never rejects.
 */
export function openFile(path: string | Buffer): Promise<Opening> {
  if (typeof path === 'string' && recentPaths.has(path, performance.now())) return Promise.resolve(openDirectly(path))
  return new Promise((resolve) => {
    openForReading(path, (error, fd) => resolve(error === null ? examine(path, fd, false) : refusalFor(error)))
  })
}

function openDirectly(path: string): Opening {
  const begin = performance.now()
  try {
    return examine(path, openSync(path, OPEN_FLAGS), true)
  } catch (error) {
    return refusalFor(error as NodeJS.ErrnoException)
  } finally {
    judgeSince(begin)
  }
}

function judgeSince(begin: number): void {
  const now = performance.now()
  recentPaths.judge(now - begin, now)
}

// Neither flag exists on Windows.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)

function openForReading(path: string | Buffer, done: (error: NodeJS.ErrnoException | null, fd: number) => void): void {
  try {
    open(path, OPEN_FLAGS, done)
  } catch (error) {
    // Node refuses a NUL in a path before it asks the system.
    done(error as NodeJS.ErrnoException, -1)
  }
}

function examine(path: string | Buffer, fd: number, recent: boolean): Opening {
  let file: OpenFile
  try {
    file = new OpenFile(path, fd, recent)
  } catch (error) {
    close(fd)
    return { kind: 'unavailable', error: error as Error }
  }
  if (typeof path === 'string') recentPaths.add(path, performance.now())
  if (file.stats.isFile()) return { kind: 'file', file }
  if (file.stats.isDirectory()) return { kind: 'directory', file }
  file.close()
  return { kind: 'forbidden', reason: 'special-file' }
}

/** Codes that say something about the path rather than about this process or its disks. */
const REFUSALS: ReadonlyMap<string | undefined, Opening> = new Map<string | undefined, Opening>([
  ['ENOENT', NOT_FOUND],
  ['ENOTDIR', NOT_FOUND],
  ['ELOOP', NOT_FOUND],
  ['ENAMETOOLONG', NOT_FOUND],
  ['EINVAL', NOT_FOUND],
  ['EILSEQ', NOT_FOUND],
  ['ERR_INVALID_ARG_VALUE', NOT_FOUND],
  ['EACCES', { kind: 'forbidden', reason: 'permission' }],
  ['EPERM', { kind: 'forbidden', reason: 'permission' }],
  // open(2) of a socket, of a device without a driver
  ['ENXIO', { kind: 'forbidden', reason: 'special-file' }],
  ['ENODEV', { kind: 'forbidden', reason: 'special-file' }],
])

function refusalFor(error: NodeJS.ErrnoException): Opening {
  return REFUSALS.get(error.code) ?? { kind: 'unavailable', error }
}
