/**
 * The `Content-Disposition` of a download (RFC 6266): the file's name as a token or quoted string, and as `filename*`
 * (RFC 8187) when it has characters beyond ASCII.
 */
import { Buffer } from 'node:buffer'
import { createRequire } from 'node:module'

// Loaded by the first request that needs it: most of a start is loading.
const require = createRequire(import.meta.url)

/**
 * The field's value, such as `attachment; filename=hello.txt`.
 *
 * @param name - Name of the file, without its directories. Octets that are no UTF-8 are told as U+FFFD.
 */
export function attachment(name: string | Buffer): string {
  // Through octets, because half of a surrogate pair has no UTF-8 and the package throws on it.
  const { create } = require('content-disposition') as typeof import('content-disposition')
  return create(Buffer.from(name).toString('utf8'))
}
