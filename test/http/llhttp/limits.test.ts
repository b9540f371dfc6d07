/** Every limit of a request, at its last allowed octet and one beyond; no cut of the stream moves either. */
import { describe } from 'vitest'
import { testRows } from '../support/request-rows.js'

const GET = 'GET / HTTP/1.1\r\n'
const CHUNKED = 'P / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
const CHUNKED_HEAD = 'head 0: P / HTTP/1.1 chunked keep {Host: a; Transfer-Encoding: chunked}'
const SERVED = ['head 0: GET / HTTP/1.1 none keep {Host: a}', 'end keep', 'waits']

describe('octets in front of a request', () => {
  testRows([
    {
      title: 'may be as many as the limit',
      octets: `${'\r\n'.repeat(32)}${GET}Host: a\r\n\r\n`,
      log: ['head 64: GET / HTTP/1.1 none keep {Host: a}', 'end keep', 'waits'],
    },
    { title: 'are refused beyond it', octets: `${'\r\n'.repeat(32)}▼\r\n`, log: ['fault LEADING_OCTETS 400'] },
    {
      title: 'are counted anew for each request',
      octets: `\r\n${GET}Host: a\r\n\r\n\r\n▼\r\n`,
      limits: { leading_bytes: 2 },
      log: ['head 2: GET / HTTP/1.1 none keep {Host: a}', 'end keep', 'fault LEADING_OCTETS 400'],
    },
  ])
})

