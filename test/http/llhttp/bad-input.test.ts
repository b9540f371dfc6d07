/**
 * Octets that are no request, or that two parsers could read in two ways: what llhttp 9.3.0 lets pass and our own
 * checks refuse, what it refuses by itself, and the valid oddities right beside them.
 */
import { describe } from 'vitest'
import { type RequestRow, testRows } from '../support/request-rows.js'

const HOST = 'Host: a\r\n'
const POST = `POST / HTTP/1.1\r\n${HOST}`
const GET = `GET / HTTP/1.1\r\n${HOST}`
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`
const CHUNKED_HEAD = 'head 0: POST / HTTP/1.1 chunked keep {Host: a; Transfer-Encoding: chunked}'

const BAD_CODING = ['fault BAD_TRANSFER_ENCODING 400']
const BAD_LENGTH = ['fault BAD_CONTENT_LENGTH 400']
const UNKNOWN_CODING = ['fault UNKNOWN_TRANSFER_CODING 501']
const BAD_HEADER = ['fault BAD_HEADER 400']
const BAD_HOST = ['fault BAD_HOST 400']
const BAD_TARGET = ['fault BAD_TARGET 400']
const BAD_LINE = ['fault BAD_REQUEST_LINE 400']
const BAD_VERSION = ['fault BAD_VERSION 400']
const BAD_CHUNK = [CHUNKED_HEAD, 'fault BAD_CHUNK 400']

/** Rows that differ in one field's value. */
function valued(
  title: string,
  values: readonly string[],
  row: (value: string) => Omit<RequestRow, 'title'>,
): RequestRow[] {
  return values.map((value) => ({ title: `${title}: ${JSON.stringify(value)}`, ...row(value) }))
}

describe('framing by Transfer-Encoding', () => {
  testRows([
    {
      title: 'Transfer-Encoding behind Content-Length is refused',
      octets: `${POST}Content-Length: 3\r\nTransfer-Encoding:▼ chunked\r\n\r\n0\r\n\r\n`,
      log: BAD_CODING,
    },
    {
      title: 'Content-Length behind Transfer-Encoding is refused',
      octets: `${POST}Transfer-Encoding: chunked\r\nContent-Length:▼ 3\r\n\r\n0\r\n\r\n`,
      log: BAD_LENGTH,
    },
    {
      title: 'an empty Transfer-Encoding in front of Content-Length is refused',
      octets: `${POST}Transfer-Encoding:\r\nContent-Length: 3\r\n\r\n▼abc`,
      log: BAD_CODING,
    },
    {
      title: 'an empty Transfer-Encoding behind Content-Length is refused',
      octets: `${POST}Content-Length: 3\r\nTransfer-Encoding:▼\r\n\r\nabc`,
      log: BAD_CODING,
    },
    {
      title: 'an empty Transfer-Encoding alone is refused',
      octets: `${POST}Transfer-Encoding: \r\n\r\n▼`,
      log: BAD_CODING,
    },
    {
      title: 'an empty Transfer-Encoding in front of a chunked one is refused',
      octets: `${POST}Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n\r\n▼0\r\n\r\n`,
      log: BAD_CODING,
    },
    {
      title: 'an empty Transfer-Encoding behind a chunked one is refused',
      octets: `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n\r\n▼0\r\n\r\n`,
      log: BAD_CODING,
    },
    ...valued(
      'an unknown coding is answered 501',
      ['xchunked', 'identity', '"chunked"', 'chunked;q=1', 'gzip, chunked', 'chunke', 'chunked x'],
      (value) => ({ octets: `${POST}Transfer-Encoding: ${value}\r\n\r\n▼0\r\n\r\n`, log: UNKNOWN_CODING }),
    ),
    ...valued(
      'chunked not at the end, or twice, is refused',
      ['chunked,▼ gzip', 'chunked,▼ identity', 'chunked,▼ chunked', 'CHUNKED,▼chunked'],
      (value) => ({ octets: `${POST}Transfer-Encoding: ${value}\r\n\r\n0\r\n\r\n`, log: BAD_CODING }),
    ),
    ...valued('a second Transfer-Encoding is refused', ['c▼hunked', 'i▼dentity'], (value) => ({
      octets: `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: ${value}\r\n\r\n0\r\n\r\n`,
      log: BAD_CODING,
    })),
    {
      title: 'a chunked Transfer-Encoding behind another one is refused',
      octets: `${POST}Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n▼0\r\n\r\n`,
      log: BAD_CODING,
    },
    ...valued('an empty list member is refused', [',chunked', ', ,chunked', 'gzip,'], (value) => ({
      octets: `${POST}Transfer-Encoding: ${value}\r\n\r\n▼0\r\n\r\n`,
      log: BAD_CODING,
    })),
    {
      title: 'a comma behind chunked is refused',
      octets: `${POST}Transfer-Encoding: chunked,▼\r\n\r\n0\r\n\r\n`,
      log: BAD_CODING,
    },
    {
      title: 'a tab behind chunked, which llhttp does not take for a blank, is refused',
      octets: `${POST}Transfer-Encoding: chunked\t\r\n\r\n▼0\r\n\r\n`,
      log: BAD_CODING,
    },
    {
      title: 'a vertical tab in front of chunked is refused',
      octets: `${POST}Transfer-Encoding: ▼\x0bchunked\r\n\r\n0\r\n\r\n`,
      log: BAD_HEADER,
    },
    {
      title: 'a tab in front of chunked is a blank',
      octets: `${POST}Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n`,
      log: [CHUNKED_HEAD, 'end keep', 'waits'],
    },
    {
      title: 'a blank behind chunked is no part of it',
      octets: `${POST}Transfer-Encoding: chunked  \r\n\r\n0\r\n\r\n`,
      log: [CHUNKED_HEAD, 'end keep', 'waits'],
    },
    {
      title: 'chunked is read in any case',
      octets: `${POST}tRANSFER-eNCODING: ChUnKeD\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
      log: [
        'head 0: POST / HTTP/1.1 chunked keep {Host: a; tRANSFER-eNCODING: ChUnKeD}',
        'body x',
        'end keep',
        'waits',
      ],
    },
    {
      title: 'Transfer_Encoding is another field, and the chunks behind it are no request',
      octets: `${POST}Transfer_Encoding: chunked\r\n\r\n3▼\r\nabc\r\n0\r\n\r\n`,
      log: [
        'head 0: POST / HTTP/1.1 none keep {Host: a; Transfer_Encoding: chunked}',
        'end keep',
        'fault BAD_VERB 400',
      ],
    },
    {
      title: 'Transfer-Encoding in HTTP/1.0 is refused',
      octets: `POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n▼0\r\n\r\n`,
      log: BAD_CODING,
    },
    {
      title: 'Transfer-Encoding in HTTP/1.0 with keep-alive is refused',
      octets: `POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n▼0\r\n\r\n`,
      log: BAD_CODING,
    },
  ])
})

