/**
 * The seam between a handler and the wire: all that a handler may ask of the connection it serves. `net` implements it
 * over sockets and streams; a test can fake it in a few lines.
 */
import type { Duplex, Readable, Writable } from 'node:stream'
import type { RequestHead } from '../http/events.js'
import type { Headers } from '../http/headers.js'
import type { Limits } from '../http/limits.js'
import type { WaitOptions } from './abortable.js'

export type { WaitOptions } from './abortable.js'

/** Every length of time a peer or a handler is given: milliseconds unless the name says otherwise; `Infinity`: no limit. */
export interface Timeouts {
  /** TLS handshake, from accept. */
  handshake_ms: number
  /** A request head, from its first octet to its last; for the first request from accept. */
  head_ms: number
  /** Between two reads of a body somebody waits for. */
  body_idle_ms: number
  /** While the peer takes nothing of what was written. */
  write_idle_ms: number
  /** Between two requests on a connection. */
  idle_ms: number
  /** A handler, from the end of the request's head until it has settled; off by default. */
  handler_ms: number
  /** How long octets are read and dropped after the last answer, so that a reset does not destroy it on its way. */
  linger_ms: number
  /** Octets a second that a body must average, judged from the tenth second on; 0 switches it off. */
  body_bytes_per_second: number
}

/** Decoded body of one request. */
export interface RequestBody extends Readable {
  /** Trailer fields; empty before the body has ended. */
  readonly trailers: Headers
}

/** Who takes all of a body. After its end or a failure nothing follows. */
export interface BodyReader {
  /** Takes the next piece, which nobody changes any more. */
  takePiece(octets: Buffer): void
  /** The body has ended. */
  takeEnd(): void
  /** The body will not end. @param error - What the body was destroyed with; null when nobody has said. */
  takeFailure(error: Error | null): void
}

/** Raw octets to the peer, in order. One per connection. */
export interface ResponseOutput extends Writable {
  /** Whether the stream below has copied what was written once {@link flush} resolves. */
  readonly copiesOctets?: boolean
  /**
   * Resolves when the stream below took all that was written.
   *
   * @param options - `signal`: ends the wait; what was written stays on its way.
   * @throws the error that ended the connection; the signal's reason.
   */
  flush(options?: WaitOptions): Promise<void>
}

/** What the library itself has learned of the response, from the head it was asked to send. */
export interface ResponseFraming {
  /** Octets that Content-Length announced, or -1 when nothing was announced. */
  readonly contentLength: number
  /** HEAD, 204 and 304: octets written after the head do not reach the wire (RFC 9112 6.3). */
  readonly bodiless: boolean
  /** A status of 1xx but 101: whatever the handler meant by it, its client waits for another head (RFC 9110 15.2). */
  readonly interim: boolean
  /** Transfer-Encoding: chunked was sent: the end of the body is told by the body itself. */
  readonly chunked: boolean
}

/** What is handed over to whoever takes a connection over. */
export interface DetachedStream {
  /** The stream below: nobody else reads from it or writes to it any more. */
  stream: Duplex
  /** Octets that were received behind the request. */
  head: Buffer
}

/** Who waits for a request: is told once, one or the other. */
export interface RequestTaker {
  /** Null: there will be none. */
  requestCame(head: RequestHead | null): void
  /** @param error - Why the octets are no request, or came too late. */
  requestFailed(error: unknown): void
}

/** One connection as a handler sees it: requests in, octets out. */
export interface Connection {
  /** The peer; an empty host and port 0 when the stream has no address. */
  readonly client_address: readonly [host: string, port: number]
  /** Whether TLS protects the connection. */
  readonly encrypted: boolean
  /** The stream below: a TCP or TLS socket, or whatever Duplex an embedding program handed over. */
  readonly stream: Duplex
  /** What the peer may make us hold; bytes unless the name says otherwise. */
  readonly limits: Readonly<Limits>
  /** What the peer and the handler have time for; milliseconds. */
  readonly timeouts: Readonly<Timeouts>
  /**
   * The next request head; null when there will be none: peer gone, idle too long, shutting down, detached.
   * @throws RequestError when the octets are not a request, or did not come in time.
   */
  nextRequest(): Promise<RequestHead | null> | RequestHead | null
  /**
   * As {@link nextRequest}, for who takes one request after the other: instead of a promise it gives `undefined`, and tells
   * the taker when that would settle, within the event that settles it.
   */
  takeRequest(taker: RequestTaker): RequestHead | null | undefined
  /**
   * Has all of the current request's body given to somebody as it comes, past its stream, which then looks as if there were
   * nothing in it; who destroys the stream ends the reading. What is here already is given before this returns. False, and
   * nothing is read, when somebody has asked for {@link rfile} before, or the body has ended.
   */
  readBodyTo(reader: BodyReader): boolean
  /** Decoded body of the current request; made on first use. */
  readonly rfile: RequestBody
  /** Raw octets to the peer; after the head of a response without body it swallows what is written. */
  readonly wfile: ResponseOutput
  /**
   * Aborted when the peer is gone or the current request's handler has taken too long. Made on first use; each request has
   * its own.
   *
   * @remarks A peer that only shuts its sending side still waits for its answer, and nothing tells it from one that has
   * closed; who takes both for gone listens for `end` of the stream, too. One that is not read from, because
   * 64 KiB of it wait unread already, is seen to be gone at the next read or write.
   */
  readonly signal: AbortSignal
  /** Rejects when `handler_ms` have passed since the current request's head came; never settles otherwise. */
  overdue(): Promise<never>
  /** Whether any octet of a final answer to the current request was written. */
  readonly responseStarted: boolean
  /**
   * What keeps the current response from being whole if it ends now, in words that go behind "the handler"; null when
   * nothing does.
   */
  readonly responseFault: string | null
  /** Whether a response that starts now may promise that the connection goes on: false while draining or after a fault. */
  readonly mayPersist: boolean
  /**
   * Whether the rest of the request's body is already here or small enough by its Content-Length to be read away, so that
   * the connection can carry another request.
   */
  readonly drainable: boolean
  /**
   * Puts a response head on the wire as it is.
   *
   * @param framing - What the head says of the response, whose octets are counted against it from here; `interim` for a
   * 1xx in front of the response, `partial` for lines whose end is still to come.
   */
  writeHead(octets: string, framing: ResponseFraming | 'interim' | 'partial'): void
  /**
   * Ends the exchange: reads away what is left of the body, up to the drain limit. False when the connection can't carry
   * another request (unread body, a response that is not delimited or not complete).
   */
  finishRequest(): Promise<boolean> | boolean
  /** Has the listener called when the server begins to shut down, at once if it has begun; the answer takes it back. */
  onShutdown(listener: () => void): () => void
  /** Hands over the stream and the octets already received; from here on nextRequest() gives null. */
  detach(): DetachedStream
  /**
   * Sends what was written, then closes in order: half-close, linger for a peer that still sends, end. A response that a
   * stream has not come to the end of is reset instead, if only the end of the connection would tell where it ends.
   */
  close(): Promise<void>
  /**
   * Ends the connection so that a response that is not whole looks truncated; what was written still goes out in order. A
   * stream that was handed over is ended at once.
   */
  destroy(): void
}
