/**
 * Reads the field value of a Basic `Authorization` (RFC 7617) into a user name and a password, strictly: one spelling
 * per pair of credentials. Knows nothing of who may come in; whatever it can't read is null and never an error.
 */
import { Buffer } from 'node:buffer'

export interface BasicCredentials {
  readonly username: string
  readonly password: string
}

/** Keeps U+FEFF, which is a character like any other in a password. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** RFC 7617 2: neither user name nor password holds a control character. */
const CONTROL_CHARACTER = /\p{Cc}/u

/**
 * The credentials in a field value, or null when it holds none that are well-formed.
 *
 * @remarks Scheme in any case (RFC 9110 11.1), base64 in its one canonical form (RFC 4648 3.5), UTF-8, a colon. Blanks
 *   around and between the two words are passed over as in Python's `check_authorization`.
 */
export function parseBasicCredentials(fieldValue: string): BasicCredentials | null {
  const words = fieldValue.split(/[ \t]+/).filter((word) => word !== '')
  const [scheme, encoded] = words
  if (words.length !== 2 || scheme?.toLowerCase() !== 'basic' || encoded === undefined) return null
  const text = decodeText(encoded)
  const colon = text?.indexOf(':') ?? -1
  if (text === null || colon < 0 || CONTROL_CHARACTER.test(text)) return null
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Whether {@link parseBasicCredentials} can ever give this user name. */
export function isPossibleUsername(username: string): boolean {
  const isText = Buffer.from(username).toString() === username // false for half a surrogate pair
  return isText && !username.includes(':') && !CONTROL_CHARACTER.test(username)
}

function decodeText(encoded: string): string | null {
  const octets = Buffer.from(encoded, 'base64')
  // Node's decoder passes over what is no base64; only the canonical text comes back the same.
  if (octets.toString('base64') !== encoded) return null
  try {
    return utf8.decode(octets)
  } catch {
    return null
  }
}
