/** Handlers and hooks run in the asynchronous context in which their connection began to be served, each request of it. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { AdvancedHTTPServer, RequestHandler, WebSocketHandler } from '../../src/index.js'
import { duplexPair } from '../support/duplex-pair.js'
import { clientText, readFrames } from '../support/web-socket-frames.js'

const place = new AsyncLocalStorage<string>()

class Telling extends WebSocketHandler {
  override on_message_text(): Promise<void> {
    return this.send_message_text(`hook of ${place.getStore()}`)
  }
}

class Handler extends RequestHandler {
  static override web_socket_handler = Telling

  override do_GET(): ReturnType<RequestHandler['do_GET']> {
    if (this.path !== '/socket') return this.send_response_full(`answer of ${place.getStore()};`)
    return super.do_GET()
  }

  async do_PUT(): Promise<void> {
    await this.read_body()
    await this.send_response_full(`put of ${place.getStore()};`)
  }
}

const OPENING =
  'GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

/** A client of a connection whose serving was begun in this context; it speaks outside of any. */
function clientIn(context: string): Duplex {
  const server = new AdvancedHTTPServer(Handler, { addresses: [['127.0.0.1', 0]] })
  const [here, there] = duplexPair()
  void place.run(context, () => server.sub_servers[0]?.handle_connection(there))
  return here
}

/** Says something and hears what comes until it is the answer. */
async function ask(client: Duplex, octets: string | Buffer, isAnswer: (heard: Buffer) => boolean): Promise<Buffer> {
  client.write(octets)
  let heard = Buffer.alloc(0)
  while (!isAnswer(heard)) {
    const chunk = client.read() as Buffer | null
    if (chunk === null) await once(client, 'readable')
    else heard = Buffer.concat([heard, chunk])
  }
  return heard
}

const has = (text: string) => (heard: Buffer) => heard.includes(text)

describe('the context of a connection', () => {
  it('is that of each of its requests, whichever way they wait', async () => {
    const client = clientIn('this connection')
    const put = 'PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n'
    for (let times = 0; times < 2; times += 1) {
      await ask(client, 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n', has('answer of this connection;'))
      await ask(client, put, () => true)
      await ask(client, 'ab', has('put of this connection;'))
    }
    client.destroy()
  })

  it('is that of the hooks of its WebSocket', async () => {
    const client = clientIn('this connection')
    await ask(client, OPENING, has('\r\n\r\n'))
    for (let times = 0; times < 2; times += 1) {
      const heard = await ask(client, clientText('x'), (octets) => readFrames(octets).length > 0)
      expect(readFrames(heard)[0]?.payload.toString()).toBe('hook of this connection')
    }
    client.destroy()
  })
})
