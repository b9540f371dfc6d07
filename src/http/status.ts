/**
 * The status codes that have a name, with the phrase of the status line and the sentence that error pages print. Codes,
 * order and sentences are those of Python's `http.HTTPStatus`; the phrases are RFC 9110's, as Python has them since 3.13.
 */

/** What a status code is called, and what it means. */
export interface StatusText {
  /** Reason phrase of the status line. */
  readonly phrase: string
  /** What an error page explains; empty where Python has nothing to say. */
  readonly description: string
}

/** Phrase and description of each registered code. */
export const STATUS: ReadonlyMap<number, StatusText> = new Map([
  [100, { phrase: 'Continue', description: 'Request received, please continue' }],
  [101, { phrase: 'Switching Protocols', description: 'Switching to new protocol; obey Upgrade header' }],
  [102, { phrase: 'Processing', description: '' }],
  [103, { phrase: 'Early Hints', description: '' }],
  [200, { phrase: 'OK', description: 'Request fulfilled, document follows' }],
  [201, { phrase: 'Created', description: 'Document created, URL follows' }],
  [202, { phrase: 'Accepted', description: 'Request accepted, processing continues off-line' }],
  [203, { phrase: 'Non-Authoritative Information', description: 'Request fulfilled from cache' }],
  [204, { phrase: 'No Content', description: 'Request fulfilled, nothing follows' }],
  [205, { phrase: 'Reset Content', description: 'Clear input form for further input' }],
  [206, { phrase: 'Partial Content', description: 'Partial content follows' }],
  [207, { phrase: 'Multi-Status', description: '' }],
  [208, { phrase: 'Already Reported', description: '' }],
  [226, { phrase: 'IM Used', description: '' }],
  [300, { phrase: 'Multiple Choices', description: 'Object has several resources -- see URI list' }],
  [301, { phrase: 'Moved Permanently', description: 'Object moved permanently -- see URI list' }],
  [302, { phrase: 'Found', description: 'Object moved temporarily -- see URI list' }],
  [303, { phrase: 'See Other', description: 'Object moved -- see Method and URL list' }],
  [304, { phrase: 'Not Modified', description: 'Document has not changed since given time' }],
  [305, { phrase: 'Use Proxy', description: 'You must use proxy specified in Location to access this resource' }],
  [307, { phrase: 'Temporary Redirect', description: 'Object moved temporarily -- see URI list' }],
  [308, { phrase: 'Permanent Redirect', description: 'Object moved permanently -- see URI list' }],
  [400, { phrase: 'Bad Request', description: 'Bad request syntax or unsupported method' }],
  [401, { phrase: 'Unauthorized', description: 'No permission -- see authorization schemes' }],
  [402, { phrase: 'Payment Required', description: 'No payment -- see charging schemes' }],
  [403, { phrase: 'Forbidden', description: 'Request forbidden -- authorization will not help' }],
  [404, { phrase: 'Not Found', description: 'Nothing matches the given URI' }],
  [405, { phrase: 'Method Not Allowed', description: 'Specified method is invalid for this resource' }],
  [406, { phrase: 'Not Acceptable', description: 'URI not available in preferred format' }],
  [
    407,
    { phrase: 'Proxy Authentication Required', description: 'You must authenticate with this proxy before proceeding' },
  ],
  [408, { phrase: 'Request Timeout', description: 'Request timed out; try again later' }],
  [409, { phrase: 'Conflict', description: 'Request conflict' }],
  [410, { phrase: 'Gone', description: 'URI no longer exists and has been permanently removed' }],
  [411, { phrase: 'Length Required', description: 'Client must specify Content-Length' }],
  [412, { phrase: 'Precondition Failed', description: 'Precondition in headers is false' }],
  [413, { phrase: 'Content Too Large', description: 'Content is too large' }],
  [414, { phrase: 'URI Too Long', description: 'URI is too long' }],
  [415, { phrase: 'Unsupported Media Type', description: 'Entity body in unsupported format' }],
  [416, { phrase: 'Range Not Satisfiable', description: 'Cannot satisfy request range' }],
  [417, { phrase: 'Expectation Failed', description: 'Expect condition could not be satisfied' }],
  [418, { phrase: "I'm a Teapot", description: 'Server refuses to brew coffee because it is a teapot.' }],
  [421, { phrase: 'Misdirected Request', description: 'Server is not able to produce a response' }],
  [422, { phrase: 'Unprocessable Content', description: '' }],
  [423, { phrase: 'Locked', description: '' }],
  [424, { phrase: 'Failed Dependency', description: '' }],
  [425, { phrase: 'Too Early', description: '' }],
  [426, { phrase: 'Upgrade Required', description: '' }],
  [428, { phrase: 'Precondition Required', description: 'The origin server requires the request to be conditional' }],
  [
    429,
    {
      phrase: 'Too Many Requests',
      description: 'The user has sent too many requests in a given amount of time ("rate limiting")',
    },
  ],
  [
    431,
    {
      phrase: 'Request Header Fields Too Large',
      description: 'The server is unwilling to process the request because its header fields are too large',
    },
  ],
  [
    451,
    {
      phrase: 'Unavailable For Legal Reasons',
      description: 'The server is denying access to the resource as a consequence of a legal demand',
    },
  ],
  [500, { phrase: 'Internal Server Error', description: 'Server got itself in trouble' }],
  [501, { phrase: 'Not Implemented', description: 'Server does not support this operation' }],
  [502, { phrase: 'Bad Gateway', description: 'Invalid responses from another server/proxy' }],
  [503, { phrase: 'Service Unavailable', description: 'The server cannot process the request due to a high load' }],
  [504, { phrase: 'Gateway Timeout', description: 'The gateway server did not receive a timely response' }],
  [505, { phrase: 'HTTP Version Not Supported', description: 'Cannot fulfill request' }],
  [506, { phrase: 'Variant Also Negotiates', description: '' }],
  [507, { phrase: 'Insufficient Storage', description: '' }],
  [508, { phrase: 'Loop Detected', description: '' }],
  [510, { phrase: 'Not Extended', description: '' }],
  [
    511,
    {
      phrase: 'Network Authentication Required',
      description: 'The client needs to authenticate to gain network access',
    },
  ],
])

/** Reason phrase of a code; empty for one without a name, as Python's `send_response` writes it. */
export function statusPhrase(code: number): string {
  return STATUS.get(code)?.phrase ?? ''
}
