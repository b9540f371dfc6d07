// A handler for a path, one that reads the query, and a verb of its own.
//
//   node examples/hello.mjs
//   curl 'http://127.0.0.1:8080/hello?name=Ada'
//   curl -X GREET http://127.0.0.1:8080/Ada
import { AdvancedHTTPServer, RequestHandler } from 'advancedhttpserver'

class HelloHandler extends RequestHandler {
  on_init() {
    this.handler_map['^hello$'] = this.res_hello
  }

  /** @param {import('advancedhttpserver').Query} query */
  res_hello(query) {
    return this.send_response_full(`Hello ${query.get('name', ['World'])[0]}!\n`)
  }

  do_GREET() {
    return this.send_response_full(`Greetings, ${this.path.slice(1)}!\n`)
  }
}

const server = new AdvancedHTTPServer(HelloHandler, { addresses: [['127.0.0.1', 8080]] })
process.once('SIGINT', () => void server.shutdown())
await server.listen()
console.log('http://127.0.0.1:8080/hello')
