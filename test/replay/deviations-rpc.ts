/** Deviations in JSON and in remote calls: numbers, charsets, media types, arguments, framing of the reply. */
import type { DeviationTable } from './deviations.js'
import {
  alternative,
  asRecorded,
  badRequest,
  errorPage,
  type Persistence,
  refused,
  response,
  responses,
  text,
} from './expectations.js'

const JSON_TYPE = 'application/json; charset=UTF-8'

export const rpcDeviations: DeviationTable = {
  'rpc-keepalive-unframed': {
    'rpc-keep-alive': alternative('rpc-content-length'),
    'rpc-keep-alive-two': responses(
      reply('keep-alive', '{"result": 8, "exception_occurred": false}'),
      reply('keep-alive', '{"result": 10, "exception_occurred": false}'),
    ),
    'keep-alive-exception': alternative('rpc-content-length'),
  },
  'parser-400': refused(400),

  'rpc-media-type-case': {
    'json-upper-case-type': responses(text('close', '{"a":["b"]}')),
    'type-upper-case': responses(reply('close', '{"result": 2, "exception_occurred": false}')),
    'type-param-case': responses(
      response(
        '200 OK',
        'close',
        '{"result": ["\\u00e9"], "exception_occurred": false}',
        'application/json; charset=latin-1',
      ),
    ),
  },
  'rpc-unknown-compression': responses(refusedCall('Invalid Content-Type')),
  'rpc-charset-rare': {
    'form-charset-utf-16': asRecorded,
    'rpc-type-utf-16': alternative('rpc-content-length'),
    'type-utf-32': responses(refusedCall('Invalid Data')),
  },
  'json-charset-latin': alternative('rpc-content-length'),

  // A JavaScript number does not know whether it was written 1 or 1.0; integers beyond 2**53 are exact.
  'json-number-kinds': {
    'json-integral-float': responses(text('close', '{"a":[1]}')),
    'rpc-integral-float': responses(reply('close', '{"result": [1, 100], "exception_occurred": false}')),
    'double-integral': responses(reply('close', '{"result": 5, "exception_occurred": false}')),
    'rpc-big-int': alternative('rpc-content-length'),
    // What no integer is written as can only have been a float.
    'large-floats': alternative('rpc-content-length'),
    'negative-zero': alternative('rpc-content-length'),
    'msgpack-integral-float': responses(packedReply('\x82\xa6result\x91\x01\xb2exception_occurred\xc2')),
    'msgpack-uint64': alternative('rpc-content-length'),
  },
  'json-nan': {
    'json-nan': responses(badRequest('close')),
    'json-infinity': responses(badRequest('close')),
    'rpc-nan': responses(refusedCall('Invalid Data')),
  },
  'json-depth': alternative('single-connection-header'),
  // An object of exactly the two keys is a date, also as the outermost value: no list of arguments.
  'complex-type-spoof': alternative('single-connection-header'),

  'rpc-arity': alternative('rpc-content-length'),
  'rpc-type-error': alternative('rpc-content-length'),
  'rpc-string-args': responses(refusedCall('Invalid Data')),
  'rpc-registered-args-crash': responses(
    reply(
      'close',
      '{"result": null, "exception_occurred": true, "exception": {"name": "builtins.TypeError", "message": null}}',
    ),
  ),
}

function reply(connection: Persistence, body: string): string {
  return response('200 OK', connection, body, JSON_TYPE)
}

function packedReply(octets: string): string {
  return response('200 OK', 'close', octets, 'binary/message-pack; charset=UTF-8')
}

function refusedCall(reason: string): string {
  const page = errorPage(400, reason, 'Bad request syntax or unsupported method')
  return response(`400 ${reason}`, 'close', page, 'text/html;charset=utf-8')
}
