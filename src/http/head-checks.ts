/**
 * The rules of a request head that llhttp leaves to us, as pure functions over the parsed fields: Host, framing,
 * keep-alive, upgrade, expectation. llhttp decides where a message ends; what is decided here again, from the fields
 * alone, must agree with it. These checks only ever refuse a request, they never change one.
 */
import type { BodyFraming } from './events.js'
import { listMembers } from './field-syntax.js'
import { isHost } from './host.js'
import { hasConnectionOption, keepsAlive } from './keep-alive.js'
import { requestError } from './request-faults.js'

/** The fields that decide about framing and connection, gathered in one pass over the names. */
export interface DecisiveFields {
  readonly hosts: string[]
  readonly contentLengths: string[]
  readonly transferEncodings: string[]
  readonly expectations: string[]
  /** Connection fields, joined with commas; null when there is none. */
  connection: string | null
  hasUpgrade: boolean
}

/** What the checks need to know beside the fields. */
export interface HeadContext {
  readonly method: string
  readonly minorVersion: number
  /** Whether HTTP/1.1 needs a Host field (RFC 9112 3.2). */
  readonly requireHost: boolean
  /** Most octets that a body may announce. */
  readonly bodyLimit: number
  /** Where in the stream a fault is said to be. */
  readonly position: number
}

/** What a checked head means for the connection; see `RequestHead` for each of them. */
export interface HeadMeaning {
  readonly framing: BodyFraming
  readonly contentLength: number
  readonly keepsAlive: boolean
  readonly upgrade: boolean
  readonly expectsContinue: boolean
}

/** @param list - Names and values by turns, as received. */
export function decisiveFields(list: readonly string[]): DecisiveFields {
  const fields: DecisiveFields = {
    hosts: [],
    contentLengths: [],
    transferEncodings: [],
    expectations: [],
    connection: null,
    hasUpgrade: false,
  }
  for (let place = 0; place < list.length; place += 2) {
    noteField(fields, list[place] as string, list[place + 1] as string)
  }
  return fields
}

/** Most names are told apart by their length alone. */
function noteField(fields: DecisiveFields, name: string, value: string): void {
  switch (name.length) {
    case 4:
      if (isNamed(name, 'host')) fields.hosts.push(value)
      break
    case 6:
      if (isNamed(name, 'expect')) fields.expectations.push(value)
      break
    case 7:
      if (isNamed(name, 'upgrade')) fields.hasUpgrade = true
      break
    case 10:
      if (isNamed(name, 'connection')) {
        fields.connection = fields.connection === null ? value : `${fields.connection},${value}`
      }
      break
    case 14:
      if (isNamed(name, 'content-length')) fields.contentLengths.push(value)
      break
    case 17:
      if (isNamed(name, 'transfer-encoding')) fields.transferEncodings.push(value)
      break
    default:
  }
}

function isNamed(name: string, wanted: string): boolean {
  return name === wanted || name.toLowerCase() === wanted
}

/** @throws RequestError when the head breaks one of the rules. */
export function checkHead(fields: DecisiveFields, context: HeadContext): HeadMeaning {
  const { method, minorVersion } = context
  const chunked = checkTransferEncoding(fields, context)
  const contentLength = checkContentLength(fields, context)
  checkHost(fields, context)
  // The length of a CONNECT's body is not what its fields say: it has none (RFC 9110 9.3.6).
  const bodiless = method === 'CONNECT' || (!chunked && contentLength < 0)
  return {
    framing: bodiless ? 'none' : chunked ? 'chunked' : 'length',
    contentLength: bodiless ? 0 : contentLength,
    keepsAlive: keepsAlive(minorVersion, fields.connection),
    upgrade: method === 'CONNECT' || asksForUpgrade(fields, minorVersion),
    expectsContinue: asksForContinue(fields, minorVersion),
  }
}

/**
 * Whether the body is chunked (RFC 9112 6.1): `chunked` is the only coding we know, so it stands alone. An empty field
 * or list member is refused, because llhttp 9.3.0 takes an empty Transfer-Encoding for none at all.
 */
function checkTransferEncoding(fields: DecisiveFields, { minorVersion, position }: HeadContext): boolean {
  const [value, second] = fields.transferEncodings
  if (value === undefined) return false
  const codings = listMembers(value)
  const misplaced = codings.slice(0, -1).includes('chunked')
  if (second !== undefined || minorVersion === 0 || misplaced || codings.includes('')) {
    throw requestError(
      'BAD_TRANSFER_ENCODING',
      'Transfer-Encoding is not one "chunked" of an HTTP/1.1 request',
      position,
    )
  }
  if (codings.length !== 1 || codings[0] !== 'chunked') {
    throw requestError('UNKNOWN_TRANSFER_CODING', 'the only transfer coding known here is "chunked"', position)
  }
  return true
}

/** The announced length of the body, -1 when there is none (RFC 9112 6.2, 6.3). */
function checkContentLength(fields: DecisiveFields, { bodyLimit, position }: HeadContext): number {
  const [value, second] = fields.contentLengths
  if (value === undefined) return -1
  if (second !== undefined || fields.transferEncodings.length > 0 || !/^\d+$/.test(value)) {
    throw requestError('BAD_CONTENT_LENGTH', 'Content-Length is not one decimal number without a coding', position)
  }
  const length = Number(value)
  if (length > Number.MAX_SAFE_INTEGER || length > bodyLimit) {
    throw requestError('BODY_TOO_LARGE', 'the announced body is larger than is taken here', position)
  }
  return length
}

/** Exactly one valid Host for HTTP/1.1, at most one for HTTP/1.0 (RFC 9112 3.2). */
function checkHost(fields: DecisiveFields, { minorVersion, requireHost, position }: HeadContext): void {
  const [host, second] = fields.hosts
  const missing = host === undefined && minorVersion >= 1 && requireHost
  if (missing || second !== undefined || (host !== undefined && !isHost(host))) {
    throw requestError('BAD_HOST', missing ? 'HTTP/1.1 needs a Host field' : 'Host is not one valid host', position)
  }
}

/** Upgrade counts from HTTP/1.1 on and when Connection names it (RFC 9110 7.8). */
function asksForUpgrade(fields: DecisiveFields, minorVersion: number): boolean {
  return fields.hasUpgrade && minorVersion >= 1 && hasConnectionOption(fields.connection, 'upgrade')
}

function asksForContinue(fields: DecisiveFields, minorVersion: number): boolean {
  const [expectation, second] = fields.expectations
  return minorVersion >= 1 && second === undefined && expectation?.toLowerCase() === '100-continue'
}
