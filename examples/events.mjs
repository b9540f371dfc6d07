// Streams while the client listens: server-sent events, and lines of text in chunks.
//
//   node examples/events.mjs
//   curl -N http://127.0.0.1:8080/events
//   curl -N http://127.0.0.1:8080/countdown?from=5
import { setTimeout as delay } from 'node:timers/promises'
import { AdvancedHTTPServer, RequestHandler } from 'advancedhttpserver'

const INTERVAL_MS = Number(process.env.INTERVAL_MS ?? 1000)

class EventsHandler extends RequestHandler {
  on_init() {
    this.handler_map['^events$'] = this.res_events
    this.handler_map['^countdown$'] = this.res_countdown
  }

  /** Until the client leaves: `signal` tells. A browser that comes again says which event it had last. */
  async res_events() {
    this.send_response(200)
    this.send_header('Content-Type', 'text/event-stream')
    this.send_header('Cache-Control', 'no-store')
    this.end_headers()
    let id = Number(this.headers.get('Last-Event-ID', '0'))
    while (!this.signal.aborted) {
      id += 1
      this.wfile.write(`id: ${id}\ndata: ${JSON.stringify({ id, seconds: Math.floor(process.uptime()) })}\n\n`)
      await delay(INTERVAL_MS, undefined, { signal: this.signal }).catch(() => {})
    }
  }

  /** @param {import('advancedhttpserver').Query} query */
  async res_countdown(query) {
    this.send_response(200)
    this.send_header('Content-Type', 'text/plain')
    const body = this.chunked()
    for (let left = Number(query.get('from', ['3'])[0]); left > 0 && !this.signal.aborted; left -= 1) {
      body.write(`${left}\n`)
      await delay(INTERVAL_MS)
    }
    body.end('lift-off\n')
  }
}

const server = new AdvancedHTTPServer(EventsHandler, { addresses: [['127.0.0.1', 8080]] })
await server.listen()
