/** Deviations in what is answered: bodies as handlers see them, failing handlers, fields that can't be sent. */
import type { DeviationTable } from './deviations.js'
import { asRecorded, full, recordingWith, response, responses, serverError, text } from './expectations.js'

export const responseDeviations: DeviationTable = {
  'cookie-error-drop': {
    'cookie-illegal-name': responses(text('close', '2')),
    'illegal-name-keep-alive': responses(full('keep-alive')),
  },
  'handler-name-collision': responses(response('200 OK', 'close', 'collide', 'text/plain; charset=UTF-8')),

  'binary-body-400': responses(response('200 OK', 'close', '\x00\x01\xfe\xff', 'application/octet-stream')),
  'charset-extraction': {
    'content-type-charset': responses(text('close', 'latin-1')),
    'charset-quoted': responses(text('close', 'utf-8')),
    // No value follows the equals sign.
    'charset-blank': asRecorded,
    // There is no media type, so there are no parameters.
    'charset-first': asRecorded,
  },

  'server-error-length': recordingWith([['Content-Length: 6', 'Content-Length: 9']]),
  'exception-buffered': {
    'unicode-header': responses(serverError('close')),
    'exception-buffered': responses(serverError('close')),
    'exception-buffered-keep-alive': responses(serverError('keep-alive')),
  },
  // What the handler had written before it failed, and not an octet more.
  'exception-after-headers': (exchange) => [
    { receive: exchange.receive.slice(0, exchange.receive.lastIndexOf('HTTP/1.1 500')), closed: true },
  ],
  // Exact control of the wire: what the handler asks for is sent.
  'forbidden-content-length': asRecorded,
  'status-code-range': responses(serverError('close')),
  'header-injection': responses(serverError('close')),
}
