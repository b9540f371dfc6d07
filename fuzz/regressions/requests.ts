/** Streams that once broke a claim, or that a claim was found to depend on. Each is run at many cuts. */
import { type Limits, resolveLimits } from '../../src/http/limits.js'

export interface RequestRegression {
  readonly name: string
  /** Latin-1 octets. */
  readonly octets: string
  /** Limits that the stream is run at besides the default ones. */
  readonly limits?: Limits
}

export const REQUEST_REGRESSIONS: readonly RequestRegression[] = [
  {
    // llhttp fails behind the tab, so the line end is at the place of the fault, and in another chunk it is not known.
    name: 'a line end right behind a fault is not taken for known',
    octets: 'GET /\t\r\n\r\n',
  },
  {
    // llhttp takes the first line for HTTP/0.9 and the second one for a field; no target may have the line end in it.
    name: 'a line that LF alone ends is not joined with the next one',
    octets: 'GET /\na: HTTP/1.1\r\nHost: a\r\n\r\n',
  },
  {
    // A name that is cut is told in pieces; one that is malformed is not told at all.
    name: 'a malformed name that would be one field too many is not counted',
    octets: 'GET / HTTP/1.1\r\nA: 1\r\nBcd(: 2\r\n\r\n',
    limits: resolveLimits({ header_fields: 1 }),
  },
  {
    // What begins behind the last chunk is a trailer only when its colon has come.
    name: 'a malformed trailer name does not end the framing in front of it',
    octets: `P / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'n'.repeat(40)}(: 2\r\n\r\n`,
    limits: resolveLimits({ chunk_overhead_bytes: 4, trailer_bytes: 8 }),
  },
]
