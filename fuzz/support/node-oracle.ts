/**
 * The oracle for whole streams: node:http's own server, over a stream in memory. Its parser runs while `data` is
 * emitted, so everything it has to tell is there when that returns; no waiting, no sockets.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'

export interface NodeMessage {
  readonly method: string
  readonly url: string
  readonly fields: [string, string][]
  readonly body: string
  readonly complete: boolean
  readonly trailers: [string, string][]
  /** node:http parses nothing behind this head. */
  readonly upgrade: boolean
}

export interface NodeStory {
  readonly messages: NodeMessage[]
  /** Code of the error that ended the stream, such as HPE_INVALID_URL. */
  readonly error: string | null
}

class MemoryStream extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done()
  }
}

export function readWithNode(octets: Buffer): NodeStory {
  const requests: [IncomingMessage, upgrade: boolean][] = []
  let error: string | null = null
  const server = createServer({ requireHostHeader: false, maxHeaderSize: 1_048_576, highWaterMark: 1_048_576 })
  const take = (request: IncomingMessage, _response: ServerResponse) => requests.push([request, false])
  for (const name of ['request', 'checkContinue', 'checkExpectation'] as const) server.on(name, take)
  for (const name of ['upgrade', 'connect'] as const)
    server.on(name, (request: IncomingMessage) => requests.push([request, true]))
  server.on('clientError', (fault: NodeJS.ErrnoException) => {
    error = fault.code ?? fault.message
  })
  const stream = new MemoryStream({ writableHighWaterMark: 1_048_576 })
  stream.on('error', () => {})
  server.emit('connection', stream)
  stream.emit('data', octets)
  const messages = requests.map(([request, upgrade]) => describe(request, upgrade))
  stream.destroy()
  return { messages, error }
}

function describe(request: IncomingMessage, upgrade: boolean): NodeMessage {
  const octets = (request.read() ?? Buffer.alloc(0)) as Buffer
  return {
    method: request.method as string,
    url: request.url as string,
    fields: pairs(request.rawHeaders),
    body: octets.toString('latin1'),
    complete: request.complete,
    trailers: pairs(request.rawTrailers),
    upgrade,
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  const list: [string, string][] = []
  for (let place = 0; place < flat.length; place += 2) {
    list.push([flat[place] as string, (flat[place + 1] as string).replace(/[ \t]+$/, '')])
  }
  return list
}
