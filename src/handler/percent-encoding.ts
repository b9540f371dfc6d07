/**
 * Percent-encoding (RFC 3986 2.1) as Python's `urllib.parse` does it: what is no escape stays as it is, what is no UTF-8
 * becomes U+FFFD, and encoding leaves only the unreserved characters alone.
 */
import { Buffer } from 'node:buffer'

/** One or more escapes side by side. Octets of one character always are: a literal character between them ends it. */
const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g
const LONE_SURROGATE = /\p{Surrogate}/u

/** `%00` to `%FF`. */
const ESCAPE_OF_OCTET = Array.from(
  { length: 256 },
  (_, octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`,
)

/**
 * Text with its escapes decoded as UTF-8; a malformed escape stays as it is, and each maximal part of octets that is no UTF-8
 * becomes one U+FFFD. `+` is left alone.
 *
 * @remarks Source: `urllib.parse.unquote`.
 */
export function unquote(text: string): string {
  return text.includes('%') ? text.replace(ESCAPES, decodeEscapes) : text
}

/** The octets that escaped text stands for; characters beyond ASCII stand for their UTF-8. Source: `urllib.parse.unquote_to_bytes`. */
export function unquoteToOctets(text: string): Buffer {
  const parts: Buffer[] = []
  let literal = 0
  for (const { 0: escapes, index } of text.matchAll(ESCAPES)) {
    parts.push(Buffer.from(text.slice(literal, index)), octetsOf(escapes))
    literal = index + escapes.length
  }
  parts.push(Buffer.from(text.slice(literal)))
  return Buffer.concat(parts)
}

/**
 * Percent-encodes text as UTF-8, or octets as they are. ASCII letters, digits, `_.-~` and the safe characters stay.
 *
 * @param safe - ASCII characters that stay as they are.
 * @throws URIError when the text holds half of a surrogate pair, which has no UTF-8 (Python: UnicodeEncodeError).
 * @remarks Source: `urllib.parse.quote`. `encodeURIComponent` also leaves `!'()*` alone.
 */
export function quote(input: string | Uint8Array, safe = '/'): string {
  if (typeof input === 'string' && LONE_SURROGATE.test(input))
    throw new URIError('half of a surrogate pair has no UTF-8')
  const octets = typeof input === 'string' ? Buffer.from(input) : input
  let quoted = ''
  for (const octet of octets) {
    const character = String.fromCharCode(octet)
    quoted += isUnreserved(octet) || (octet < 0x80 && safe.includes(character)) ? character : ESCAPE_OF_OCTET[octet]
  }
  return quoted
}

/** {@link quote} for the fields of a form: nothing is safe, and a blank becomes `+`. Source: `urllib.parse.quote_plus`. */
export function quotePlus(text: string): string {
  return quote(text, ' ').replaceAll(' ', '+')
}

function decodeEscapes(escapes: string): string {
  if (escapes.length === 3) {
    const octet = Number.parseInt(escapes.slice(1), 16)
    return octet < 0x80 ? String.fromCharCode(octet) : '\ufffd'
  }
  return octetsOf(escapes).toString('utf8')
}

function octetsOf(escapes: string): Buffer {
  return Buffer.from(escapes.replaceAll('%', ''), 'hex')
}

/** RFC 3986 2.3: `A-Z a-z 0-9 - . _ ~`. */
function isUnreserved(octet: number): boolean {
  return (
    (octet >= 0x61 && octet <= 0x7a) ||
    (octet >= 0x41 && octet <= 0x5a) ||
    (octet >= 0x30 && octet <= 0x39) ||
    octet === 0x2d ||
    octet === 0x2e ||
    octet === 0x5f ||
    octet === 0x7e
  )
}
