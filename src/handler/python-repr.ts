/**
 * Values as Python's `repr()` shows them, for the messages that quote one: "Unsupported method ('FAKE')", "Bad request
 * syntax ('…')".
 */
import { Buffer } from 'node:buffer'

/** What `str.isprintable` denies: controls, formats, surrogates, unassigned code points, and every separator but the blank. */
const UNPRINTABLE = /[\p{Other}\p{Separator}\\]/gu

const SHORT_ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
])

/** `repr()` of a str, of bytes, or of None. */
export function pythonRepr(value: string | Uint8Array | null): string {
  if (value === null) return 'None'
  if (typeof value === 'string') return quoted(value.replace(UNPRINTABLE, escapeCharacter))
  return `b${quoted(
    Buffer.from(value)
      .toString('latin1')
      .replace(/[^\x20-\x7e]|\\/g, escapeCharacter),
  )}`
}

/** In single quotes, unless the text holds single quotes and no double ones. */
function quoted(text: string): string {
  if (text.includes("'") && !text.includes('"')) return `"${text}"`
  return `'${text.replaceAll("'", "\\'")}'`
}

function escapeCharacter(character: string): string {
  if (character === ' ') return character
  const short = SHORT_ESCAPES.get(character)
  if (short !== undefined) return short
  const codePoint = character.codePointAt(0) as number
  const digits = codePoint.toString(16)
  if (codePoint <= 0xff) return `\\x${digits.padStart(2, '0')}`
  return codePoint <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}