describe('framing by Content-Length', () => {
  testRows([
    {
      title: 'a second equal Content-Length is refused',
      octets: `${POST}Content-Length: 3\r\nContent-Length: ▼3\r\n\r\nabc`,
      log: BAD_LENGTH,
    },
    {
      title: 'a second different Content-Length is refused',
      octets: `${POST}Content-Length: 3\r\nContent-Length: ▼4\r\n\r\nabc`,
      log: BAD_LENGTH,
    },
    ...valued(
      'a Content-Length that is no decimal number is refused',
      ['3▼, 3', '▼-1', '▼+3', '0▼x3', '3▼.0', '1▼_0', '1 ▼1', '▼\u00b2', '3▼\t', '3▼e2', '▼"3"'],
      (value) => ({ octets: `${POST}Content-Length: ${value}\r\n\r\nabc`, log: BAD_LENGTH }),
    ),
    {
      title: 'an empty Content-Length is refused',
      octets: `${POST}Content-Length: \r\n▼\r\nabc`,
      log: BAD_LENGTH,
    },
    ...valued('leading zeros and blanks around a Content-Length change nothing', ['003', ' 3 ', '\t3'], (value) => ({
      octets: `${POST}Content-Length:${value}\r\n\r\nabc`,
      log: [
        `head 0: POST / HTTP/1.1 length=3 keep {Host: a; Content-Length: ${value.trim()}}`,
        'body abc',
        'end keep',
        'waits',
      ],
    })),
    {
      title: 'a Content-Length of 2^64 is refused',
      octets: `${POST}Content-Length: 18446744073709551616▼\r\n\r\nabc`,
      log: BAD_LENGTH,
    },
    ...valued(
      'a Content-Length beyond 2^53 - 1 is answered 413',
      ['9007199254740992', '18446744073709551615'],
      (value) => ({
        octets: `${POST}Content-Length: ${value}\r\n\r\n▼abc`,
        log: ['fault BODY_TOO_LARGE 413'],
      }),
    ),
    {
      title: 'a Content-Length of 0 is a body without octets',
      octets: `${POST}Content-Length: 0\r\n\r\n`,
      log: ['head 0: POST / HTTP/1.1 length=0 keep {Host: a; Content-Length: 0}', 'end keep', 'waits'],
    },
  ])
})

