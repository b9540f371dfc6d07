/**
 * The directory below which a server serves files, and where it really is. The real path is remembered for a second; what
 * seems to lie outside of it is held against a fresh one, so that a root swapped for another (a link to the newest
 * release) serves from its next request on. Paths here are octet strings (latin-1).
 */
import { realpathSync } from 'node:fs'
import { sep } from 'node:path'

/** For so long something below the root of a moment ago may still be served. */
const REMEMBERED_MS = 1_000

/** The root of each server, as long as its setting stays the same. */
const rootsByOwner = new WeakMap<object, WebRoot>()

export class WebRoot {
  /** Absolute, as the program gave it. */
  readonly path: string
  /** Real path; null while there is no such directory. Written only by #resolve(). */
  #realPath: string | null = null
  /** When it was found, in milliseconds of a monotonic clock. */
  #resolvedAt = -Infinity

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
   *
   * @param now - Milliseconds of a monotonic clock.
   */
  relative(realPath: string, now: number = performance.now()): string | null {
    if (now - this.#resolvedAt < REMEMBERED_MS) {
      const relative = relativeBelow(realPath, this.#realPath)
      if (relative !== null) return relative
    }
    this.#resolve(now)
    return relativeBelow(realPath, this.#realPath)
  }

  #resolve(now: number): void {
    this.#resolvedAt = now
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
