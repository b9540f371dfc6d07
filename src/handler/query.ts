/**
 * Queries and form bodies: `a=1&b=2&a=3` as a map from each name to all its values, in the order of first appearance. Text in,
 * text out: what charset the octets had is known elsewhere.
 */
import { RequestError } from '../http/errors.js'
import { quotePlus, unquote } from './percent-encoding.js'

/** `String.split` takes its limit modulo 2^32, and one is added to it. */
const LONGEST_SPLIT = 0xffff_fffe

/** More fields than allowed: keys that a peer chooses can be made to collide in a hash map, so their number is bounded. */
export class TooManyFieldsError extends RequestError {
  constructor(readonly limit: number) {
    super('TOO_MANY_FIELDS', `more than ${limit} fields`, 400)
  }
}

/** The values of each name. A JSON body fills it with whatever values it has, each in a list of one. */
export class Query extends Map<string, string[]> {
  /** All values of a name, oldest first; else the fallback, as with a Python dict. */
  override get(name: string): string[] | undefined
  override get<T>(name: string, fallback: T): string[] | T
  override get<T>(name: string, fallback?: T): string[] | T | undefined {
    return super.get(name) ?? fallback
  }
}

export interface ParseQueryOptions {
  /** Whether names without a value count (as `''`); Python's handlers drop them from URLs and keep them in forms. */
  readonly keep_blank_values?: boolean
  /** Highest number of fields, empty ones included. */
  readonly max_num_fields?: number
}

/**
 * Reads a query string. Fields are separated by `&` only; blanks may be written `+`; nothing is ever malformed.
 *
 * @throws TooManyFieldsError when there are more fields than allowed.
 * @remarks Source: `urllib.parse.parse_qs`.
 */
export function parse_qs(text: string, options: ParseQueryOptions = {}): Query {
  const { keep_blank_values = false, max_num_fields = Infinity } = options
  const query = new Query()
  if (text === '') return query
  const fields = text.split('&', Math.min(max_num_fields, LONGEST_SPLIT) + 1)
  if (fields.length > max_num_fields) throw new TooManyFieldsError(max_num_fields)
  for (const field of fields) addField(query, field, keep_blank_values)
  return query
}

/** Writes a query as a form does: `a=1&a=2&b=x+y`. Source: `urllib.parse.urlencode(query, doseq=True)`. */
export function urlencode(query: Iterable<readonly [name: string, values: Iterable<string>]>): string {
  const fields: string[] = []
  for (const [name, values] of query) {
    for (const value of values) fields.push(`${quotePlus(name)}=${quotePlus(value)}`)
  }
  return fields.join('&')
}

function addField(query: Query, field: string, keepBlankValues: boolean): void {
  const equals = field.indexOf('=')
  const blank = equals < 0 || equals === field.length - 1
  if (field === '' || (blank && !keepBlankValues)) return
  const name = unquotePlus(equals < 0 ? field : field.slice(0, equals))
  const value = equals < 0 ? '' : unquotePlus(field.slice(equals + 1))
  const values = query.get(name)
  if (values === undefined) query.set(name, [value])
  else values.push(value)
}

function unquotePlus(text: string): string {
  return unquote(text.includes('+') ? text.replaceAll('+', ' ') : text)
}