describe('field lines', () => {
  testRows([
    { title: 'a blank before the colon is refused', octets: `${GET}X-A▼ : 1\r\n\r\n`, log: BAD_HEADER },
    { title: 'a tab before the colon is refused', octets: `${GET}X-A▼\t: 1\r\n\r\n`, log: BAD_HEADER },
    {
      title: 'a blank before the colon of Transfer-Encoding is refused',
      octets: `${GET}Transfer-Encoding ▼: chunked\r\n\r\n`,
      log: BAD_HEADER,
    },
    { title: 'a folded line is refused', octets: `${GET}X-A: 1\r\n▼ 2\r\n\r\n`, log: BAD_HEADER },
    { title: 'a line folded with a tab is refused', octets: `${GET}X-A: 1\r\n▼\t2\r\n\r\n`, log: BAD_HEADER },
    {
      title: 'a coding on a folded line is refused',
      octets: `${GET}Transfer-Encoding:\r\n ▼chunked\r\n\r\n`,
      log: BAD_HEADER,
    },
    { title: 'a line without a colon is refused', octets: `${GET}abc▼\r\n\r\n`, log: BAD_HEADER },
    { title: 'an empty name is refused', octets: `${GET}▼: 1\r\n\r\n`, log: BAD_HEADER },
    ...valued('a name with an octet that no token has is refused', ['\0', '\x80', '(', '"', '\x7f', '@'], (value) => ({
      octets: `${GET}X▼${value}: 1\r\n\r\n`,
      log: BAD_HEADER,
    })),
    ...valued('a blank before the first name is refused', [' ▼', '▼\t'], (value) => ({
      octets: `GET / HTTP/1.1\r\n${value}Host: a\r\n\r\n`,
      log: BAD_HEADER,
    })),
    ...valued('a control in a value is refused', ['\0', '\x01', '\x0b', '\x7f', '\x1f'], (value) => ({
      octets: `${GET}X: a▼${value}b\r\n\r\n`,
      log: BAD_HEADER,
    })),
    {
      title: 'octets beyond ASCII in a value are kept as latin-1',
      octets: `${GET}X: \x80\xff\u00e9\r\n\r\n`,
      log: ['head 0: GET / HTTP/1.1 none keep {Host: a; X: \x80\xff\u00e9}', 'end keep', 'waits'],
    },
    { title: 'a bare CR in a value is refused', octets: `${GET}X: a\r▼b\r\n\r\n`, log: BAD_HEADER },
    { title: 'LF alone at the end of a field line is refused', octets: `${GET}X: a▼\n\r\n`, log: BAD_HEADER },
    { title: 'LF alone at the end of the head is refused', octets: `${GET}\n▼`, log: BAD_HEADER },
    {
      title: 'LF alone at the end of the request line is refused',
      octets: `GET / HTTP/1.1\n▼${HOST}\r\n`,
      log: BAD_VERSION,
    },
    { title: 'CR CR LF at the end of the head is refused', octets: `${GET}\r▼\r\n`, log: BAD_HEADER },
    { title: 'CR and an octet at the end of the head is refused', octets: `${GET}\r▼X`, log: BAD_HEADER },
    { title: 'an octet behind CR of the request line is refused', octets: 'GET / HTTP/1.1\r▼X', log: BAD_HEADER },
    {
      title: 'blanks around a value are no part of it, blanks within are',
      octets: `${GET}A: \t x \t y \t \r\nB:\r\nC:   \r\n\r\n`,
      log: ['head 0: GET / HTTP/1.1 none keep {Host: a; A: x \t y; B: ; C: }', 'end keep', 'waits'],
    },
    {
      title: 'names that objects inherit are fields like any other',
      octets: `${GET}__proto__: 1\r\nconstructor: 2\r\n\r\n`,
      log: ['head 0: GET / HTTP/1.1 none keep {Host: a; __proto__: 1; constructor: 2}', 'end keep', 'waits'],
    },
  ])
})

