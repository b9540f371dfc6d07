/**
 * The faults of remote procedure calls: octets or values that a serializer can't turn into each other, an answer that is
 * an error, a connection that gave no answer. Codes are stable; texts may change between releases.
 */

/** What a serializer could not do, as a stable code. */
export type SerializerFault =
  /** The Content-Type names no serializer, or is not one. */
  | 'BAD_CONTENT_TYPE'
  | 'UNKNOWN_COMPRESSION'
  /** The charset can't be read, or can't write this text. */
  | 'UNKNOWN_CHARSET'
  /** The octets are not text in the charset, not zlib data, not JSON or not MessagePack. */
  | 'MALFORMED'
  /** Well-formed, but a value in it can't be: `2020-13-01` as a date, a number beyond the finite ones. */
  | 'BAD_VALUE'
  /** Inflates to more than `rpc_inflated_bytes`. */
  | 'TOO_LARGE'
  /** Nested deeper than `rpc_depth`. */
  | 'TOO_DEEP'
  /** More values than `rpc_elements`. */
  | 'TOO_MANY_ELEMENTS'
  /** The format has no form for this value. */
  | 'NOT_SERIALIZABLE'
  /** A serializer that the program added failed; its error is the `cause`. */
  | 'DRIVER_FAILED'

/** The only error that `Serializer` throws. */
export class SerializerError extends Error {
  /** Always `SerializerError`. */
  override readonly name = 'SerializerError'
  constructor(
    /** What went wrong, as a stable code. */
    readonly code: SerializerFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The remote exception as it came with an answer: Python's dotted class name, and its message or null. */
export interface RemoteException {
  /** Dotted name of the class, as Python has it: `builtins.ValueError`. */
  name: string
  /** Its text; null when it has none. */
  message: string | null
}

/** How a call was answered with an error, as a stable code. */
export type CallFault =
  /** The function ran and raised: see `remote_exception`. */
  | 'REMOTE_EXCEPTION'
  /** The status was another than 200. */
  | 'BAD_STATUS'
  /** The status was 200, and the payload is no answer. */
  | 'BAD_ANSWER'

/** A call was answered with an error. Source: AdvancedHTTPServer `RPCError`. */
export class RPCError extends Error {
  /** `RPCError`, or the name of the class that derives from it. */
  override readonly name: string = 'RPCError'
  /** What went wrong, as a stable code. */
  readonly code: CallFault | ConnectionFault
  /**
   * @param status - Status code of the answer; 0 when there was none.
   * @param remote_exception - What the called function raised, else null.
   */
  constructor(
    message: string,
    readonly status: number,
    readonly remote_exception: RemoteException | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = remote_exception === null ? (status === 200 ? 'BAD_ANSWER' : 'BAD_STATUS') : 'REMOTE_EXCEPTION'
  }

  /** Whether the called function ran and raised. */
  get is_remote_exception(): boolean {
    return this.remote_exception !== null
  }

  /** Python's `str(error)`. */
  override toString(): string {
    if (this.is_remote_exception) return 'a remote exception occurred'
    return `the server responded with ${this.status} '${this.message}'`
  }
}

/** What kept a call from being answered, as a stable code. */
export type ConnectionFault =
  | 'CONNECT_FAILED'
  | 'CONNECTION_LOST'
  /** The peer's octets are no HTTP response. */
  | 'BAD_RESPONSE'
  /** The response is longer than the client accepts. */
  | 'RESPONSE_TOO_LARGE'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'CLOSED'

/**
 * A call got no answer. Unless the code is `CONNECT_FAILED`, the server may have run the function all the same.
 * Source: AdvancedHTTPServer `RPCConnectionError`.
 */
export class RPCConnectionError extends RPCError {
  /** Always `RPCConnectionError`. */
  override readonly name = 'RPCConnectionError'
  constructor(
    /** What went wrong, as a stable code. */
    override readonly code: ConnectionFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, 0, null, options)
  }

  override toString(): string {
    return `${this.name}: ${this.message}`
  }
}

/** Why answers can't be kept, as a stable code. */
export type CacheFault =
  /** Neither `node:sqlite` (Node.js 22.13) nor the package `node-sqlite3-wasm` is there. */
  | 'NO_SQLITE'
  /** The file can't be opened, or is no database; SQLite's error is the `cause`. */
  | 'BAD_FILE'

/** An `RPCClientCached` has no place to keep answers in. */
export class RPCCacheError extends Error {
  /** Always `RPCCacheError`. */
  override readonly name = 'RPCCacheError'
  constructor(
    /** What went wrong, as a stable code. */
    readonly code: CacheFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
