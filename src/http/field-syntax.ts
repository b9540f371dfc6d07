/**
 * Which characters field names and field values may have (RFC 9110 5.1, 5.5, 5.6.2), for octets and for latin-1 text.
 * Tables and loops: they run once per octet of every message.
 */

/** 1 for each octet that a token may have: `!#$%&'*+-.^_|~`, backquote, digits and letters (RFC 9110 5.6.2). */
export const TOKEN_OCTETS: Uint8Array = octetTable(
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
)

export const HTAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SP = 0x20
const DEL = 0x7f

/** Whether the text is a token: a verb, a field name, a transfer coding, a connection option. */
export function isToken(text: string): boolean {
  return text.length > 0 && hasOnly(text, TOKEN_OCTETS)
}

/** Whether the text may be sent as a field value: latin-1 without controls other than HTAB (RFC 9110 5.5). */
export function isFieldValue(text: string): boolean {
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place)
    if (code > 0xff || code === DEL || (code < SP && code !== HTAB)) return false
  }
  return true
}

/** Whether the text is made of the table's characters alone from a place on; true when there are none. */
export function hasOnly(text: string, table: Uint8Array, from = 0): boolean {
  for (let place = from; place < text.length; place++) {
    if (table[text.charCodeAt(place)] !== 1) return false
  }
  return true
}

/**
 * Whether a field name is the wanted one in any case. That is given as it is most often written; names of equal length
 * differ in their first letter, nearly always.
 */
export function isNamed(name: string, wanted: string): boolean {
  if (name === wanted) return true
  if (name.length !== wanted.length || (name.charCodeAt(0) | 0x20) !== (wanted.charCodeAt(0) | 0x20)) return false
  return name.toLowerCase() === wanted.toLowerCase()
}

/** A table with 1 at the code of each character of the text. */
export function octetTable(characters: string): Uint8Array {
  const table = new Uint8Array(256)
  for (let place = 0; place < characters.length; place++) table[characters.charCodeAt(place)] = 1
  return table
}

/** The text without SP and HTAB at both ends (OWS, RFC 9110 5.6.3). */
export function trimBlanks(text: string): string {
  let begin = 0
  let end = text.length
  while (begin < end && isBlank(text.charCodeAt(begin))) begin++
  while (end > begin && isBlank(text.charCodeAt(end - 1))) end--
  return begin === 0 && end === text.length ? text : text.slice(begin, end)
}

function isBlank(code: number): boolean {
  return code === SP || code === HTAB
}

/** Members of a comma-separated list in lower case, empty ones included. Quoted strings are not looked into. */
export function listMembers(value: string): string[] {
  return value
    .toLowerCase()
    .split(',')
    .map((member) => trimBlanks(member))
}
