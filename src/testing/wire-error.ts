/** What can go wrong for a client on the wire, with the octets that did come. */
import { Buffer } from 'node:buffer'
import { quote } from './octets.js'

/**
 * `TIMEOUT`: nothing that was waited for came in time. `CLOSED`, `RESET`: the server ended the connection first.
 * `ABORTED`: the caller's signal. `CONNECT`: there was no connection to be had, or no TLS. `NO_RESPONSE`: the octets are
 * no response. `BUSY`: another read is under way.
 */
export type WireErrorCode = 'TIMEOUT' | 'CLOSED' | 'RESET' | 'ABORTED' | 'CONNECT' | 'NO_RESPONSE' | 'BUSY'

/** What kept a client from hearing what it waited for. */
export class WireError extends Error {
  /** Always `WireError`. */
  override readonly name = 'WireError'
  constructor(
    /** What happened, as a stable code. */
    readonly code: WireErrorCode,
    message: string,
    /** Octets that had come and were not read yet. */
    readonly received: Buffer = Buffer.alloc(0),
    options?: ErrorOptions,
  ) {
    super(received.length === 0 ? message : `${message}; unread: ${quote(received)}`, options)
  }
}
