/**
 * What a POST body says as fields: JSON when its type says so, else a form. A body that is neither and no text in its
 * charset has no fields and is no error: its handler reads the octets.
 */
import { textOrNull } from '../http/charset.js'
import type { Limits } from '../http/limits.js'
import { charsetOf } from './content-type.js'
import { parse_qs, Query, TooManyFieldsError } from './query.js'

/** The body is not what its Content-Type says. */
export class BodyFormatError extends Error {
  override readonly name = 'BodyFormatError'
}

/**
 * @param contentType - Value of Content-Type, `''` when there is none.
 * @throws BodyFormatError for bad JSON, and for a form that is no text in its charset.
 * @throws TooManyFieldsError beyond `limits.form_fields`.
 * @remarks Source: AdvancedHTTPServer's `RequestHandler.do_POST`.
 */
export function parsePostedBody(body: Buffer, contentType: string, limits: Readonly<Limits>): Query {
  const type = contentType.toLowerCase()
  const isJson = type.startsWith('application/json')
  const isForm = type === '' || type.startsWith('application/x-www-form-urlencoded')
  const text = textOrNull(body, charsetOf(contentType, 'UTF-8'))
  if (text === null) {
    if (!isJson && !isForm) return new Query()
    throw new BodyFormatError('the body is no text in its charset')
  }
  if (isJson) return queryOfJson(text, limits.form_fields)
  return parse_qs(text, { keep_blank_values: true, max_num_fields: limits.form_fields })
}

/** Members of a JSON object, each value in a list of one as Python does; other JSON has no fields. */
function queryOfJson(text: string, maxFields: number): Query {
  const query = new Query()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new BodyFormatError('the body is no JSON', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return query
  const members = Object.entries(value)
  if (members.length > maxFields) throw new TooManyFieldsError(maxFields)
  for (const [name, member] of members) query.set(name, [member as string])
  return query
}