describe('Host', () => {
  testRows([
    { title: 'HTTP/1.1 without Host is refused', octets: 'GET / HTTP/1.1\r\nX: 1\r\n\r\n▼', log: BAD_HOST },
    { title: 'HTTP/1.1 without any field is refused', octets: 'GET / HTTP/1.1\r\n\r\n▼', log: BAD_HOST },
    {
      title: 'HTTP/1.1 without Host is taken when the server says so',
      octets: 'GET / HTTP/1.1\r\n\r\n',
      requireHost: false,
      log: ['head 0: GET / HTTP/1.1 none keep {}', 'end keep', 'waits'],
    },
    { title: 'two Hosts are refused', octets: `${GET}Host: b\r\n\r\n▼`, log: BAD_HOST },
    { title: 'two equal Hosts are refused', octets: `${GET}host: a\r\n\r\n▼`, log: BAD_HOST },
    {
      title: 'two Hosts are refused even where none is needed',
      octets: `${GET}Host: b\r\n\r\n▼`,
      requireHost: false,
      log: BAD_HOST,
    },
    { title: 'two Hosts are refused in HTTP/1.0', octets: `GET / HTTP/1.0\r\n${HOST}${HOST}\r\n▼`, log: BAD_HOST },
    ...valued(
      'a Host that is no host is refused',
      ['a, b', 'a/b', 'u@a', 'a:x', '[::1', 'a b', 'a%zz', '[]', 'a:1:2', 'http://a', '\xe9'],
      (value) => ({ octets: `GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n▼`, log: BAD_HOST }),
    ),
    ...valued(
      'a Host may have many forms',
      ['a:80', '[::1]', '[::1]:80', '127.0.0.1', 'a%20b', 'a_b.c', ''],
      (value) => ({
        octets: `GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`,
        log: [`head 0: GET / HTTP/1.1 none keep {Host: ${value}}`, 'end keep', 'waits'],
      }),
    ),
    {
      title: 'HTTP/1.0 needs no Host',
      octets: 'GET / HTTP/1.0\r\n\r\n',
      log: ['head 0: GET / HTTP/1.0 none close {}', 'end close', 'over'],
    },
    {
      title: 'any verb but CONNECT may have an asterisk for its target',
      octets: `M-SEARCH * HTTP/1.1\r\n${HOST}\r\n`,
      log: ['head 0: M-SEARCH * HTTP/1.1 none keep {Host: a}', 'end keep', 'waits'],
    },
    ...valued(
      'a fragment, or a user before the host, is left to who reads the target',
      ['/a#b', 'http://u@a/#b'],
      (value) => ({
        octets: `GET ${value} HTTP/1.1\r\n${HOST}\r\n`,
        log: [`head 0: GET ${value} HTTP/1.1 none keep {Host: a}`, 'end keep', 'waits'],
      }),
    ),
    {
      title: 'a target in absolute form may name another host than Host does',
      octets: `GET http://b:8/x?y HTTP/1.1\r\n${HOST}\r\n`,
      log: ['head 0: GET http://b:8/x?y HTTP/1.1 none keep {Host: a}', 'end keep', 'waits'],
    },
  ])
})

