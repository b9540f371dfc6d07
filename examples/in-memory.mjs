// HTTP without a network: server and client joined by a pair of streams in memory.
//
//   node examples/in-memory.mjs
import { once } from 'node:events'
import { request } from 'node:http'
import { Duplex, PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { AdvancedHTTPServer, RequestHandler } from 'advancedhttpserver'

class EchoHandler extends RequestHandler {
  async do_POST() {
    const body = await this.read_body()
    return this.send_response_full(`${this.client_address[0]} sent ${body.length} octets\n`)
  }
}

/** Two ends: what is written to one is read from the other. @returns {[Duplex, Duplex]} */
function streamPair() {
  const [there, back] = [new PassThrough(), new PassThrough()]
  return [Duplex.from({ writable: there, readable: back }), Duplex.from({ writable: back, readable: there })]
}

const server = new AdvancedHTTPServer(EchoHandler, { addresses: [['127.0.0.1', 0]] }) // never listens
const [client, served] = streamPair()
const over = server.handle_connection(served, ['nobody', 0])

const call = request({ method: 'POST', host: 'memory', createConnection: () => client })
call.end('Hello World!')
const [response] = await once(call, 'response')
process.stdout.write(await text(response))
client.end()
await over
console.log('closed')
