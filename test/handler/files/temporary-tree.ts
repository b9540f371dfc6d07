/**
 * A directory of its own for each test file, with a web root in it and a secret beside the root; removed at the end.
 */
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'

/** Fri, 13 Feb 2009 23:31:30 GMT, in seconds since 1970. */
export const MODIFIED = 1_234_567_890
export const MODIFIED_DATE = 'Fri, 13 Feb 2009 23:31:30 GMT'
export const SECRET = 'outside of the root\n'

export class TemporaryTree {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), 'files-')))
  readonly root = join(this.base, 'root')

  constructor() {
    mkdirSync(this.root)
    writeFileSync(join(this.base, 'outside.txt'), SECRET)
    mkdirSync(join(this.base, 'root-beside'))
    writeFileSync(join(this.base, 'root-beside', 'near.txt'), SECRET)
    afterAll(() => rmSync(this.base, { recursive: true, force: true }))
  }

  /** Writes a file below the root, dated in the past, and gives its path. A Buffer names it octet by octet. */
  write(name: string | Buffer, content: string | Buffer = '', modified = MODIFIED): string | Buffer {
    const path =
      typeof name === 'string'
        ? join(this.root, ...name.split('/'))
        : Buffer.concat([Buffer.from(`${this.root}/`), name])
    if (typeof path === 'string') mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    utimesSync(path, modified, modified)
    return path
  }

  makeDirectory(name: string): string {
    const path = join(this.root, name)
    mkdirSync(path, { recursive: true })
    return path
  }

  /** Makes a named pipe below the root; false where there is no such command. */
  makePipe(name: string): boolean {
    return spawnSync('mkfifo', [join(this.root, name)]).status === 0
  }

  /** Makes a link below the root; the target is written into it as given. */
  link(name: string, target: string): void {
    symlinkSync(target, join(this.root, name))
  }
}

/** Descriptors that this process has open on things below a directory; null where the system doesn't tell. */
export function openDescriptors(below: string): number | null {
  if (process.platform !== 'linux') return null
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return realpathSync.native(`/proc/self/fd/${fd}`).startsWith(below)
    } catch {
      return false
    }
  }).length
}
