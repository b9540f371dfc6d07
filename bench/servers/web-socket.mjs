// Sends each message back.
import { AdvancedHTTPServer, RequestHandler, WebSocketHandler } from '../../dist/index.js'
import { announce } from '../lib/contender.mjs'

class Echo extends WebSocketHandler {
  on_message_binary(message) {
    return this.send_message_binary(message)
  }
}

class BenchHandler extends RequestHandler {
  static web_socket_handler = Echo
}

const server = new AdvancedHTTPServer(BenchHandler, { addresses: [['127.0.0.1', 0]] })
await server.listen()
announce(server.sub_servers[0].server_address[1])
