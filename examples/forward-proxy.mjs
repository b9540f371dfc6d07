// A forward proxy: tunnels by CONNECT to wherever its client wants.
//
//   node examples/forward-proxy.mjs
//   curl --proxytunnel -x http://127.0.0.1:8080 https://www.example.org/
import { once } from 'node:events'
import { connect } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { AdvancedHTTPServer, RequestHandler } from 'advancedhttpserver'

class ProxyHandler extends RequestHandler {
  async do_CONNECT() {
    const target = URL.canParse(`tunnel://${this.path}`) ? new URL(`tunnel://${this.path}`) : null
    if (!target?.port) return this.send_error(400, 'Not An Authority')
    const host = target.hostname.replace(/^\[|\]$/g, '')
    const upstream = connect({ host, port: Number(target.port), allowHalfOpen: true })
    upstream.setTimeout(60_000, () => upstream.destroy())
    try {
      await once(upstream, 'connect', { signal: this.signal })
    } catch {
      upstream.destroy()
      return this.send_error(502)
    }
    this.send_response_only(200, 'Connection Established')
    this.end_headers()
    await this.wfile.flush()
    const { stream, head } = this.detach()
    upstream.write(head)
    const both = [pipeline(stream, upstream), pipeline(upstream, stream)]
    await Promise.allSettled(both)
  }
}

const server = new AdvancedHTTPServer(ProxyHandler, { addresses: [['127.0.0.1', 8080]], logger: console })
await server.listen()
