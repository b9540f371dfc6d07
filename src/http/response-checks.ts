/**
 * How a response is framed (RFC 9112 6.3), from its status, its fields and the method it answers: pure functions beside
 * llhttp, which must agree with them. Written for clients; what a server sends is `response-head.ts`.
 */
import { ResponseError } from './errors.js'
import type { BodyFraming } from './events.js'
import { announcedLength, type FramingFields, judgeCoding } from './framing-fields.js'
import { keepsAlive } from './keep-alive.js'

/** What the checks need to know beside the fields. */
export interface ResponseContext {
  /** Method of the request that is answered. */
  readonly method: string
  readonly status: number
  readonly minorVersion: number
  /** Most octets that a body may announce. */
  readonly bodyLimit: number
  /** Where in the stream a fault is said to be. */
  readonly position: number
}

export interface ResponseMeaning {
  readonly framing: BodyFraming
  readonly contentLength: number
  readonly keepsAlive: boolean
}

/** 1xx other than 101: another response to the same request follows. */
export function isInterim(status: number): boolean {
  return status < 200 && status !== 101
}

/** Whether another protocol follows the response: 101, and a 2xx to CONNECT (RFC 9110 9.3.6). */
export function beginsTunnel(status: number, method: string): boolean {
  return status === 101 || (method === 'CONNECT' && status >= 200 && status < 300)
}

/** @throws ResponseError when the framing is not beyond doubt. */
export function judgeResponse(fields: FramingFields, context: ResponseContext): ResponseMeaning {
  const { method, status, minorVersion } = context
  const isChunked = checkCoding(fields, context)
  const length = checkLength(fields, context)
  const goesOn = keepsAlive(minorVersion, fields.connection)
  if (isBodiless(context)) {
    return { framing: 'none', contentLength: 0, keepsAlive: goesOn && !beginsTunnel(status, method) }
  }
  if (isChunked) return { framing: 'chunked', contentLength: -1, keepsAlive: goesOn }
  if (length > context.bodyLimit) throw tooLarge(context.position)
  if (length >= 0) return { framing: 'length', contentLength: length, keepsAlive: goesOn }
  // A 205 has no content (RFC 9110 15.3.6). If one does not say so, nothing that follows it can be trusted.
  if (status === 205) return { framing: 'none', contentLength: 0, keepsAlive: false }
  return { framing: 'close', contentLength: -1, keepsAlive: false }
}

/** Whether the response ends with its head, whatever its fields say. */
function isBodiless({ method, status }: ResponseContext): boolean {
  return method === 'HEAD' || status < 200 || status === 204 || status === 304 || beginsTunnel(status, method)
}

function checkCoding(fields: FramingFields, { minorVersion, position }: ResponseContext): boolean {
  const verdict = judgeCoding(fields, minorVersion)
  if (verdict === null || verdict === 'chunked') return verdict === 'chunked'
  throw new ResponseError(verdict, 'Transfer-Encoding is not one "chunked" over HTTP/1.1', position)
}

function checkLength(fields: FramingFields, { position }: ResponseContext): number {
  const length = announcedLength(fields)
  if (Number.isNaN(length)) {
    throw new ResponseError('BAD_CONTENT_LENGTH', 'Content-Length is not one decimal number', position)
  }
  if (length === Infinity) throw tooLarge(position)
  return length
}

function tooLarge(position: number): ResponseError {
  return new ResponseError('BODY_TOO_LARGE', 'the announced body is larger than is taken here', position)
}
