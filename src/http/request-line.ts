/**
 * The request line (RFC 9112 3): exactly `verb SP target SP HTTP/d.d`, and a target of the form that fits the verb.
 * llhttp has checked the octets of the target and the line end; it lets more blanks, missing versions, HTTP/2.0 and
 * misplaced target forms pass, and those are refused here.
 */
import { isHost, isHostWithPort } from './host.js'
import { requestError } from './request-faults.js'

export interface RequestLine {
  /** All of it, as received. */
  readonly requestLine: string
  readonly method: string
  readonly target: string
  readonly httpVersion: string
  readonly minorVersion: number
}

const VERSION_LENGTH = 'HTTP/1.1'.length
const ZERO = 0x30
const NINE = 0x39

/**
 * The parts of a request line whose verb is known to be its first octets.
 *
 * @param position - Where in the stream a fault is said to be.
 * @throws RequestError `BAD_REQUEST_LINE`, `BAD_VERSION`, `VERSION_NOT_SUPPORTED` or `BAD_TARGET`.
 */
export function parseRequestLine(requestLine: string, verbLength: number, position: number): RequestLine {
  const method = requestLine.slice(0, verbLength)
  const versionStart = requestLine.length - VERSION_LENGTH
  const target = requestLine.slice(verbLength + 1, versionStart - 1)
  const httpVersion = requestLine.slice(versionStart)
  if (target === '' || target.includes(' ') || requestLine[versionStart - 1] !== ' ') {
    throw requestError('BAD_REQUEST_LINE', 'the request line is not made of verb, target and version', position)
  }
  const minorVersion = parseVersion(httpVersion, position)
  if (!fitsVerb(target, method)) {
    throw requestError('BAD_TARGET', 'the request target has no form for this verb', position)
  }
  return { requestLine, method, target, httpVersion, minorVersion }
}

/** Minor version of `HTTP/1.x` (RFC 9110 2.5). HTTP/0.9 has no version to say, so `HTTP/0.9` is no version. */
function parseVersion(version: string, position: number): number {
  if (version === 'HTTP/1.1') return 1
  const major = version.charCodeAt(5)
  const minor = version.charCodeAt(7)
  if (!version.startsWith('HTTP/') || version[6] !== '.' || !isDigit(major) || !isDigit(minor) || major === ZERO) {
    throw requestError('BAD_VERSION', 'the HTTP version is not valid', position)
  }
  if (major !== ZERO + 1) throw requestError('VERSION_NOT_SUPPORTED', 'only HTTP/1 is spoken here', position)
  return minor - ZERO
}

/**
 * Whether the target has one of the forms of RFC 9112 3.2. As in Python any verb but CONNECT may have `*` (SSDP's M-SEARCH
 * does), and a fragment or a user in front of the host is no fault: whoever reads the target leaves them out.
 */
function fitsVerb(target: string, method: string): boolean {
  if (method === 'CONNECT') return isHostWithPort(target)
  return target.startsWith('/') || target === '*' || isAbsoluteForm(target)
}

/** `scheme "://" authority` and whatever follows. llhttp has checked the scheme. */
function isAbsoluteForm(target: string): boolean {
  const authorityStart = target.indexOf('://') + 3
  if (authorityStart < 4) return false
  let end = authorityStart
  while (end < target.length && target[end] !== '/' && target[end] !== '?' && target[end] !== '#') end++
  const authority = target.slice(authorityStart, end)
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return host !== '' && isHost(host)
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE
}
