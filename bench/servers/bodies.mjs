// Bodies in and out: POST /echo gives back what came, PUT counts it, GET /download streams `octets` octets.
import { pipeline } from 'node:stream/promises'
import { AdvancedHTTPServer, RequestHandler } from '../../dist/index.js'
import { announce, settings } from '../lib/contender.mjs'
import { streamOf } from '../lib/stream-of.mjs'

class BenchHandler extends RequestHandler {
  on_init() {
    this.handler_map['^echo$'] = this.res_echo
    this.handler_map['^download$'] = this.res_download
  }

  res_echo() {
    this.#begin(this.raw_query_data.length)
    this.wfile.write(this.raw_query_data)
  }

  res_download() {
    this.#begin(settings.octets)
    return pipeline(streamOf(settings.octets), this.wfile)
  }

  async do_PUT() {
    let octets = 0
    for await (const chunk of this.rfile) octets += chunk.length
    const count = String(octets)
    this.#begin(count.length)
    this.wfile.write(count)
  }

  #begin(octets) {
    this.send_response(200)
    this.send_header('Content-Type', 'application/octet-stream')
    this.send_header('Content-Length', octets)
    this.end_headers()
  }
}

const server = new AdvancedHTTPServer(BenchHandler, {
  addresses: [['127.0.0.1', 0]],
  limits: { collected_body_bytes: Infinity },
})
await server.listen()
announce(server.sub_servers[0].server_address[1])
