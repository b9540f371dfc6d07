/** The one fault of a WebSocket that a caller meets: what it wanted to send can't reach the peer any more. */

/** The message was not sent: the connection is closing, closed, or lost. `cause` tells what ended it, when known. */
export class WebSocketClosedError extends Error {
  override readonly name = 'WebSocketClosedError'
}