describe('the request line', () => {
  const limits = { request_line_bytes: 22 }
  testRows([
    {
      title: 'may have as many octets as the limit, its line end counted',
      octets: 'GET /234567 HTTP/1.1\r\nHost: a\r\n\r\n',
      limits,
      log: ['head 0: GET /234567 HTTP/1.1 none keep {Host: a}', 'end keep', 'waits'],
    },
    {
      title: 'is answered 414 with one octet more',
      octets: 'GET /2345678 HTTP/1.▼1\r\nHost: a\r\n\r\n',
      limits,
      log: ['fault REQUEST_LINE_TOO_LONG 414'],
    },
    {
      title: 'is answered 414 before its end has come',
      octets: 'GET /234567890123456▼7',
      limits,
      log: ['fault REQUEST_LINE_TOO_LONG 414'],
    },
    {
      title: 'is answered 414 when it is too long before it is malformed',
      octets: 'GET /234567890123456▼7890\x80 HTTP/1.1\r\n',
      limits,
      log: ['fault REQUEST_LINE_TOO_LONG 414'],
    },
    {
      title: 'is answered 414 when it is too long, whatever its version',
      octets: 'GET /2345678901 HTTP▼/2.0\r\n',
      limits,
      log: ['fault REQUEST_LINE_TOO_LONG 414'],
    },
    {
      title: 'is answered 414 when it is too long before the fields are too large',
      octets: 'GET /2345678 HTTP/1.▼1\r\nHost: a\r\n\r\n',
      limits: { ...limits, header_bytes: 5 },
      log: ['fault REQUEST_LINE_TOO_LONG 414'],
    },
    {
      title: 'is answered 400 when it is malformed before it is too long',
      octets: 'GET /▼\x804567890123456789 HTTP/1.1\r\n',
      limits,
      log: ['fault BAD_TARGET 400'],
    },
    {
      title: 'is answered 414 for blanks alone',
      octets: `GET ${' '.repeat(16)}▼ `,
      limits,
      log: ['fault REQUEST_LINE_TOO_LONG 414'],
    },
    {
      title: 'has room for 65,536 octets by default, its line end counted',
      octets: `GET /${'a'.repeat(65_520)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      log: ['head 0: GET /a*65520 HTTP/1.1 none keep {Host: a}', 'end keep', 'waits'],
    },
    {
      title: 'of 70,000 octets is answered 414',
      octets: `GET /${'a'.repeat(65_529)}▼${'a'.repeat(5_000)}`,
      log: ['fault REQUEST_LINE_TOO_LONG 414'],
    },
  ])
})

describe('the header section', () => {
  // "Host: a" and both line ends behind it have 11 octets.
  testRows([
    {
      title: 'may have as many octets as the limit',
      octets: `${GET}Host: a\r\n\r\n`,
      limits: { header_bytes: 11 },
      log: SERVED,
    },
    {
      title: 'is answered 431 with one octet more',
      octets: `${GET}Host: a\r\n\r▼\n`,
      limits: { header_bytes: 10 },
      log: ['fault HEADER_TOO_LARGE 431'],
    },
    {
      title: 'counts blanks that no field shows',
      octets: `${GET}Host:${' '.repeat(15)}▼ a\r\n\r\n`,
      limits: { header_bytes: 20 },
      log: ['fault HEADER_TOO_LARGE 431'],
    },
    {
      title: 'is answered 431 when it is too large before it is malformed',
      octets: `${GET}Host: a\r\nX:▼ abc\x00\r\n\r\n`,
      limits: { header_bytes: 11 },
      log: ['fault HEADER_TOO_LARGE 431'],
    },
    {
      title: 'of 200 KB is answered 431',
      octets: `${GET}Host: a\r\nX: ${'x'.repeat(65_524)}▼${'x'.repeat(140_000)}`,
      log: ['fault HEADER_TOO_LARGE 431'],
    },
    {
      title: 'may have 100 fields',
      octets: `${GET}Host: a\r\n${'A: 1\r\n'.repeat(99)}\r\n`,
      log: [`head 0: GET / HTTP/1.1 none keep {Host: a${'; A: 1'.repeat(99)}}`, 'end keep', 'waits'],
    },
    {
      title: 'is answered 431 at the colon of its 101st field',
      octets: `${GET}Host: a\r\n${'A: 1\r\n'.repeat(99)}B▼: 1\r\n\r\n`,
      log: ['fault TOO_MANY_HEADERS 431'],
    },
    {
      title: 'is answered 400 when a name is malformed that would have been one too many',
      octets: `${GET}Host: a\r\nABC▼(: 1\r\n\r\n`,
      limits: { header_fields: 1 },
      log: ['fault BAD_HEADER 400'],
    },
    {
      title: 'is answered 431 when a field is one too many before its value is malformed',
      octets: `${GET}Host: a\r\nABC▼: 1\x00\r\n\r\n`,
      limits: { header_fields: 1 },
      log: ['fault TOO_MANY_HEADERS 431'],
    },
    {
      title: 'is too large when it is that before it has too many fields',
      octets: `${GET}Host: a\r\n▼B: b\r\n\r\n`,
      limits: { header_fields: 1, header_bytes: 9 },
      log: ['fault HEADER_TOO_LARGE 431'],
    },
    {
      title: 'has too many fields when it has that before it is too large',
      octets: `${GET}Host: a\r\nB▼: b\r\n\r\n`,
      limits: { header_fields: 1, header_bytes: 11 },
      log: ['fault TOO_MANY_HEADERS 431'],
    },
  ])
})

describe('the body', () => {
  const limits = { body_bytes: 5 }
  testRows([
    {
      title: 'may announce as many octets as the limit',
      octets: 'P / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde',
      limits,
      log: ['head 0: P / HTTP/1.1 length=5 keep {Host: a; Content-Length: 5}', 'body abcde', 'end keep', 'waits'],
    },
    {
      title: 'is answered 413 when it announces more',
      octets: 'P / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n▼abcdef',
      limits,
      log: ['fault BODY_TOO_LARGE 413'],
    },
    {
      title: 'may have as many octets as the limit in chunks',
      octets: `${CHUNKED}2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n`,
      limits,
      log: [CHUNKED_HEAD, 'body abcde', 'end keep', 'waits'],
    },
    {
      title: 'is told up to the limit and then answered 413',
      octets: `${CHUNKED}4\r\nabcd\r\n4\r\ne▼fgh\r\n0\r\n\r\n`,
      limits,
      log: [CHUNKED_HEAD, 'body abcde', 'fault BODY_TOO_LARGE 413'],
    },
    {
      title: 'of a chunk without end is answered 413',
      octets: `${CHUNKED}ffffffffffffffff\r\nabcde▼fgh`,
      limits,
      log: [CHUNKED_HEAD, 'body abcde', 'fault BODY_TOO_LARGE 413'],
    },
  ])
})

describe('chunk framing', () => {
  const limits = { chunk_overhead_bytes: 10 }
  testRows([
    {
      title: 'is free up to 32 octets for each chunk',
      octets: `${CHUNKED}${`1;${'x'.repeat(26)}\r\na\r\n`.repeat(20)}0\r\n\r\n`,
      limits: { chunk_overhead_bytes: 0 },
      log: [CHUNKED_HEAD, 'body aaaaaaaaaaaaaaaaaaaa', 'end keep', 'waits'],
    },
    {
      title: 'may have as many more octets as the limit in all',
      octets: `${CHUNKED}1;${'x'.repeat(33)}\r\na\r\n1;${'x'.repeat(31)}\r\nb\r\n0\r\n\r\n`,
      limits,
      log: [CHUNKED_HEAD, 'body ab', 'end keep', 'waits'],
    },
    {
      title: 'is answered 413 beyond that, behind the octets that came before',
      octets: `${CHUNKED}1;${'x'.repeat(33)}\r\na\r\n1;${'x'.repeat(32)}\r▼\nb\r\n0\r\n\r\n`,
      limits,
      log: [CHUNKED_HEAD, 'body a', 'fault CHUNK_OVERHEAD 413'],
    },
    {
      title: 'is answered 413 for leading zeros without end',
      octets: `${CHUNKED}${'0'.repeat(42)}▼${'0'.repeat(100)}`,
      limits,
      log: [CHUNKED_HEAD, 'fault CHUNK_OVERHEAD 413'],
    },
    {
      title: 'is answered 413 for an extension of 20 KB',
      octets: `${CHUNKED}1;${'x'.repeat(16_414)}▼${'x'.repeat(3_586)}\r\na\r\n0\r\n\r\n`,
      log: [CHUNKED_HEAD, 'fault CHUNK_OVERHEAD 413'],
    },
    {
      title: 'is answered 413 when it is too long before it is malformed',
      octets: `${CHUNKED}1;${'x'.repeat(40)}▼xxx\x00`,
      limits,
      log: [CHUNKED_HEAD, 'fault CHUNK_OVERHEAD 413'],
    },
    {
      title: 'is answered 413 for a last chunk too',
      octets: `${CHUNKED}1\r\na\r\n0;${'x'.repeat(38)}▼xx\r\n\r\n`,
      limits,
      log: [CHUNKED_HEAD, 'body a', 'fault CHUNK_OVERHEAD 413'],
    },
    {
      title: 'is answered 413 for a last chunk that a trailer follows',
      octets: `${CHUNKED}0;${'x'.repeat(40)}▼xx\r\nA: b\r\n\r\n`,
      limits,
      log: [CHUNKED_HEAD, 'fault CHUNK_OVERHEAD 413'],
    },
  ])
})

describe('trailers', () => {
  testRows([
    {
      title: 'may have as many octets as the limit',
      octets: `${CHUNKED}0\r\nA: 1\r\nB: 2\r\n\r\n`,
      limits: { trailer_bytes: 14 },
      log: [CHUNKED_HEAD, 'end keep {A: 1; B: 2}', 'waits'],
    },
    {
      title: 'are answered 431 with one octet more',
      octets: `${CHUNKED}0\r\nA: 1\r\nB: 2\r\n\r▼\n`,
      limits: { trailer_bytes: 13 },
      log: [CHUNKED_HEAD, 'fault TRAILER_TOO_LARGE 431'],
    },
    {
      title: 'are answered 431 at the colon of one field too many',
      octets: `${CHUNKED}0\r\nA: 1\r\nB▼: 2\r\n\r\n`,
      limits: { trailer_fields: 1 },
      log: [CHUNKED_HEAD, 'fault TRAILER_TOO_LARGE 431'],
    },
    {
      title: 'are answered 431 when they are too large before they are malformed',
      octets: `${CHUNKED}0\r\nA: 1\r\n▼B: 2\x00`,
      limits: { trailer_bytes: 6 },
      log: [CHUNKED_HEAD, 'fault TRAILER_TOO_LARGE 431'],
    },
    {
      title: 'may be long when there is no limit',
      octets: `${CHUNKED}0\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
      limits: { trailer_bytes: Infinity, chunk_overhead_bytes: 0 },
      log: [CHUNKED_HEAD, 'end keep {A: x*20000}', 'waits'],
    },
  ])
})
