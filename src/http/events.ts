/**
 * What a message reader tells, in the order a peer sent it: one head, any number of body chunks, one end. A reader that
 * can't tell anything before more octets arrive answers {@link NEED_DATA}.
 */
import type { Headers } from './headers.js'

/** No event can be told before more octets arrive. */
export const NEED_DATA = Symbol('NEED_DATA')

/** How the end of a message's body is known (RFC 9112 6.3). `close`: responses only, by the end of the stream. */
export type BodyFraming = 'none' | 'length' | 'chunked' | 'close'

/** The head of a request: what was received, and what follows from it. */
export interface RequestHead {
  /** Tells it from other events. */
  readonly kind: 'head'
  /** Request line as received, without its line end. */
  readonly requestLine: string
  /** Verb, as sent. */
  readonly method: string
  /** Target, as sent. */
  readonly target: string
  /** As received, `HTTP/1.0` to `HTTP/1.9`. */
  readonly httpVersion: string
  /** 0 to 9. */
  readonly minorVersion: number
  /** Field lines, as received. */
  readonly headers: Headers
  /** How the end of the body is known. */
  readonly framing: BodyFraming
  /** Octets of the body when `framing` is `length`, 0 when it is `none`, otherwise -1. */
  readonly contentLength: number
  /** Whether the client lets the connection go on after this exchange (RFC 9112 9.3). */
  readonly keepsAlive: boolean
  /** An Upgrade that counts (RFC 9110 7.8: HTTP/1.1 and named by Connection), or CONNECT. */
  readonly upgrade: boolean
  /** `Expect` asks for 100-continue and nothing else, over HTTP/1.1. */
  readonly expectsContinue: boolean
  /** Position of the verb's first octet in the connection's octet stream. */
  readonly offset: number
}

/** The head of a response: what was received, and what follows from it. */
export interface ResponseHead {
  /** Tells it from other events. */
  readonly kind: 'head'
  /** Status line and field section exactly as received, up to and without the empty line. */
  readonly raw: string
  /** As received, `HTTP/1.0` to `HTTP/1.9`. */
  readonly httpVersion: string
  /** 0 to 9. */
  readonly minorVersion: number
  /** Status code. */
  readonly status: number
  /** Reason phrase, as received; may be empty. */
  readonly reason: string
  /** Field lines, as received. */
  readonly headers: Headers
  /** How the end of the body is known. */
  readonly framing: BodyFraming
  /** Octets of the body when `framing` is `length`, 0 when it is `none`, otherwise -1. */
  readonly contentLength: number
  /** 1xx other than 101: another head follows for the same request. */
  readonly interim: boolean
  /** Whether what follows is no HTTP: 101, or 2xx to CONNECT. */
  readonly upgrade: boolean
}

export interface BodyChunk {
  readonly kind: 'chunk'
  /** A view of received memory; copy it to keep it for long. */
  readonly octets: Buffer
}

export interface MessageEnd {
  readonly kind: 'end'
  /** Whether the peer lets the connection go on; trailers may have changed what the head said. */
  readonly keepsAlive: boolean
  readonly trailers: Headers
}

export type RequestEvent = RequestHead | BodyChunk | MessageEnd
export type ResponseEvent = ResponseHead | BodyChunk | MessageEnd
