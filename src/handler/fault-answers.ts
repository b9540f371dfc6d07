/** The words with which a request that is none is answered: Python's where it has some, never anything the peer sent. */
import type { RequestError, RequestFault } from '../http/errors.js'
import type { Limits } from '../http/limits.js'

export interface FaultAnswer {
  readonly message?: string
  readonly explain?: string
}

/** What `send_error` is given besides the fault's status. Source: `http.server.BaseHTTPRequestHandler.parse_request`. */
export function faultAnswer(error: RequestError, limits: Readonly<Limits>): FaultAnswer {
  return ANSWERS[error.code]?.(limits) ?? {}
}

const ANSWERS: Partial<Record<RequestFault, (limits: Readonly<Limits>) => FaultAnswer>> = {
  BAD_REQUEST_LINE: () => ({ message: 'Bad request syntax' }),
  BAD_VERB: () => ({ message: 'Bad request syntax' }),
  BAD_TARGET: () => ({ message: 'Bad request syntax' }),
  BAD_VERSION: () => ({ message: 'Bad request version' }),
  VERSION_NOT_SUPPORTED: () => ({ message: 'Invalid HTTP version' }),
  HEADER_TOO_LARGE: ({ header_bytes }) => ({
    message: 'Line too long',
    explain: `got more than ${header_bytes} bytes when reading header line`,
  }),
  TOO_MANY_HEADERS: ({ header_fields }) => ({
    message: 'Too many headers',
    explain: `got more than ${header_fields} headers`,
  }),
}