describe('request line', () => {
  testRows([
    ...valued(
      'a target in no form that its verb has is refused',
      ['GET *x', 'OPTIONS *x', 'CONNECT /x', 'CONNECT a', 'CONNECT a:'],
      (value) => ({
        octets: `${value} HTTP/1.1▼\r\n${HOST}\r\n`,
        log: BAD_TARGET,
      }),
    ),
    ...valued('an authority without a host is refused', ['http://u@/', 'http://[a/', 'http://a:b/'], (value) => ({
      octets: `GET ${value} HTTP/1.1▼\r\n${HOST}\r\n`,
      log: BAD_TARGET,
    })),
    ...valued(
      'a target with an octet that no URI has is refused',
      ['/▼\x80', '/▼\0', '/\t▼', '▼?a', '▼\xe9', '/a▼\x7f'],
      (value) => ({
        octets: `GET ${value} HTTP/1.1\r\n${HOST}\r\n`,
        log: BAD_TARGET,
      }),
    ),
    { title: 'a target that is a word is refused', octets: `GET foo ▼HTTP/1.1\r\n${HOST}\r\n`, log: BAD_TARGET },
    {
      title: 'a target with two slashes in front is a path',
      octets: `GET //host/path HTTP/1.1\r\n${HOST}\r\n`,
      log: ['head 0: GET //host/path HTTP/1.1 none keep {Host: a}', 'end keep', 'waits'],
    },
    { title: 'two blanks before the target are refused', octets: `GET  / HTTP/1.1▼\r\n${HOST}\r\n`, log: BAD_LINE },
    { title: 'two blanks before the version are refused', octets: `GET /  HTTP/1.1▼\r\n${HOST}\r\n`, log: BAD_LINE },
    {
      title: 'a tab behind the verb is refused',
      octets: `GET▼\t/ HTTP/1.1\r\n${HOST}\r\n`,
      log: ['fault BAD_VERB 400'],
    },
    { title: 'a tab before the version is refused', octets: `GET /\t▼HTTP/1.1\r\n${HOST}\r\n`, log: BAD_TARGET },
    {
      title: 'a blank before the verb is refused',
      octets: `▼ GET / HTTP/1.1\r\n${HOST}\r\n`,
      log: ['fault BAD_VERB 400'],
    },
    { title: 'a blank behind the version is refused', octets: `GET / HTTP/1.1▼ \r\n${HOST}\r\n`, log: BAD_VERSION },
    {
      title: 'line ends before the verb are skipped',
      octets: `\r\n\n\r\r\n${GET}\r\n`,
      log: ['head 6: GET / HTTP/1.1 none keep {Host: a}', 'end keep', 'waits'],
    },
    { title: 'a line without a version is refused before any field', octets: 'GET /▼\r\n', log: BAD_LINE },
    { title: 'a line without a version is refused', octets: `GET /▼\r\n${HOST}\r\n`, log: BAD_LINE },
    {
      title: 'a line without a version that LF alone ends is no part of a target',
      octets: 'GET /▼\na: HTTP/1.1\r\nHost: a\r\n\r\n',
      log: BAD_LINE,
    },
    { title: 'HTTP/0.9 is refused', octets: `GET / HTTP/0.9▼\r\n${HOST}\r\n`, log: BAD_VERSION },
    ...['HTTP/1.2', 'HTTP/1.9'].map((version) => ({
      title: `${version} is read as HTTP/1.1`,
      octets: `GET / ${version}\r\n${HOST}\r\n`,
      log: [`head 0: GET / ${version} none keep {Host: a}`, 'end keep', 'waits'],
    })),
    ...valued(
      'a version that is not two digits with a point is refused',
      ['HTTP/1.1▼0', 'HTTP/▼x.1', 'HTTP/1▼', 'HTTP/1.▼', 'HTTP/▼ 1.1', 'HTTP/0▼1.1', '▼http/1.1', 'H▼', 'HTTP▼1.1'],
      (value) => ({ octets: `GET / ${value}\r\n${HOST}\r\n`, log: BAD_VERSION }),
    ),
    ...valued('another major version is answered 505', ['HTTP/2.0', 'HTTP/3.0', 'HTTP/9.9'], (value) => ({
      octets: `GET / ${value}▼\r\n${HOST}\r\n`,
      log: ['fault VERSION_NOT_SUPPORTED 505'],
    })),
    { title: 'RTSP is refused', octets: `GET / RTSP▼/1.0\r\n${HOST}\r\n`, log: BAD_VERSION },
    { title: 'RTSP with its own verb is refused', octets: `OPTIONS * RTSP▼/1.0\r\n${HOST}\r\n`, log: BAD_VERSION },
    { title: 'ICE is refused', octets: `SOURCE / ICE▼/1.0\r\n${HOST}\r\n`, log: BAD_VERSION },
    {
      title: 'the preface of HTTP/2 is answered 505',
      octets: 'PRI * HTTP/2.0▼\r\n\r\nSM\r\n\r\n',
      log: ['fault VERSION_NOT_SUPPORTED 505'],
    },
    {
      title: 'a TLS handshake is refused at its first octet',
      octets: '▼\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
      log: ['fault BAD_VERB 400'],
    },
  ])
})

