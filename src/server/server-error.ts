/**
 * What a server can't do because of the state it is in. Misuse of its options is a TypeError or RangeError instead, a
 * certificate's fault a CertificateError, and an address that can't be bound has the system's own code.
 */

/** Why the server can't, as a stable code. */
export type ServerFault =
  /** It was shut down; a server is used once. */
  | 'SHUT_DOWN'
  /** No address speaks TLS, so that there is no table of certificates. */
  | 'TLS_NOT_IN_USE'
  /** A process that was to serve ended at its start. */
  | 'WORKER_FAILED'

/** The server is not in a state to do what was asked. */
export class ServerError extends Error {
  /** Always `ServerError`. */
  override readonly name = 'ServerError'

  constructor(
    /** Why, as a stable code. */
    readonly code: ServerFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
