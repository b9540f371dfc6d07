/**
 * The page that lists a directory: the modern one, and the original's, which is that of AdvancedHTTPServer to the octet.
 * Pure text: what the directory holds comes in. Names are a stranger's text: shown escaped and isolated from their
 * surroundings, linked percent-encoded octet by octet.
 */
import { Buffer } from 'node:buffer'
import type { Entry, EntryName } from './files/directory-entries.js'
import { sortByName } from './files/directory-entries.js'
import { htmlEscape } from './html-escape.js'
import { quote } from './percent-encoding.js'

/** A directory as a listing shows it. */
export interface Listing<E extends EntryName> {
  /** The path of the request, decoded, without slashes at its ends. */
  readonly path: string
  /** Sorted by name. */
  readonly entries: readonly E[]
  /** Whether there is something to see above this directory. */
  readonly hasParent: boolean
}

const SLASH = Buffer.from('/')
const PARENT: EntryName = { name: Buffer.from('..'), isDirectory: true, isLink: false }

/**
 * The original's page: a bare list, sorted without regard to case, `/` behind directories and `@` behind links.
 *
 * @remarks Source: `respond_list_directory` of AdvancedHTTPServer. Differs from it: the path is decoded once, not twice, and
 * a name that is no UTF-8 does not end the connection.
 */
export function renderOriginalListing({ path, entries, hasParent }: Listing<EntryName>): string {
  const title = `Directory listing for ${htmlEscape(path)}`
  const rows = (hasParent ? sortByName([PARENT, ...entries]) : entries).map(originalRow)
  return (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n' +
    `<html>\n<title>${title}</title>\n<body>\n<h2>${title}</h2>\n<hr>\n<ul>\n${rows.join('')}</ul>\n<hr>\n</body>\n</html>\n`
  )
}

function originalRow(entry: EntryName): string {
  const mark = entry.isLink ? '@' : markOf(entry)
  return `<li><a href="${hrefOf(entry)}">${htmlEscape(entry.name.toString('utf8') + mark)}</a>\n`
}

/** The modern page: folders first, sizes, dates; readable on a phone and in the dark, without a script. */
export function renderListing({ path, entries, hasParent }: Listing<Entry>): string {
  const title = `Index of ${htmlEscape(path === '' ? '/' : `/${path}/`)}`
  const rows = [...entries.filter(isDirectory), ...entries.filter((entry) => !entry.isDirectory)].map(row)
  if (hasParent) rows.unshift(PARENT_ROW)
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Size</th><th scope="col">Modified<span> (UTC)</span></th></tr></thead>
<tbody>
${rows.join('')}</tbody>
</table>
${entries.length === 0 ? '<p>This folder is empty.</p>\n' : ''}</main>
</body>
</html>
`
}

const PARENT_ROW = '<tr><td><a href="../" aria-label="Parent folder">../</a></td><td></td><td></td></tr>\n'

function row(entry: Entry): string {
  const name = htmlEscape(entry.name.toString('utf8'))
  const size = entry.isDirectory ? '' : `<data value="${entry.size}">${readableSize(entry.size)}</data>`
  return (
    `<tr><td><a href="${hrefOf(entry)}"><bdi>${name}</bdi>${markOf(entry)}</a></td>` +
    `<td>${size}</td><td>${timeElement(entry.mtimeMs)}</td></tr>\n`
  )
}

/** Every octet but the unreserved ones is encoded, the colon too: no name can pass for a scheme or for a path. */
function hrefOf(entry: EntryName): string {
  return quote(entry.isDirectory ? Buffer.concat([entry.name, SLASH]) : entry.name)
}

function markOf(entry: EntryName): string {
  return entry.isDirectory ? '/' : ''
}

function isDirectory(entry: EntryName): boolean {
  return entry.isDirectory
}

/** In UTC, since a page without a script can't know the reader's zone. The time of day is dropped on narrow screens. */
function timeElement(mtimeMs: number): string {
  const moment = new Date(mtimeMs)
  if (Number.isNaN(moment.getTime())) return ''
  const [day, clock] = moment.toISOString().split('T') as [string, string]
  return `<time datetime="${day}T${clock.slice(0, 8)}Z">${day}<span> ${clock.slice(0, 5)}</span></time>`
}

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/** `13 B`, `1.2 KiB`, `64 MiB`: at most one digit behind the point. */
export function readableSize(octets: number): string {
  if (octets < 1024) return `${octets} B`
  let size = octets / 1024
  let unit = 0
  // What would be shown as 1024 of a unit is one of the next.
  while (size >= 1023.95 && unit < UNITS.length - 1) {
    size /= 1024
    unit++
  }
  return `${size.toFixed(1).replace(/\.0$/, '')} ${UNITS[unit]}`
}

const STYLE = `:root { color-scheme: light dark; --quiet: #595959; --line: #d9d9d9; --hover: #f2f2f2; --link: #0b57d0 }
@media (prefers-color-scheme: dark) {
  :root { --quiet: #a8a8a8; --line: #3c3c3c; --hover: #2a2a2a; --link: #8ab4f8 }
  body { background: #1b1b1b; color: #e6e6e6 }
}
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.4 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.25rem; overflow-wrap: anywhere; margin: 0 0 .75rem }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
th { text-align: left; font-weight: 600; font-size: .875rem; color: var(--quiet); padding: .25rem .5rem }
td { border-top: 1px solid var(--line); padding: 0 .5rem; font-size: .875rem; color: var(--quiet); white-space: nowrap }
td:first-child { width: 100%; padding: 0; font-size: 1rem; white-space: normal; overflow-wrap: anywhere }
th:nth-child(n + 2), td:nth-child(n + 2) { text-align: right }
tbody tr:hover { background: var(--hover) }
a { display: block; padding: .625rem .5rem; color: var(--link); text-decoration: none }
a:hover, a:focus-visible { text-decoration: underline }
p { color: var(--quiet); padding: 0 .5rem }
@media (max-width: 30rem) { main { padding: .5rem } th span, time span { display: none } td, th, a { padding-inline: .375rem } }
`
