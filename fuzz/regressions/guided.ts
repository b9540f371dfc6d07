/** Inputs of the guided fuzzer that once broke a claim, or that a claim was found to be too wide for. Run whole and cut. */

export interface GuidedRegression {
  readonly target: 'request' | 'response' | 'websocket' | 'serializers'
  readonly name: string
  /** Latin-1, with the octet for the settings in front. */
  readonly input: string
}

export const GUIDED_REGRESSIONS: readonly GuidedRegression[] = [
  {
    target: 'request',
    name: 'more cookies than allowed are a fault of the client',
    input: 'zGET p://H/cookie-all HTTP/1.1\r\nCookie:n=b s=: s=a c\r\nHost:\r\n\r\n',
  },
  {
    target: 'request',
    name: 'behind a switch to another protocol that nobody has made, octets that are no request are answered',
    input: 'TGET / HTTP/1.1\r\nHost:\r\nu:\r\n\r\nGET /status/101 HTTP/1.1\r\nHost:\r\n\r\nE\n',
  },
  {
    target: 'request',
    name: 'behind a switch to another protocol no head is looked for, though the server goes on as the original does',
    input:
      'zGET /status/101 HTTP/1.1\r\nCotiAuthorization:se\r\nHost:\r\n\r\nGET p://H/list? HTTP/1.1\r\nHost:\r\n\r\n',
  },
  {
    target: 'request',
    name: 'a handler that closes behind an answer which does not say so is the last one',
    input:
      'dGET / HTTP/1.1\r\nHost:\r\n\r\nGET / HTTP/1.1\r\nHost:\r\n\r\nGET / HTTP/1.1\r\nHost:\r\nn:\r\n\r\n' +
      'GET / HTTP/1.1\r\nHost:\r\n\r\nGET / HTTP/1.1\r\nHost:\r\nn:\r\n\r\nGET /close HTTP/1.1\r\nHost:\r\n\r\n' +
      'GET /w HTTP/1.1\r\nHost: a: \r\n\r\n',
  },
  {
    target: 'request',
    name: 'a chunk that is none behind an answer that has been given ends the connection, without a second answer',
    input: '@GET /raw HTTP/1.1\r\nHost:\r\nTransfer-Encoding:chunked\r\n\r\n:',
  },
  {
    target: 'request',
    name: 'a status code that is none, asked for by a client, is answered once',
    input: '@GET /status/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /status/1000 HTTP/1.1\r\nHost: a\r\n\r\n',
  },
  {
    target: 'request',
    name: 'a call that lacks an argument is answered as a remote exception, behind a body with trailers',
    input:
      '@PUT / HTTP/1.1\r\nHost:\r\nTransfer-Encoding:chunked\r\n\r\n3\r\nabc\r\n0\r\nT:\r\n\r\n' +
      'RPC /double HTTP/1.1\r\nHost:\r\nContent-Type:application/json\r\nContent-Length:2\r\n\r\n[]',
  },
  {
    target: 'request',
    name: 'values that a method does not take are answered as its remote exception',
    input: '@RPC /add HTTP/1.1\r\nHost:\r\nContent-Type:binary/message-pack\r\nContent-Length:4\r\n\r\n\x92\x01\xa1P',
  },
  {
    target: 'request',
    name: 'a name that a client chose for a field of its answer breaks out of no line',
    input: '@GET p://H/set-header?name==%0d%0aX HTTP/1.1\r\nHost:\r\n\r\n',
  },
  {
    target: 'request',
    name: 'an interim response given as the answer is not followed by the answer to another request',
    input: '@GET /status/100 HTTP/1.1\r\nHost: a\r\n\r\nGET /full HTTP/1.1\r\nHost: a\r\n\r\n',
  },
]