describe('chunked bodies', () => {
  const HEAD_AND_ABC = [CHUNKED_HEAD, 'body abc']
  testRows([
    ...valued('a chunk extension is skipped', [';a=b', ';a="x"', ';a', ';a="x\\"y";b', ';a="\x7f"'], (value) => ({
      octets: `${CHUNKED}3${value}\r\nabc\r\n0${value}\r\n\r\n`,
      log: [...HEAD_AND_ABC, 'end keep', 'waits'],
    })),
    ...valued(
      'a malformed chunk line is refused',
      [
        '3;a▼\n',
        '3;a\r▼x',
        '3;a="\n▼"',
        '3 ▼;a',
        '3; ▼a',
        '3 ▼\r\n',
        '0▼x3\r\n',
        '▼+3\r\n',
        '▼-1\r\n',
        '▼\r\n',
        '3\n▼',
        '3\r▼3',
        '10000000000000000▼\r\n',
        '▼g\r\n',
        '▼ 3\r\n',
      ],
      (value) => ({ octets: `${CHUNKED}${value}`, log: BAD_CHUNK }),
    ),
    ...valued('a chunk that does not end as its size says is refused', ['▼d\r\n', '\n▼abc', '\r▼d'], (value) => ({
      octets: `${CHUNKED}3\r\nabc${value}`,
      log: [...HEAD_AND_ABC, 'fault BAD_CHUNK 400'],
    })),
    {
      title: 'a chunk size may have leading zeros and be in any case',
      octets: `${CHUNKED}000A\r\n0123456789\r\n0a\r\nabcdefghij\r\n000\r\n\r\n`,
      log: [CHUNKED_HEAD, 'body 0123456789abcdefghij', 'end keep', 'waits'],
    },
    {
      title: 'LF alone behind the last chunk is refused',
      octets: `${CHUNKED}0\r\n\n▼`,
      log: [CHUNKED_HEAD, 'fault BAD_HEADER 400'],
    },
    {
      title: 'a trailer without a colon is refused',
      octets: `${CHUNKED}0\r\nabc▼\r\n\r\n`,
      log: [CHUNKED_HEAD, 'fault BAD_HEADER 400'],
    },
    {
      title: 'Content-Length as a trailer is refused',
      octets: `${CHUNKED}0\r\nContent-Length:▼ 3\r\n\r\n`,
      log: [CHUNKED_HEAD, 'fault BAD_CONTENT_LENGTH 400'],
    },
    {
      title: 'Transfer-Encoding as a trailer is refused',
      octets: `${CHUNKED}0\r\nTransfer-Encoding: c▼hunked\r\n\r\n`,
      log: [CHUNKED_HEAD, 'fault BAD_TRANSFER_ENCODING 400'],
    },
    {
      title: 'trailers are told at the end, without those that come too late to count',
      octets: `${CHUNKED}3\r\nabc\r\n0\r\nX-Sum: 7 \r\nHost: b\r\nAuthorization: c\r\nX-Sum:\r\n\r\n`,
      log: [...HEAD_AND_ABC, 'end keep {X-Sum: 7; X-Sum: }', 'waits'],
    },
    ...valued('close in a trailer ends the connection', ['close', 'close\t', 'x, Close'], (value) => ({
      octets: `${CHUNKED}0\r\nConnection: ${value}\r\n\r\n`,
      log: [CHUNKED_HEAD, 'end close', 'over'],
    })),
  ])
})

