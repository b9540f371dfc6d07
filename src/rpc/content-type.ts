/**
 * The Content-Type of an RPC payload: the serializer's name, `charset` and `compression`, in the old form with `+zlib` and
 * the new one with parameters. Knows nothing of what the names stand for. Source: AdvancedHTTPServer `Serializer`.
 */
import { SerializerError } from './errors.js'

export interface PayloadType {
  /** Media type in lower case, without `+zlib`. */
  readonly name: string
  /** As written; null for a `charset` without a value, which no charset can satisfy. */
  readonly charset: string | null
  readonly compression: string | null
}

export const DEFAULT_CHARSET = 'UTF-8'

/** What was read last: the calls that a server gets are of few kinds, and mostly of one. */
let lastContentType = ''
let lastPayloadType: PayloadType = { name: '', charset: DEFAULT_CHARSET, compression: null }

/**
 * Differs from Python: media type and parameter names are compared without regard to case (RFC 9110 8.3.1). A blank before a
 * `;` or around a `=` belongs to the name, as in Python.
 *
 * @throws SerializerError `BAD_CONTENT_TYPE` for a parameter with more than one `=`.
 */
export function parsePayloadType(contentType: string): PayloadType {
  if (contentType === lastContentType) return lastPayloadType
  lastPayloadType = payloadType(contentType)
  lastContentType = contentType
  return lastPayloadType
}

function payloadType(contentType: string): PayloadType {
  const [mediaType = '', ...parameters] = contentType.split(';')
  const values = new Map(parameters.map(parseParameter))
  const name = mediaType.toLowerCase()
  const charset = values.get('charset')
  const compressed = name.endsWith('+zlib')
  return {
    name: compressed ? name.slice(0, -'+zlib'.length) : name,
    charset: charset === undefined ? DEFAULT_CHARSET : charset,
    compression: compressed ? 'zlib' : (values.get('compression') ?? null),
  }
}

/** Python writes the charset even where there is none. */
export function formatPayloadType({ name, charset, compression }: PayloadType): string {
  const type = `${name}; charset=${charset ?? 'None'}`
  return compression === null ? type : `${type}; compression=${compression}`
}

function parseParameter(text: string): [name: string, value: string | null] {
  const [name = '', value, ...more] = text.trim().split('=')
  if (more.length > 0) throw new SerializerError('BAD_CONTENT_TYPE', 'a parameter with more than one "="')
  return [name.toLowerCase(), value ?? null]
}
