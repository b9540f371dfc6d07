/**
 * The directory below which a server serves files, and where it really is. The real path is remembered as long as the
 * name leads to the same directory, so that a root swapped for another (a link to the newest release) is noticed at
 * the next request. Paths here are octet strings (latin-1).
 */
import { realpathSync, type Stats, statSync } from 'node:fs'
import { sep } from 'node:path'

/** The root of each server, as long as its setting stays the same. */
const rootsByOwner = new WeakMap<object, WebRoot>()

export class WebRoot {
  /** Absolute, as the program gave it. */
  readonly path: string
  /** Real path; null while there is no such directory. Written only by #resolve(). */
  #realPath: string | null = null
  /** Identity of the directory that #realPath was found for. */
  #stats: Stats | null = null

  constructor(path: string) {
    this.path = path
  }

  /** The root at this path, remembered for its owner. */
  static of(owner: object, path: string): WebRoot {
    const known = rootsByOwner.get(owner)
    if (known?.path === path) return known
    const root = new WebRoot(path)
    rootsByOwner.set(owner, root)
    return root
  }

  /**
   * What is left of a real path below the real root (`''` for the root itself), or null when it lies elsewhere.
   */
  relative(realPath: string): string | null {
    const stats = statSync(this.path, { throwIfNoEntry: false }) ?? null
    const remembered = stats !== null && this.#stats !== null && isSameFile(stats, this.#stats)
    if (!remembered) this.#resolve(stats)
    const relative = relativeBelow(realPath, this.#realPath)
    if (relative !== null || !remembered) return relative
    // The same directory may have been renamed, or one above it: its identity stays, its path does not.
    this.#resolve(stats)
    return relativeBelow(realPath, this.#realPath)
  }

  #resolve(stats: Stats | null): void {
    this.#stats = stats
    try {
      this.#realPath = realpathSync.native(this.path, 'buffer').toString('latin1')
    } catch {
      this.#realPath = null
    }
  }
}

function relativeBelow(realPath: string, realRoot: string | null): string | null {
  if (realRoot === null) return null
  if (realPath === realRoot) return ''
  const parent = realRoot.endsWith(sep) ? realRoot : realRoot + sep
  return realPath.startsWith(parent) ? realPath.slice(parent.length) : null
}

export function isSameFile(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev
}
