/**
 * The path a request asks for, as names below the web root: split, with empty names, `.` and `..` resolved the way
 * Python's `dispatch_handler` does it, so that no name can lead upwards. Names are octets (a file name need not be
 * UTF-8), held as latin-1 strings. Pure: nothing here touches a file.
 */
import { isAscii, isUtf8 } from 'node:buffer'

export class FilePath {
  /** Names from the root down, each an octet string without `/`; none of them is empty, `.` or `..`. */
  readonly names: readonly string[]
  /** Whether the path as requested ends with a slash, which asks for a directory. */
  readonly endsWithSlash: boolean

  private constructor(names: readonly string[], endsWithSlash: boolean) {
    this.names = names
    this.endsWithSlash = endsWithSlash
  }

  /**
   * @param decoded - The request's path, percent-decoded once, before any normalising.
   * @returns null for what can't name a file on this system.
   */
  static parse(decoded: Buffer, platform: NodeJS.Platform = process.platform): FilePath | null {
    const text = decoded.toString('latin1')
    if (text.includes('\0')) return null
    const names: string[] = []
    for (const name of text.split('/')) {
      if (name === '..') names.pop()
      else if (name !== '' && name !== '.') names.push(name)
    }
    if (platform === 'win32' && !names.every(isPlainWindowsName)) return null
    return new FilePath(names, text.endsWith('/'))
  }

  /** The path of an entry of this directory. `name` is the program's own, never the peer's. */
  child(name: string): FilePath {
    return new FilePath([...this.names, name], false)
  }

  /** The path of the file beside this one whose name is longer by an ending of the program's. */
  neighbour(extension: string): FilePath {
    const last = this.names.length - 1
    return new FilePath([...this.names.slice(0, last), (this.names[last] ?? '') + extension], false)
  }

  /** Where this is below the given root; text where the octets are UTF-8, else the octets. */
  below(root: string): string | Buffer {
    const relative = this.names.join('/')
    const octets = Buffer.from(relative, 'latin1')
    const parent = root.endsWith('/') ? root : `${root}/`
    if (isAscii(octets)) return parent + relative
    if (isUtf8(octets)) return parent + octets.toString('utf8')
    return Buffer.concat([Buffer.from(parent), octets])
  }
}

/** Another separator, a drive, a stream, or an ending that Windows drops would name a file other than it says. */
function isPlainWindowsName(name: string): boolean {
  return !/[\\:]|[. ]$/.test(name)
}
