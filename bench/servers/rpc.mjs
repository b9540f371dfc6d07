// Two numbers and a text in, their sum and the text out, by RPC.
import { AdvancedHTTPServer, RequestHandler } from '../../dist/index.js'
import { announce } from '../lib/contender.mjs'

class BenchHandler extends RequestHandler {
  on_init() {
    this.rpc_handler_map['/add'] = this.rpc_add
  }

  rpc_add(first, second, text) {
    return { sum: first + second, text }
  }
}

const server = new AdvancedHTTPServer(BenchHandler, { addresses: [['127.0.0.1', 0]] })
await server.listen()
announce(server.sub_servers[0].server_address[1])
