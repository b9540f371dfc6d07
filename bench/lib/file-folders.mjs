// The files that are served, made once per run in a folder of the system's for temporary files and removed at the end.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bodyOf } from './stream-of.mjs'

export const LISTED = 'many'

/** Octets of each file by its name. */
export const FILES = (smoke) => ({ '1k.bin': 1024, '1m.bin': 2 ** 20, '64m.bin': smoke ? 4 * 2 ** 20 : 64 * 2 ** 20 })

let made

/** @returns Paths: `files` holds FILES, `listed` a folder LISTED with files of the given `names`, `scratch` is empty. */
export function fileFolders(smoke) {
  made ??= makeFolders(smoke)
  return made
}

function makeFolders(smoke) {
  const base = mkdtempSync(join(tmpdir(), 'bench-'))
  process.on('exit', () => rmSync(base, { recursive: true, force: true }))
  const [files, listed, scratch] = ['files', 'listed', 'scratch'].map((name) => join(base, name))
  for (const folder of [files, join(listed, LISTED), scratch]) mkdirSync(folder, { recursive: true })
  for (const [name, octets] of Object.entries(FILES(smoke))) writeOldFile(join(files, name), bodyOf(octets))
  const names = Array.from({ length: smoke ? 200 : 10_000 }, (_, number) => `file-${number}.txt`)
  for (const name of names) writeFileSync(join(listed, LISTED, name), '')
  return { files, listed, scratch, names }
}

/** A file that looks an hour old: the entity tag of a new one is weak for a second, and then answers get shorter. */
function writeOldFile(path, octets) {
  writeFileSync(path, octets)
  const written = Date.now() / 1000 - 3600
  utimesSync(path, written, written)
}
