/**
 * Entity tags (RFC 9110 8.8.3): which one a file has, and how lists of them are read and compared.
 */
import type { Stats } from 'node:fs'

/** A file touched this recently may be written again without its size or time changing (RFC 9110 8.8.1). */
const SETTLED_AFTER_MS = 1_000

const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g

/**
 * The tag of a file's present content, from its size and its modification time in microseconds; weak while the file
 * is so young that these two don't tell one content from the next.
 *
 * @param coding - Content coding of the representation (`gzip`): each coding of a resource needs a tag of its own.
 * @param now - Milliseconds since 1970.
 */
export function entityTagOf(stats: Pick<Stats, 'size' | 'mtimeMs'>, now: number, coding = ''): string {
  const modified = Math.floor(stats.mtimeMs * 1000).toString(16)
  const tag = `"${stats.size.toString(16)}-${modified}${coding === '' ? '' : `-${coding}`}"`
  return isSettled(stats, now) ? tag : `W/${tag}`
}

/** Whether size and time of a file can stand for its content. */
export function isSettled(stats: Pick<Stats, 'mtimeMs'>, now: number): boolean {
  return stats.mtimeMs <= now - SETTLED_AFTER_MS
}

/** The tags of an `If-Match` list; what is none is left out. */
export function entityTagsIn(list: string): string[] {
  return list.match(ENTITY_TAG) ?? []
}

/** Strong comparison: the same, and neither of them weak (RFC 9110 8.8.3.2). */
export function matchesStrongly(one: string, other: string): boolean {
  return one === other && !one.startsWith('W/')
}
