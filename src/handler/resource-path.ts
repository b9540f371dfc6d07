/**
 * From the request target to the path that handler patterns are matched against: what of it is path and what is query, then
 * percent-decoded, normalised and without the leading slash. Pure text; no file is looked at.
 */
import { RequestError } from '../http/errors.js'
import { unquote } from './percent-encoding.js'

/** The parts of a request target that a handler sees, still percent-encoded. The fragment, if one was sent, is dropped. */
export interface SplitTarget {
  /** Without parameters. `''` for an absolute-form without a path (`http://host`). */
  readonly path: string
  /** Parameters of the last segment with their semicolon (`;v=1`), or `''`. GET drops them, POST matches them. */
  readonly params: string
  /** Without the question mark. */
  readonly query: string
}

/** RFC 9112 3.2.2: scheme, authority, and the rest from its first `/`, `?` or `#` on. */
const ABSOLUTE_FORM = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)/

/** RFC 3986 3.2.2: brackets stand around an IPv6 address or a future one, and nowhere else in an authority. */
const BRACKETED_HOST = /^\[(?:(?=[^\]]*:)[0-9A-Fa-f:.]+|v[0-9A-Fa-f]+\.[^[\]]+)\](?::[0-9]*)?$/i

/** Schemes whose paths have parameters: `uses_params` of Python's `urllib.parse`, where `''` stands for the origin-form. */
const SCHEMES_WITH_PARAMS = new Set([
  '',
  'ftp',
  'hdl',
  'prospero',
  'http',
  'imap',
  'https',
  'shttp',
  'rtsp',
  'rtspu',
  'sip',
  'sips',
  'mms',
  'sftp',
  'tel',
])

/** One slash in front, however many were sent: `//host/x` must not become a reference to another host (CVE-2021-28861). */
export function collapseLeadingSlashes(target: string): string {
  return target.startsWith('//') ? target.replace(/^\/+/, '/') : target
}

/** The target without the scheme and authority of an absolute-form (RFC 9112 3.2.2); anything else as it stands. */
export function originForm(target: string): string {
  const form = target.startsWith('/') ? null : ABSOLUTE_FORM.exec(target)
  return form === null ? target : target.slice(form[0].length)
}

/**
 * Splits a request target in origin-form, absolute-form or asterisk-form; anything else is a path as it stands.
 *
 * @throws RequestError `BAD_TARGET` (400) when the brackets in the authority of an absolute-form are no IP literal.
 * @remarks Source: `urllib.parse.urlparse`, as the original's `do_GET` uses it.
 */
export function splitTarget(target: string): SplitTarget {
  const form = target.startsWith('/') ? null : ABSOLUTE_FORM.exec(target)
  if (form === null) return splitReference(target, '')
  const [start, scheme, authority] = form as unknown as [string, string, string]
  checkBrackets(authority)
  return splitReference(target.slice(start.length), scheme.toLowerCase())
}

/**
 * The path that handler patterns are matched against: percent-decoded, `.` and `..` resolved without leaving the root, slashes
 * single and only between segments. The root is `''`.
 *
 * @param path - As sent; a query or fragment behind it is left out.
 * @remarks Source: AdvancedHTTPServer's `dispatch_handler`, `posixpath.normpath`.
 */
export function resourcePath(path: string): string {
  if (isPlain(path)) return path.slice(1)
  const end = path.search(/[?#]/)
  const decoded = unquote(end < 0 ? path : path.slice(0, end))
  const segments: string[] = []
  for (const segment of decoded.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return segments.join('/')
}

const HASH = 0x23
const PERCENT = 0x25
const DOT = 0x2e
const SLASH = 0x2f
const QUESTION_MARK = 0x3f

/**
 * Whether nothing is to be changed of a path but its leading slash cut off: each slash is followed by what is neither slash
 * nor dot, and there are no marks and no escapes. Nearly every request has such a path.
 */
function isPlain(path: string): boolean {
  let behindSlash = false
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at)
    if (behindSlash ? code === SLASH || code === DOT : at === 0 && code !== SLASH) return false
    if (code === QUESTION_MARK || code === HASH || code === PERCENT) return false
    behindSlash = code === SLASH
  }
  return path.length > 0 && !behindSlash
}

function splitReference(reference: string, scheme: string): SplitTarget {
  const hash = reference.indexOf('#')
  const withoutFragment = hash < 0 ? reference : reference.slice(0, hash)
  const mark = withoutFragment.indexOf('?')
  const path = mark < 0 ? withoutFragment : withoutFragment.slice(0, mark)
  const query = mark < 0 ? '' : withoutFragment.slice(mark + 1)
  const semicolon = path.includes(';') ? path.indexOf(';', path.lastIndexOf('/') + 1) : -1
  if (semicolon < 0 || !SCHEMES_WITH_PARAMS.has(scheme)) return { path, params: '', query }
  return { path: path.slice(0, semicolon), params: path.slice(semicolon), query }
}

/** Differs from Python: its `urlsplit` raises in the middle of `do_GET`, and the connection ends without an answer. */
function checkBrackets(authority: string): void {
  if (!authority.includes('[') && !authority.includes(']')) return
  const hostAndPort = authority.slice(authority.lastIndexOf('@') + 1)
  const userinfo = authority.slice(0, authority.length - hostAndPort.length)
  if (/[[\]]/.test(userinfo) || !BRACKETED_HOST.test(hostAndPort)) {
    throw new RequestError('BAD_TARGET', 'the brackets in the request target are no IP literal')
  }
}
