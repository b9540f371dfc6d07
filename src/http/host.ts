/**
 * The syntax of `uri-host [ ":" port ]`, as the Host field and the authority of a target have it (RFC 3986 3.2.2, RFC
 * 9112 3.2). A user name in front is refused: it is no part of a host, and a trap for whoever compares them.
 */
import { hasOnly, octetTable } from './field-syntax.js'

const DIGITS = octetTable('0123456789')
const HEXADECIMAL = octetTable('0123456789abcdefABCDEF')
/** unreserved, sub-delims, and `%` for encoded octets. */
const REGISTERED_NAME = octetTable("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~!$&'()*+,;=%")
/** What stands between the brackets of an IPv6 address or a later form. */
const BRACKETED = octetTable("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~!$&'()*+,;=:")

/** Whether the text is a host with or without port. An empty text is one: the host of a URI may be empty. */
export function isHost(text: string): boolean {
  const end = hostEnd(text)
  if (end < 0) return false
  return end === text.length || (text[end] === ':' && hasOnly(text, DIGITS, end + 1))
}

/** Whether the text is a host with a port, neither of them empty: the target of CONNECT (RFC 9112 3.2.3). */
export function isHostWithPort(text: string): boolean {
  const end = hostEnd(text)
  return end > 0 && text[end] === ':' && end + 1 < text.length && hasOnly(text, DIGITS, end + 1)
}

/** Where the host ends and a colon may follow; -1 when the text does not begin with a host. */
function hostEnd(text: string): number {
  if (text.startsWith('[')) {
    const bracket = text.indexOf(']')
    return bracket > 1 && hasOnly(text.slice(1, bracket), BRACKETED) ? bracket + 1 : -1
  }
  let end = 0
  while (end < text.length && REGISTERED_NAME[text.charCodeAt(end)] === 1) end++
  const isWhole = end === text.length || text[end] === ':'
  return isWhole && hasWholeEscapes(text) ? end : -1
}

/** Whether two hexadecimal digits follow each percent sign. There are none behind the host. */
function hasWholeEscapes(text: string): boolean {
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 3)) {
    const digits = text.slice(at + 1, at + 3)
    if (digits.length < 2 || !hasOnly(digits, HEXADECIMAL)) return false
  }
  return true
}
