/**
 * The fields that decide where a message ends and whether its connection goes on, gathered from a parsed head in one
 * pass, and what Transfer-Encoding and Content-Length mean in either direction (RFC 9112 6). llhttp decides the same; these
 * rules are stricter where llhttp 9.3.0 lets pass what another parser could read in another way.
 */
import { isNamed, listMembers } from './field-syntax.js'

/** Of each field the first value and the number of field lines; of Connection all values, joined with commas. */
export class FramingFields {
  host: string | null = null
  hosts = 0
  contentLength: string | null = null
  contentLengths = 0
  transferEncoding: string | null = null
  transferEncodings = 0
  expectation: string | null = null
  expectations = 0
  connection: string | null = null
  hasUpgrade = false

  /** @param list - Names and values by turns, as received. */
  constructor(list: readonly string[]) {
    for (let place = 0; place < list.length; place += 2) this.#note(list[place] as string, list[place + 1] as string)
  }

  /** Most names are told apart by their length alone. */
  #note(name: string, value: string): void {
    switch (name.length) {
      case 4:
        if (isNamed(name, 'Host') && this.hosts++ === 0) this.host = value
        break
      case 6:
        if (isNamed(name, 'Expect') && this.expectations++ === 0) this.expectation = value
        break
      case 7:
        if (isNamed(name, 'Upgrade')) this.hasUpgrade = true
        break
      case 10:
        if (isNamed(name, 'Connection'))
          this.connection = this.connection === null ? value : `${this.connection},${value}`
        break
      case 14:
        if (isNamed(name, 'Content-Length') && this.contentLengths++ === 0) this.contentLength = value
        break
      case 17:
        if (isNamed(name, 'Transfer-Encoding') && this.transferEncodings++ === 0) this.transferEncoding = value
        break
      default:
    }
  }
}

/** What Transfer-Encoding says of a body; null when there is no such field. */
export type CodingVerdict = 'chunked' | 'BAD_TRANSFER_ENCODING' | 'UNKNOWN_TRANSFER_CODING' | null

/**
 * Judges Transfer-Encoding (RFC 9112 6.1). `chunked` is the only coding we know, so it stands alone, in one field, and
 * not in HTTP/1.0. Empty fields and list members are refused: llhttp 9.3.0 takes an empty field for none at all.
 */
export function judgeCoding(fields: FramingFields, minorVersion: number): CodingVerdict {
  if (fields.transferEncoding === null) return null
  const codings = listMembers(fields.transferEncoding)
  const isMisplaced = codings.slice(0, -1).includes('chunked') || codings.includes('')
  if (isMisplaced || fields.transferEncodings > 1 || minorVersion === 0) return 'BAD_TRANSFER_ENCODING'
  return codings.length === 1 && codings[0] === 'chunked' ? 'chunked' : 'UNKNOWN_TRANSFER_CODING'
}

/**
 * The length that Content-Length announces (RFC 9112 6.2): -1 when there is none; NaN when it is not one decimal number or
 * stands beside Transfer-Encoding; Infinity when it is beyond what a number holds exactly.
 */
export function announcedLength(fields: FramingFields): number {
  if (fields.contentLength === null) return -1
  if (fields.contentLengths > 1 || fields.transferEncodings > 0 || !/^\d+$/.test(fields.contentLength))
    return Number.NaN
  const length = Number(fields.contentLength)
  return length > Number.MAX_SAFE_INTEGER ? Infinity : length
}
