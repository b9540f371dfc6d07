/**
 * The rules of a request head that llhttp leaves to us, as pure functions over the parsed fields: Host, framing,
 * keep-alive, upgrade, expectation. llhttp decides where a message ends; what is decided here again, from the fields
 * alone, must agree with it. These checks only ever refuse a request, they never change one.
 */
import type { BodyFraming } from './events.js'
import { announcedLength, type FramingFields, judgeCoding } from './framing-fields.js'
import { isHost } from './host.js'
import { hasConnectionOption, keepsAlive } from './keep-alive.js'
import { requestError } from './request-faults.js'

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

/** @throws RequestError when the head breaks one of the rules. */
export function checkHead(fields: FramingFields, context: HeadContext): HeadMeaning {
  const { method, minorVersion } = context
  const isChunked = checkCoding(fields, context)
  const length = checkLength(fields, context)
  checkHost(fields, context)
  // A CONNECT has no body, whatever its fields say (RFC 9110 9.3.6).
  const isBodiless = method === 'CONNECT' || (!isChunked && length < 0)
  return {
    framing: isBodiless ? 'none' : isChunked ? 'chunked' : 'length',
    contentLength: isBodiless ? 0 : length,
    keepsAlive: keepsAlive(minorVersion, fields.connection),
    upgrade: method === 'CONNECT' || asksForUpgrade(fields, minorVersion),
    expectsContinue: asksForContinue(fields, minorVersion),
  }
}

/** Whether the body is chunked. */
function checkCoding(fields: FramingFields, { minorVersion, position }: HeadContext): boolean {
  const verdict = judgeCoding(fields, minorVersion)
  if (verdict === null || verdict === 'chunked') return verdict === 'chunked'
  throw requestError(verdict, 'Transfer-Encoding is not one "chunked" over HTTP/1.1', position)
}

/** The announced length of the body, -1 when there is none. */
function checkLength(fields: FramingFields, { bodyLimit, position }: HeadContext): number {
  const length = announcedLength(fields)
  if (Number.isNaN(length)) {
    throw requestError('BAD_CONTENT_LENGTH', 'Content-Length is not one decimal number', position)
  }
  if (length === Infinity || length > bodyLimit) {
    throw requestError('BODY_TOO_LARGE', 'the announced body is larger than is taken here', position)
  }
  return length
}

/** Exactly one valid Host for HTTP/1.1, at most one for HTTP/1.0 (RFC 9112 3.2). */
function checkHost({ host, hosts }: FramingFields, { minorVersion, requireHost, position }: HeadContext): void {
  if (host === null) {
    if (minorVersion >= 1 && requireHost) throw requestError('BAD_HOST', 'HTTP/1.1 needs a Host field', position)
  } else if (hosts > 1 || !isHost(host)) {
    throw requestError('BAD_HOST', 'Host is not one valid host', position)
  }
}

/** Upgrade counts from HTTP/1.1 on and when Connection names it (RFC 9110 7.8). */
function asksForUpgrade({ hasUpgrade, connection }: FramingFields, minorVersion: number): boolean {
  return hasUpgrade && minorVersion >= 1 && hasConnectionOption(connection, 'upgrade')
}

function asksForContinue({ expectation, expectations }: FramingFields, minorVersion: number): boolean {
  return minorVersion >= 1 && expectations === 1 && expectation?.toLowerCase() === '100-continue'
}
