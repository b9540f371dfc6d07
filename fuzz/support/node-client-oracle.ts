/** The oracle for responses: node:http's own client, over a stream in memory, fed with one answer to one request. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { once } from 'node:events'
import { Duplex } from 'node:stream'

export interface NodeResponse {
  readonly status: number
  readonly reason: string
  readonly fields: [string, string][]
  readonly body: string
  readonly complete: boolean
}

export interface NodeAnswer {
  /** Status codes of the interim responses. */
  readonly interim: number[]
  /** The final response, or the one that begins another protocol; null when none was read. */
  readonly final: NodeResponse | null
  readonly error: string | null
}

class MemoryStream extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done()
  }
}

/** @param end - Whether the stream ends behind the octets. */
export async function readWithNodeClient(method: string, octets: Buffer, end: boolean): Promise<NodeAnswer> {
  const stream = new MemoryStream({ readableHighWaterMark: 1_048_576 })
  const interim: number[] = []
  let response: IncomingMessage | null = null
  let error: string | null = null
  const exchange: ClientRequest = request({
    method,
    createConnection: () => stream,
    maxHeaderSize: 1_048_576,
    path: 'a:1',
  })
  exchange.on('information', ({ statusCode }) => interim.push(statusCode))
  for (const name of ['response', 'connect', 'upgrade'] as const) {
    exchange.on(name, (message: IncomingMessage) => {
      response = message
      message.on('error', () => {})
    })
  }
  exchange.on('error', (fault: NodeJS.ErrnoException) => {
    error ??= fault.code ?? fault.message
  })
  exchange.end()
  await once(exchange, 'socket')
  stream.emit('data', octets)
  const final = response === null ? null : describe(response)
  if (end) stream.emit('end')
  await new Promise(setImmediate)
  stream.destroy()
  const complete = (response as IncomingMessage | null)?.complete ?? false
  return { interim, final: final && { ...final, complete }, error }
}

function describe(message: IncomingMessage): NodeResponse {
  const octets = (message.read() ?? Buffer.alloc(0)) as Buffer
  const fields: [string, string][] = []
  for (let place = 0; place < message.rawHeaders.length; place += 2) {
    fields.push([message.rawHeaders[place] as string, (message.rawHeaders[place + 1] as string).replace(/[ \t]+$/, '')])
  }
  return {
    status: message.statusCode as number,
    reason: message.statusMessage as string,
    fields,
    body: octets.toString('latin1'),
    complete: message.complete,
  }
}
