/** The one fault of a WebSocket that a caller meets: what it wanted to send can't reach the peer any more. */

/** The message was not sent: the connection is closing, closed, or lost. `cause` tells what ended it, when known. */
export class WebSocketClosedError extends Error {
  /** Always `WebSocketClosedError`. */
  override readonly name = 'WebSocketClosedError'
  /** Always this one: a stable code, as other errors have it. */
  readonly code = 'WEBSOCKET_CLOSED'
  constructor(message = 'the WebSocket is closed', options: ErrorOptions = {}) {
    super(message, options)
  }
}

/** The outcome of sending what can't be sent. It may be ignored. */
export function refusedSend(message?: string): Promise<never> {
  return mayBeLeft(Promise.reject(new WebSocketClosedError(message)))
}

/** The promise, which may be ignored from now on: a peer that leaves must not end the process. */
export function mayBeLeft<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
