/** Deviations in what counts as a request: its line, its fields, its target, its limits. */
import type { DeviationTable } from './deviations.js'
import { asRecorded, full, keptAlive, notFound, recordingWith, refused, responses, text } from './expectations.js'

export const messageDeviations: DeviationTable = {
  'leading-crlf': responses(full('keep-alive')),
  'bare-lf': refused(400),
  'bare-cr': refused(400),
  'obs-fold': refused(400),
  'header-without-colon': refused(400),
  'space-before-colon': refused(400),
  'empty-header-name': refused(400),
  'header-name-chars': refused(400),
  'header-control-chars': refused(400),
  'trailing-ows': {
    'trailing-blanks': recordingWith([
      ['X-A: 1  \t\n', 'X-A: 1\n'],
      ['Content-Length: 38', 'Content-Length: 35'],
    ]),
    'trailing-blank-connection': keptAlive,
  },
  'leading-whitespace-line': refused(400),
  'missing-host': refused(400),
  'duplicate-host': refused(400),
  http09: refused(400),
  'bad-request-line': refused(400),
  'request-line-whitespace': refused(400),
  'odd-version': refused(400),
  'higher-minor-version': asRecorded,
  'raw-8bit-target': refused(400),
  'target-control-chars': refused(400),
  'target-form': refused(400),
  'urlparse-exception': refused(400),
  // No request with a control character in its target is served, so none is logged.
  'log-injection': refused(400),

  // 100 fields are the limit itself: one more is refused.
  'header-limit-99': responses(full('close')),
  'header-total-unlimited': refused(431),

  // `$` is the end of the path, and a newline is a character like any other.
  'regex-dollar-newline': responses(notFound('close')),
  'regex-unicode-classes': {
    'maps-unicode-digits': recordingWith([
      ['number x/', 'x-prefix x/'],
      ['Content-Length: 11', 'Content-Length: 13'],
    ]),
    'maps-unicode-word': recordingWith([
      ['word word/', 'word-prefix word/'],
      ['Content-Length: 12', 'Content-Length: 19'],
    ]),
  },
  'absolute-form-post': {
    'path-absolute-form-post': responses(text('close', 'POST method HTTP/1.1')),
    'path-absolute': recordingWith([
      ['501 Not Implemented', '200 OK'],
      ['Content-Length: 15', 'Content-Type: application/json; charset=UTF-8\r\nContent-Length: 42'],
      ['\r\n\r\nNot Implemented', '\r\n\r\n{"result": 2, "exception_occurred": false}'],
    ]),
  },
}
