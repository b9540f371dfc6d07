/** Any token is a verb: what the gate in front of llhttp lets through, and what it stops. */
import { describe } from 'vitest'
import { shorten } from '../support/reader-log.js'
import { testRows } from '../support/request-rows.js'

const REST = ' / HTTP/1.1\r\nHost: a\r\n\r\n'

function served(verb: string, rest = REST): { octets: string; log: string[] } {
  const line = `${verb}${rest}`.split('\r\n', 1)[0] as string
  return { octets: `${verb}${rest}`, log: [`head 0: ${shorten(line)} none keep {Host: a}`, 'end keep', 'waits'] }
}

describe('the verb gate', () => {
  testRows([
    ...[
      'RPC',
      'X',
      'GETX',
      'GE',
      'G',
      'POSTAL',
      'CONNECTX',
      'CONNEC',
      'get',
      'Get',
      'connect',
      'PUT',
      "!#$%&'*+-.^_`|~09aZ",
    ].map((verb) => ({ title: `${verb} is a verb, told as it was sent`, ...served(verb) })),
    ...[
      'QUERY',
      'SOURCE',
      'DESCRIBE',
      'PLAY',
      'SETUP',
      'PRI',
      'M-SEARCH',
      'HTTP',
      'OPTIONS',
      'constructor',
      '__proto__',
    ].map((verb) => ({ title: `${verb} over HTTP/1.1 is a verb like any other`, ...served(verb) })),
    {
      title: 'a verb may have a body, whatever it is called',
      octets:
        'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nabX / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n',
      log: [
        'head 0: GET / HTTP/1.1 length=2 keep {Host: a; Content-Length: 2}',
        'body ab',
        'end keep',
        'head 48: X / HTTP/1.1 chunked keep {Host: a; Transfer-Encoding: chunked}',
        'body c',
        'end keep',
        'waits',
      ],
    },
    {
      title: 'CONNECT offers a tunnel and has no body, whatever its fields say',
      octets: 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n',
      log: ['head 0: CONNECT a:443 HTTP/1.1 none keep upgrade {Host: a; Content-Length: 5}', 'end keep', 'waits'],
    },
    { title: 'OPTIONS may have the target *', ...served('OPTIONS', ' * HTTP/1.1\r\nHost: a\r\n\r\n') },
    { title: 'a verb of 64 octets is taken', ...served('V'.repeat(64)) },
    {
      title: 'a verb of 65 octets is answered 501, before anything behind it is read',
      octets: `${'V'.repeat(64)}▼V`,
      log: ['fault VERB_TOO_LONG 501'],
    },
    {
      title: 'a verb may be as long as the limit says',
      octets: `ABC▼D${REST}`,
      limits: { verb_bytes: 3 },
      log: ['fault VERB_TOO_LONG 501'],
    },
    ...[
      '\x00',
      '\x1f',
      '\x7f',
      '\x80',
      '\xff',
      '(',
      ')',
      ',',
      '/',
      ':',
      ';',
      '<',
      '=',
      '>',
      '?',
      '@',
      '[',
      '\\',
      ']',
      '{',
      '}',
      '"',
      '\t',
      '\r',
      '\n',
    ].map((octet) => ({
      title: `a verb with ${JSON.stringify(octet)} is refused at that octet`,
      octets: `GE▼${octet}T${REST}`,
      log: ['fault BAD_VERB 400'],
    })),
    { title: 'a request that begins with a blank is refused', octets: `▼ ${REST}`, log: ['fault BAD_VERB 400'] },
    { title: 'a bare verb is refused at its line end', octets: 'GET▼\r\n\r\n', log: ['fault BAD_VERB 400'] },
    { title: 'an empty target is refused', octets: 'GET  HTTP▼/1.1\r\n\r\n', log: ['fault BAD_TARGET 400'] },
    {
      title: 'only the listed verbs are let through when there is a list',
      octets: `GET${REST}PUT▼${REST}`,
      allowedVerbs: ['GET', 'CONNECT'],
      log: ['head 0: GET / HTTP/1.1 none keep {Host: a}', 'end keep', 'fault VERB_NOT_ALLOWED 501'],
    },
    {
      title: 'the octets left over from a body of another length are another verb, which a list stops',
      octets: `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcdeGET▼${REST}`,
      allowedVerbs: ['GET', 'POST'],
      log: [
        'head 0: POST / HTTP/1.1 length=3 keep {Host: a; Content-Length: 3}',
        'body abc',
        'end keep',
        'fault VERB_NOT_ALLOWED 501',
      ],
    },
  ])
})
