/** The seam between a WebSocket and the request handler it was made for, which a test can fake. */
import type { DetachedStream } from '../handler/connection.js'
import type { Headers } from '../http/headers.js'
import type { Limits } from '../http/limits.js'
import type { Logger } from '../logging/logger.js'

/** All that a WebSocket asks of the request handler it was made for. `RequestHandler` is one. */
export interface WebSocketHost {
  /** Verb of the request. */
  readonly command: string
  /** Version of the request. */
  readonly request_version: string
  /** Field lines of the request. */
  readonly headers: Headers
  /** Where what happens is logged. */
  readonly server: {
    /** Of the server. */
    readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>
  }
  /** The connection that is taken over. */
  readonly connection: {
    /** What a message may be: `websocket_message_bytes`, `websocket_fragments`. */
    readonly limits: Readonly<Limits>
    /** Has the listener called when the server begins to shut down, at once if it has begun; the answer takes it back. */
    onShutdown(listener: () => void): () => void
  }
  /** Octets of the answer to the handshake. */
  readonly wfile: {
    /** Sends text behind the head. */
    write(octets: string): unknown
    /** Resolves when the stream below took all. */
    flush(): Promise<void>
  }
  /** Whether the connection ends after this request; it does. */
  close_connection: boolean
  /** Queues the status line of the answer. */
  send_response(code: number): unknown
  /** Queues a field line of the answer. */
  send_header(keyword: string, value: string | number): unknown
  /** Sends the head of the answer. */
  end_headers(): unknown
  /** Answers what is no handshake. */
  send_error(code: number, message?: string, explain?: string): unknown
  /** The client, as logs show it. */
  address_string(): string
  /** Hands the stream over, and the octets received behind the request. */
  detach(): DetachedStream
}
