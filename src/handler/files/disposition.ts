/**
 * The `Content-Disposition` of a download (RFC 6266): the file's name as a token or quoted string, and as `filename*`
 * (RFC 8187) when it has characters beyond ASCII.
 */
import { create } from 'content-disposition'

/**
 * The field's value, such as `attachment; filename=hello.txt`.
 *
 * @param name - Name of the file, without its directories. Octets that are no UTF-8 are told as U+FFFD.
 */
export function attachment(name: string | Buffer): string {
  // Through octets, because half of a surrogate pair has no UTF-8 and the package throws on it.
  return create(Buffer.from(name).toString('utf8'))
}
