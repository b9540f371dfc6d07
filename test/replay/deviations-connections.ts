/** Deviations in when a connection goes on, what is left over from a request, and who is let in. */
import type { DeviationTable } from './deviations.js'
import {
  afterFirstResponse,
  alternative,
  asRecorded,
  closedInstead,
  firstResponseOnly,
  full,
  keptAlive,
  recordingWith,
  refusal,
  refused,
  response,
  responses,
  serverError,
  silence,
  text,
  unauthorized,
} from './expectations.js'

export const connectionDeviations: DeviationTable = {
  // The replay runs under implicit_keep_alive = false, the original's rule.
  'conn-close-default': asRecorded,
  'conn-token-match': keptAlive,
  'conn-close-token-ignored': recordingWith([], true),
  'conn-duplicate-header': closedInstead,
  'conn-contradictory': alternative('single-connection-header'),
  'stream-keepalive-lie': closedInstead,
  // The promise left with the head, before the handler changed its mind.
  'keepalive-close-lie': asRecorded,
  'stale-request-state': {
    'stale-body': responses(
      response('200 OK', 'keep-alive', 'first=1', 'application/octet-stream'),
      response('200 OK', 'keep-alive', '', 'application/octet-stream'),
    ),
  },
  'head-devnull-leak': {
    'head-then-raw': (exchange) => [
      {
        receive: `${exchange.receive}HTTP/1.1 299 Raw Bytes\r\nx-lower: 1\r\nX-Dup: a\r\nX-Dup: b\r\nContent-Length: 3\r\n\r\nraw`,
        closed: false,
      },
    ],
    'head-then-expect': recordingWith([
      ['\r\n\r\nHTTP/1.1 200 OK', '\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK'],
    ]),
  },
  'no-response-hang': responses(serverError('close')),
  'unflushed-headers-leak': {
    'no-end-headers': responses(serverError('keep-alive'), full('keep-alive')),
    'no-end-headers-alone': responses(serverError('close')),
  },

  'unread-body': firstResponseOnly(false),
  'options-body-unread': firstResponseOnly(false),
  'auth-unread-body': responses(unauthorized('keep-alive')),
  'chunked-ignored': {
    'post-chunked': responses(response('200 OK', 'keep-alive', 'hello', 'application/octet-stream')),
    'post-chunked-close': responses(response('200 OK', 'close', 'hello', 'application/octet-stream')),
  },
  'te-cl-conflict': refused(400),
  'duplicate-content-length': refused(400),
  'invalid-content-length': refused(400),
  'negative-content-length': refused(400),
  // Whoever half-closed in the middle of a message is not told: nothing was asked.
  'truncated-body': silence,

  'auth-bytes-plain': responses(text('close', "user: 'bytesuser'")),
  'auth-scheme-case': responses(text('close', "user: 'admin'")),
  'auth-lenient-base64': responses(unauthorized('close')),
  'auth-no-colon': responses(unauthorized('close')),
  'auth-verb-bypass': responses(unauthorized('close')),
  'tls-plain-http': responses(
    'HTTP/1.1 400 Bad Request\r\nDate: <DATE>\r\nConnection: close\r\nContent-Type: text/plain; charset=UTF-8\r\n' +
      'Content-Length: 54\r\n\r\nThis port speaks HTTPS: the request came without TLS.\n',
  ),
  'http09-error': {
    'bad-version-on-second': afterFirstResponse(refusal(400)),
    'http-0.9-post': refused(400),
    'one-word': refused(400),
    'bad-version': refused(400),
    'version-lower-case': refused(400),
    'version-2.0': refused(505),
    'tls-client-hello': refused(400),
    'garbage-line': refused(400),
  },
}