describe('keep-alive', () => {
  testRows([
    ...valued(
      'close in any place, case and blanks ends the connection',
      ['close', 'CLOSE', 'close\t', 'x,\tclose ', 'keep-alive, close', 'close, upgrade'],
      (value) => ({
        octets: `${GET}Connection: ${value}\r\n\r\n`,
        log: [`head 0: GET / HTTP/1.1 none close {Host: a; Connection: ${value.trimEnd()}}`, 'end close', 'over'],
      }),
    ),
    {
      title: 'close in the second of two Connection fields ends the connection',
      octets: `${GET}Connection: keep-alive\r\nConnection: close\r\n\r\n`,
      log: [
        'head 0: GET / HTTP/1.1 none close {Host: a; Connection: keep-alive; Connection: close}',
        'end close',
        'over',
      ],
    },
    ...valued('close wins over keep-alive in HTTP/1.0', ['keep-alive, close', 'close, keep-alive'], (value) => ({
      octets: `GET / HTTP/1.0\r\nConnection: ${value}\r\n\r\n`,
      log: [`head 0: GET / HTTP/1.0 none close {Connection: ${value}}`, 'end close', 'over'],
    })),
    {
      title: 'HTTP/1.0 goes on when it says keep-alive',
      octets: 'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n',
      log: ['head 0: GET / HTTP/1.0 none keep {Connection: Keep-Alive}', 'end keep', 'waits'],
    },
    {
      title: 'an option that only begins like close changes nothing',
      octets: `${GET}Connection: closed\r\n\r\n`,
      log: ['head 0: GET / HTTP/1.1 none keep {Host: a; Connection: closed}', 'end keep', 'waits'],
    },
  ])
})

describe('upgrade', () => {
  testRows([
    {
      title: 'an upgrade that nobody takes leaves the stream as it is',
      octets: `${GET}Connection: Upgrade\r\nUpgrade: x\r\n\r\n`,
      log: ['head 0: GET / HTTP/1.1 none keep upgrade {Host: a; Connection: Upgrade; Upgrade: x}', 'end keep', 'waits'],
    },
    {
      title: 'the body of a request that asks for an upgrade comes first',
      octets: `${POST}Connection: x, upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\nab`,
      log: [
        'head 0: POST / HTTP/1.1 length=2 keep upgrade {Host: a; Connection: x, upgrade; Upgrade: x; Content-Length: 2}',
        'body ab',
        'end keep',
        'waits',
      ],
    },
    {
      title: 'Upgrade without Connection is no upgrade',
      octets: `${GET}Upgrade: x\r\n\r\n`,
      log: ['head 0: GET / HTTP/1.1 none keep {Host: a; Upgrade: x}', 'end keep', 'waits'],
    },
    {
      title: 'Upgrade in HTTP/1.0 is no upgrade',
      octets: 'GET / HTTP/1.0\r\nConnection: upgrade, keep-alive\r\nUpgrade: x\r\n\r\n',
      log: ['head 0: GET / HTTP/1.0 none keep {Connection: upgrade, keep-alive; Upgrade: x}', 'end keep', 'waits'],
    },
    {
      title: 'Upgrade named by Proxy-Connection is no upgrade',
      octets: `${GET}Proxy-Connection: upgrade\r\nUpgrade: x\r\n\r\n`,
      log: ['head 0: GET / HTTP/1.1 none keep {Host: a; Proxy-Connection: upgrade; Upgrade: x}', 'end keep', 'waits'],
    },
  ])
})

describe('the end of the stream', () => {
  testRows([
    { title: 'within a verb it leaves a request incomplete', octets: 'GE▼', end: true, log: ['fault INCOMPLETE 0'] },
    {
      title: 'within a head it leaves a request incomplete',
      octets: `${GET}▼`,
      end: true,
      log: ['fault INCOMPLETE 0'],
    },
    {
      title: 'within a body it leaves a request incomplete',
      octets: `${POST}Content-Length: 3\r\n\r\nab▼`,
      end: true,
      log: ['head 0: POST / HTTP/1.1 length=3 keep {Host: a; Content-Length: 3}', 'body ab', 'fault INCOMPLETE 0'],
    },
    {
      title: 'within a chunked body it leaves a request incomplete',
      octets: `${CHUNKED}3\r\nabc\r\n0\r\n▼`,
      end: true,
      log: [CHUNKED_HEAD, 'body abc', 'fault INCOMPLETE 0'],
    },
    { title: 'between requests it is the end', octets: '', end: true, log: ['over'] },
    { title: 'behind empty lines it is the end', octets: '\r\n\r\n', end: true, log: ['over'] },
    {
      title: 'behind a request it is the end',
      octets: `${GET}\r\n`,
      end: true,
      log: ['head 0: GET / HTTP/1.1 none keep {Host: a}', 'end keep', 'over'],
    },
  ])
})
