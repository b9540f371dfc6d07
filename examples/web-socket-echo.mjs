// Sends every text message back. Run it with: node examples/web-socket-echo.mjs
import { AdvancedHTTPServer, RequestHandler, WebSocketHandler } from 'advancedhttpserver'

class Echo extends WebSocketHandler {
  on_message_text(message) {
    return this.send_message_text(message)
  }
}

class EchoHandler extends RequestHandler {
  static web_socket_handler = Echo
}

await new AdvancedHTTPServer(EchoHandler, { addresses: [['127.0.0.1', 8080]], logger: console }).serve_forever()
