// An application on node:http and a handler of ours on one port: verbs that node:http doesn't know are ours.
//
//   node examples/one-port.mjs
//   curl http://127.0.0.1:8080/
//   curl -X PURGE-ALL http://127.0.0.1:8080/
import { createServer, METHODS } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { AdvancedHTTPServer, RequestHandler } from 'advancedhttpserver'

const app = createServer((_request, response) => {
  response.end('from the application\n')
})

class PurgeHandler extends RequestHandler {
  'do_PURGE-ALL'() {
    return this.send_response_full('purged\n')
  }
}

// It never listens: connections are handed to it.
const server = new AdvancedHTTPServer(PurgeHandler, { addresses: [['127.0.0.1', 0]] })

const front = createTcpServer({ allowHalfOpen: true }, (socket) => {
  let begun = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', function decide(octets) {
    begun = Buffer.concat([begun, octets])
    const blank = begun.indexOf(' ')
    if (blank < 0 && begun.length < 64) return
    socket.off('data', decide)
    socket.pause()
    socket.unshift(begun)
    const verb = begun.toString('latin1', 0, blank)
    if (METHODS.includes(verb)) app.emit('connection', socket)
    else void server.handle_connection(socket)
    socket.resume()
  })
})
front.listen(8080, '127.0.0.1')
