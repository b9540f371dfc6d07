// The same short answer at /hello, after as many other routes as the settings say; over TLS when they name a certificate.
import { AdvancedHTTPServer, RequestHandler } from '../../dist/index.js'
import { announce, settings } from '../lib/contender.mjs'

const BODY = Buffer.from('Hello World!\r\n\r\n')

class BenchHandler extends RequestHandler {
  on_init() {
    for (let number = 0; number < (settings.routes ?? 0); number += 1) {
      this.handler_map[`^route/${number}$`] = this.res_hello
    }
    this.handler_map['^hello$'] = this.res_hello
  }

  res_hello() {
    this.send_response(200)
    this.send_header('Content-Type', 'text/plain')
    this.send_header('Content-Length', BODY.length)
    this.end_headers()
    this.wfile.write(BODY)
  }
}

const { certificate, key } = settings
const isTls = certificate !== undefined
const server = new AdvancedHTTPServer(BenchHandler, {
  addresses: [['127.0.0.1', 0, isTls]],
  timeouts: { idle_ms: 600_000 },
  ...(isTls ? { ssl_certfile: certificate, ssl_keyfile: key } : {}),
})
await server.listen()
announce(server.sub_servers[0].server_address[1])
