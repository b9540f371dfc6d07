/** The rig's handler with a WebSocket that sends every message back as what it came. */
import { WebSocketHandler } from '../../../src/index.js'
import { RigHandler } from './rig-handler.js'

class EchoWebSocketHandler extends WebSocketHandler {
  override on_message_binary(message: Buffer): unknown {
    return this.send_message_binary(message)
  }

  override on_message_text(message: string): unknown {
    return this.send_message_text(message)
  }
}

export class SocketHandler extends RigHandler {
  static override readonly web_socket_handler = EchoWebSocketHandler
}
