/**
 * Cookies as Python's `http.cookies.SimpleCookie` reads them, and as the original writes them. Python reads with one regular expression
 * that tries quadratically many ways on a hostile line; here the same fields are found in one walk. Names are kept in a Map: peers
 * choose them.
 */
import { TooManyFieldsError } from './query.js'

/** A cookie that a client has sent. */
export interface Cookie {
  /** Its value, quotes and escapes undone. */
  readonly value: string
}

/** One field of a cookie line as the expression of `http.cookies` finds it. */
interface CookieField {
  readonly name: string
  /** As sent; undefined when there is no equals sign. */
  readonly value: string | undefined
  /** Where the next field begins. */
  readonly end: number
}

// The character sets of `_CookiePattern`, with re.ASCII. All are sticky, and linear: no part of them can match in two ways.
const BLANKS = /[ \t\n\r\f\v]*/y
const NAME = /[\w!#%&'~`><@,:/$*+\-.^|)(?}{=]*/y
const TOKEN_VALUE = /[\w!#%&'~`><@,:/$*+\-.^|)(?}{=[\]]*/y
const QUOTED_VALUE = /"[^\\"]*(?:\\[^\n][^\\"]*)*"/y
const DATE_VALUE = /\w{3},[ \t\n\r\f\v][\w \t\n\r\f\v-]{9,11}[ \t\n\r\f\v][\d:]{8}[ \t\n\r\f\v]GMT/y

/** In the order in which Python tries them. */
const VALUE_FORMS = [QUOTED_VALUE, DATE_VALUE, TOKEN_VALUE]

/** Names that a cookie can have: `_is_legal_key`. */
const LEGAL_NAME = /^[A-Za-z0-9!#$%&'*+\-.^_`|~:]+$/

/** Attributes of the cookie before them, not cookies: `Morsel._reserved`. */
const RESERVED_NAMES = new Set([
  'expires',
  'path',
  'comment',
  'domain',
  'max-age',
  'secure',
  'httponly',
  'version',
  'samesite',
])
const FLAGS = new Set(['secure', 'httponly'])

/**
 * Reads the value of a Cookie field. Never fails because of what it reads: Python gives up a line that is no cookie line as a whole,
 * and so do we; a cookie whose name is not allowed is left out, where Python raises CookieError.
 *
 * @param maxFields - Highest number of fields, attributes included.
 * @returns The cookies by name, in the order of first appearance; of equal names the last value counts.
 * @throws TooManyFieldsError when there are more fields than allowed.
 */
export function parseCookies(line: string, maxFields = Infinity): Map<string, Cookie> {
  const cookies = new Map<string, Cookie>()
  let fields = 0
  let cookieSeen = false
  for (let field = nextField(line, 0); field !== undefined; field = nextField(line, field.end)) {
    if (++fields > maxFields) throw new TooManyFieldsError(maxFields)
    const { name, value } = field
    if (name.startsWith('$')) continue
    const attribute = name.toLowerCase()
    if (RESERVED_NAMES.has(attribute)) {
      if (!cookieSeen || (value === undefined && !FLAGS.has(attribute))) return new Map()
    } else {
      if (value === undefined) return new Map()
      cookieSeen = true
      if (LEGAL_NAME.test(name)) cookies.set(name, { value: unquoteValue(value) })
    }
  }
  return cookies
}

/** The Set-Cookie value that the original's `cookie_set` sends. Python: neither name nor value is quoted or checked. */
export function cookieLine(name: string, value: string | number): string {
  return `${name}=${value}; Path=/; HttpOnly`
}

/**
 * The field that begins here, blanks aside; undefined where Python's expression does not match.
 *
 * A name may contain equals signs, and Python takes the shortest name that leaves a value and a field's end behind it. From any equals
 * sign within a run of name characters a token value ends at the same place, so when the first one fails only the last character of the
 * run can do better: a quoted value may follow it.
 */
function nextField(line: string, from: number): CookieField | undefined {
  const start = endOf(BLANKS, line, from)
  const runEnd = endOf(NAME, line, start)
  if (runEnd === start) return undefined
  const run = line.slice(start, runEnd)
  for (const length of [run.indexOf('=', 1), run.length - 1]) {
    const valued = length > 0 && run[length] === '=' ? valueAt(line, start + length + 1) : undefined
    if (valued !== undefined) return { name: run.slice(0, length), ...valued }
  }
  return nameAlone(line, start, runEnd)
}

/** The whole run of name characters is the name; an equals sign may follow behind blanks. */
function nameAlone(line: string, start: number, runEnd: number): CookieField | undefined {
  const name = line.slice(start, runEnd)
  const behind = endOf(BLANKS, line, runEnd)
  const valued = line[behind] === '=' ? valueAt(line, behind + 1) : undefined
  if (valued !== undefined) return { name, ...valued }
  const end = fieldEnd(line, runEnd)
  return end < 0 ? undefined : { name, value: undefined, end }
}

function valueAt(line: string, from: number): Omit<CookieField, 'name'> | undefined {
  const start = endOf(BLANKS, line, from)
  for (const form of VALUE_FORMS) {
    const valueEnd = endOf(form, line, start)
    const end = valueEnd < 0 ? -1 : fieldEnd(line, valueEnd)
    if (end >= 0) return { value: line.slice(start, valueEnd), end }
  }
  // Python: its expression gives back a blank behind the equals sign, and the value is empty.
  return start > from ? { value: '', end: start } : undefined
}

/** Where the next field begins if one ends here: behind blanks, a semicolon or both, or at the end of the line. Else -1. */
function fieldEnd(line: string, from: number): number {
  const end = endOf(BLANKS, line, from)
  if (line[end] === ';') return end + 1
  return end > from || end === line.length ? end : -1
}

/** End of what a sticky expression matches here, or -1. */
function endOf(sticky: RegExp, line: string, from: number): number {
  sticky.lastIndex = from
  return sticky.test(line) ? sticky.lastIndex : -1
}

/** `_unquote` of `http.cookies`: a value in double quotes loses them, and its backslashes and octal escapes are resolved. */
function unquoteValue(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value
  return value
    .slice(1, -1)
    .replaceAll(/\\(?:([0-3][0-7][0-7])|([^\n]))/g, (_, octal: string | undefined, literal: string) =>
      octal === undefined ? literal : String.fromCharCode(Number.parseInt(octal, 8)),
    )
}
