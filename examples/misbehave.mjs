// A server to point clients at that misbehaves in another way each time: node examples/misbehave.mjs [seed]
import { AdvancedHTTPServer, RequestHandler } from 'advancedhttpserver'
import { randomFaults, withFaults } from 'advancedhttpserver/testing'

class Hello extends RequestHandler {
  do_GET() {
    return this.send_response_full(`Hello! You asked for ${this.path}\n`)
  }
}

const [seed] = process.argv.slice(2).map(Number)
const choose = randomFaults(seed === undefined ? {} : { seed })
const Misbehaving = withFaults(Hello, (exchange) => {
  const faults = choose(exchange)
  console.log(`response ${exchange.number} to ${exchange.request.target}: ${faults.join(', ')}`)
  return faults
})

const server = new AdvancedHTTPServer(Misbehaving, { addresses: [['127.0.0.1', 8080]] })
console.log(`${choose} at http://127.0.0.1:8080`)
await server.serve_forever()
