/** How a fault in a request is answered: each code has one status. */
import { RequestError, type RequestFault } from './errors.js'

const STATUSES: Partial<Record<RequestFault, number>> = {
  // No answer makes sense: nobody is there to read it, or not with what it would answer to.
  INCOMPLETE: 0,
  PEER_GONE: 0,
  HEAD_TIMEOUT: 408,
  BODY_TIMEOUT: 408,
  BODY_TOO_LARGE: 413,
  CHUNK_OVERHEAD: 413,
  REQUEST_LINE_TOO_LONG: 414,
  HEADER_TOO_LARGE: 431,
  TOO_MANY_HEADERS: 431,
  TRAILER_TOO_LARGE: 431,
  PARSER_FAILURE: 500,
  UNKNOWN_TRANSFER_CODING: 501,
  VERB_TOO_LONG: 501,
  VERB_NOT_ALLOWED: 501,
  VERSION_NOT_SUPPORTED: 505,
}

/** The error for this fault, with the status that answers it: 400 unless another says more. */
export function requestError(code: RequestFault, message: string, offset: number): RequestError {
  return new RequestError(code, message, STATUSES[code] ?? 400, offset)
}
