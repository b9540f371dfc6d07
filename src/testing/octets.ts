/**
 * Octets as tests write them down: a buffer, or a string of one character per octet (latin-1), so that any octet can be
 * named by `\xNN`. Knows nothing of HTTP.
 */
import { Buffer } from 'node:buffer'

/** A string stands for latin-1: one character, one octet. */
export type Octets = string | Uint8Array

/** @throws RangeError when a character of the string is no octet. */
export function toBuffer(octets: Octets): Buffer {
  if (typeof octets !== 'string') return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
  const stray = /[^\0-\xff]/.exec(octets)
  if (stray !== null) throw new RangeError(`no octet, but a character beyond latin-1, at ${stray.index} of the string`)
  return Buffer.from(octets, 'latin1')
}

/** How a message shows octets: as a JavaScript string, cut when it is long. */
export function quote(octets: Octets, longest = 200): string {
  const buffer = toBuffer(octets)
  const shown = escapeOctets(buffer.toString('latin1', 0, longest))
  return buffer.length <= longest ? `'${shown}'` : `'${shown}'… (${buffer.length} octets)`
}

/** The octets as printable ASCII: CR, LF and TAB by letter, all others by number; a backslash is doubled. */
export function escapeOctets(latin1: string): string {
  return latin1.replaceAll(/[^ -[\]-~]/g, (character) => NAMED.get(character) ?? numbered(character))
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['\r', '\\r'],
  ['\n', '\\n'],
  ['\t', '\\t'],
  ['\\', '\\\\'],
])

function numbered(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}
