// Sends whoever comes to another site, to the same path there.
//
//   node examples/redirector.mjs https://www.example.org
//   curl -i http://127.0.0.1:8080/some/page?id=1
import { AdvancedHTTPServer, RequestHandler } from 'advancedhttpserver'

const [target = 'https://www.example.org'] = process.argv.slice(2)
const { origin } = new URL(target)

class RedirectHandler extends RequestHandler {
  do_GET() {
    // Not `new URL(path, target)`: to that, `/\elsewhere.example` is another site.
    if (!this.path.startsWith('/')) return this.respond_not_found()
    this.send_response(302)
    this.send_header('Location', origin + this.path)
    this.send_header('Content-Length', 0)
    this.end_headers()
  }

  do_HEAD() {
    return this.do_GET()
  }
}

const server = new AdvancedHTTPServer(RedirectHandler, { addresses: [['127.0.0.1', 8080]], logger: console })
await server.listen()
