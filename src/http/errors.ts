/**
 * The faults of a message, told apart by whose they are: what a peer sent that is no request or response, and what our
 * own side tried to send that is no field. Each has a stable code; only texts may change between releases.
 */

/** What is wrong with a request, as a stable code. */
export type RequestFault =
  | 'BAD_REQUEST_LINE'
  | 'BAD_VERB'
  | 'BAD_TARGET'
  | 'BAD_VERSION'
  | 'BAD_HEADER'
  | 'BAD_HOST'
  | 'BAD_CONTENT_LENGTH'
  | 'BAD_TRANSFER_ENCODING'
  | 'BAD_CHUNK'
  | 'VERSION_NOT_SUPPORTED'
  | 'UNKNOWN_TRANSFER_CODING'
  | 'VERB_TOO_LONG'
  | 'VERB_NOT_ALLOWED'
  | 'LEADING_OCTETS'
  | 'REQUEST_LINE_TOO_LONG'
  | 'HEADER_TOO_LARGE'
  | 'TOO_MANY_HEADERS'
  | 'TRAILER_TOO_LARGE'
  | 'BODY_TOO_LARGE'
  | 'CHUNK_OVERHEAD'
  | 'TOO_MANY_FIELDS'
  | 'INCOMPLETE'
  | 'HEAD_TIMEOUT'
  | 'BODY_TIMEOUT'
  | 'PEER_GONE'
  | 'PARSER_FAILURE'

/** The peer sent octets that are not a request, or not in time. `status` is the answer a polite server gives. */
export class RequestError extends Error {
  /** Always `RequestError`. */
  override readonly name = 'RequestError'
  /**
   * @param status - Status code to answer with; 0 when no answer makes sense (the peer is gone).
   * @param offset - Position in the connection's octet stream where the fault was noticed, counted from 0.
   */
  constructor(
    /** What went wrong, as a stable code. */
    readonly code: RequestFault,
    message: string,
    readonly status = 400,
    readonly offset = 0,
  ) {
    super(message)
  }
}

/** What is wrong with a response, as a stable code. */
export type ResponseFault =
  | 'UNEXPECTED_RESPONSE'
  | 'BAD_STATUS_LINE'
  | 'BAD_VERSION'
  | 'BAD_STATUS'
  | 'BAD_HEADER'
  | 'BAD_CONTENT_LENGTH'
  | 'BAD_TRANSFER_ENCODING'
  | 'BAD_CHUNK'
  | 'UNKNOWN_TRANSFER_CODING'
  | 'STATUS_LINE_TOO_LONG'
  | 'HEADER_TOO_LARGE'
  | 'TOO_MANY_HEADERS'
  | 'TRAILER_TOO_LARGE'
  | 'BODY_TOO_LARGE'
  | 'CHUNK_OVERHEAD'
  | 'INCOMPLETE'
  | 'PARSER_FAILURE'

/** A server sent octets that are not a response, or not one that was asked for. */
export class ResponseError extends Error {
  /** Always `ResponseError`. */
  override readonly name = 'ResponseError'
  /** @param offset - Position in the connection's octet stream where the fault was noticed, counted from 0. */
  constructor(
    /** What went wrong, as a stable code. */
    readonly code: ResponseFault,
    message: string,
    readonly offset = 0,
  ) {
    super(message)
  }
}

/** A field line that our side was asked to send can't be one (CR, LF, NUL, or a character beyond latin-1). */
export class HeaderError extends Error {
  /** Always `HeaderError`. */
  override readonly name = 'HeaderError'
  constructor(
    /** What went wrong, as a stable code. */
    readonly code: 'FORBIDDEN_CHARACTER' | 'NOT_LATIN1' | 'HEADERS_ENDED',
    message: string,
  ) {
    super(message)
  }
}
