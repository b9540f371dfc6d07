/**
 * What an opened directory holds, for its listing: names as octets, in order, and what each of them is. Says nothing of
 * how a listing looks.
 */
import { Buffer } from 'node:buffer'
import { type Dirent, lstat, readdir, realpath, type Stats, stat } from 'node:fs'
import { isHidden } from './open-below-root.js'
import type { OpenFile } from './open-file.js'
import { listablePath } from './real-path.js'
import type { WebRoot } from './web-root.js'

/** Entries asked about at the same time: enough to keep the thread pool busy, few enough to leave it to others. */
const CONCURRENT_STATS = 32

/** Name and kind of an entry. */
export interface EntryName {
  /** As the file system has it; it need not be UTF-8. */
  readonly name: Buffer
  /** Whether it is a directory, or a link to one. */
  readonly isDirectory: boolean
  readonly isLink: boolean
}

export interface Entry extends EntryName {
  /** Octets. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly mtimeMs: number
}

export interface ListingOptions {
  readonly hideDotfiles: boolean
  /** Links that lead out of this root are left out; null: none are. */
  readonly root: WebRoot | null
}

/** Every entry, links that lead nowhere included, as Python's `os.listdir` has them. Null when it can't be read. */
export async function listNames(directory: OpenFile, hideDotfiles: boolean): Promise<EntryName[] | null> {
  const names = await readNames(directory, hideDotfiles)
  if (names === null) return null
  return mapConcurrently(names, async (entry) => {
    if (!entry.isSymbolicLink()) return { name: entry.name, isDirectory: entry.isDirectory(), isLink: false }
    const target = await statsOf(stat, pathIn(directory, entry.name))
    return { name: entry.name, isDirectory: target?.isDirectory() ?? false, isLink: true }
  })
}

/** The entries that a client would get if it asked: files and directories that are there. Null when it can't be read. */
export async function listEntries(directory: OpenFile, options: ListingOptions): Promise<Entry[] | null> {
  const names = await readNames(directory, options.hideDotfiles)
  if (names === null) return null
  const entries = await mapConcurrently(names, (entry) => describe(directory, entry, options.root))
  return entries.filter((entry): entry is Entry => entry !== null)
}

async function describe(directory: OpenFile, entry: Dirent<Buffer>, root: WebRoot | null): Promise<Entry | null> {
  const path = pathIn(directory, entry.name)
  const isLink = entry.isSymbolicLink()
  if (isLink && root !== null && !(await leadsBelow(root, path))) return null
  const stats = await statsOf(isLink ? stat : lstat, path)
  if (stats === null || !(stats.isFile() || stats.isDirectory())) return null
  return { name: entry.name, isDirectory: stats.isDirectory(), isLink, size: stats.size, mtimeMs: stats.mtimeMs }
}

/** Entries in the order of their names in lower case, by code point, as Python sorts them. */
function readNames(directory: OpenFile, hideDotfiles: boolean): Promise<Dirent<Buffer>[] | null> {
  return new Promise((resolve) => {
    readdir(listablePath(directory), { encoding: 'buffer', withFileTypes: true }, (error, entries) => {
      if (error !== null) return resolve(null)
      const shown = hideDotfiles ? entries.filter(({ name }) => !isHidden(name.toString('latin1'))) : entries
      resolve(sortByName(shown))
    })
  })
}

/** Sorts by lower-case code points; equal names (but for case) by their octets, so that the order never depends on the disk. */
export function sortByName<T extends { readonly name: Buffer }>(entries: readonly T[]): T[] {
  return entries
    .map((entry) => ({ entry, key: sortKey(entry.name) }))
    .sort((one, other) => compare(one.key, other.key) || Buffer.compare(one.entry.name, other.entry.name))
    .map(({ entry }) => entry)
}

/** UTF-8 keeps the order of code points, which UTF-16 does not, and its octets as latin-1 text compare fast. */
function sortKey(name: Buffer): string {
  return Buffer.from(name.toString('utf8').toLowerCase()).toString('latin1')
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

function pathIn(directory: OpenFile, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(listablePath(directory)), SLASH, name])
}

const SLASH = Buffer.from('/')

function leadsBelow(root: WebRoot, path: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    realpath.native(path, 'buffer', (error, real) => {
      resolve(error === null && root.relative(real.toString('latin1')) !== null)
    })
  })
}

function statsOf(ask: typeof stat | typeof lstat, path: Buffer): Promise<Stats | null> {
  return new Promise((resolve) => {
    ask(path, (error, stats) => resolve(error === null ? stats : null))
  })
}

/** Results in the order of the items, with a bounded number of them under way. */
async function mapConcurrently<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const place = next++
      results[place] = await work(items[place] as T)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT_STATS }, worker))
  return results
}
