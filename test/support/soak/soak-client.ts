/**
 * One connection to the server under load. It sends octets in random pieces and reads answers strictly, by code of its own:
 * the library's reader must not judge the library's answers.
 */
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Random } from '../../../src/testing/random.js'

/** An answer that takes longer is lost. The machine may be busy. */
const PATIENCE_MS = 60_000

export interface Address {
  readonly port: number
  readonly tls: boolean
}

export interface Answer {
  readonly status: number
  readonly fields: ReadonlyMap<string, string>
  readonly body: Buffer
}

export class SoakClient {
  /** The last answer said that the server ends the connection. */
  closes = false
  readonly #socket: Socket
  /** The TCP socket below TLS; the socket itself without TLS. */
  readonly #tcp: Socket
  readonly #pieces: AsyncIterator<Buffer>
  #received: Buffer = Buffer.alloc(0)

  private constructor(socket: Socket, tcp: Socket) {
    this.#socket = socket
    this.#tcp = tcp
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('the server is silent')))
    socket.on('error', () => undefined)
    this.#pieces = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  static async open({ port, tls }: Address): Promise<SoakClient> {
    const tcp = connectTcp({ host: '127.0.0.1', port, noDelay: true })
    await once(tcp, 'connect')
    if (!tls) return new SoakClient(tcp, tcp)
    const socket = connectTls({ socket: tcp, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    return new SoakClient(socket, tcp)
  }

  /** Sends in pieces of random size. Does not wait until they are taken: answers may have to be read meanwhile. */
  async send(octets: Buffer, random: Random): Promise<void> {
    const count = random.below(3) === 0 ? 1 : 1 + random.below(8)
    const size = Math.ceil(octets.length / count)
    for (let at = 0; at < octets.length; at += size) {
      if (at > 0) await new Promise(setImmediate)
      this.#socket.write(octets.subarray(at, at + size))
    }
  }

  /** @throws Error when the answer is malformed, cut, or does not come. */
  async readAnswer(method: string): Promise<Answer> {
    const head = (await this.#until('\r\n\r\n')).toString('latin1')
    const [statusLine = '', ...lines] = head.slice(0, -4).split('\r\n')
    const status = Number(/^HTTP\/1\.1 (\d{3}) [ -~]*$/.exec(statusLine)?.[1])
    if (Number.isNaN(status)) throw new Error(`no status line: ${statusLine}`)
    const fields = new Map(lines.map((line) => fieldOf(line)))
    this.closes = fields.get('connection') === 'close'
    const empty = method === 'HEAD' || status < 200 || status === 204 || status === 304
    return { status, fields, body: empty ? Buffer.alloc(0) : await this.#readBody(fields) }
  }

  /** Resolves when the server has ended the connection. @throws Error when octets come before that. */
  async readEnd(): Promise<void> {
    if (this.#received.length > 0 || (await this.#more())) throw new Error('octets behind the last answer')
  }

  /** Ends the sending side and waits for the server to end its own. */
  async finish(): Promise<void> {
    this.#socket.end()
    await this.readEnd()
    this.#socket.destroy()
  }

  /** Reads some octets, whatever they are. */
  async readSome(): Promise<void> {
    await this.#more()
  }

  /** Ends the connection at once, with a reset or without. Node may crash when both sockets are ended in one turn. */
  vanish(random: Random): void {
    if (random.below(2) === 0) this.#tcp.resetAndDestroy()
    else {
      this.#socket.destroy()
      this.#tcp.destroy()
    }
  }

  async #readBody(fields: ReadonlyMap<string, string>): Promise<Buffer> {
    if (fields.get('transfer-encoding') === 'chunked') return this.#readChunks()
    const length = fields.get('content-length')
    if (length === undefined || !/^\d+$/.test(length)) throw new Error(`no length: ${length}`)
    return this.#take(Number(length))
  }

  async #readChunks(): Promise<Buffer> {
    const chunks: Buffer[] = []
    for (;;) {
      const line = (await this.#until('\r\n')).toString('latin1').slice(0, -2)
      if (!/^[0-9a-f]{1,8}$/.test(line)) throw new Error(`no chunk size: ${line}`)
      const size = Number.parseInt(line, 16)
      const chunk = await this.#take(size + 2)
      if (chunk.toString('latin1', size) !== '\r\n') throw new Error('a chunk does not end in CRLF')
      if (size === 0) return Buffer.concat(chunks)
      chunks.push(chunk.subarray(0, size))
    }
  }

  async #until(end: string): Promise<Buffer> {
    for (;;) {
      const place = this.#received.indexOf(end)
      if (place >= 0) return this.#take(place + end.length)
      await this.#need()
    }
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#received.length < length) await this.#need()
    const taken = this.#received.subarray(0, length)
    this.#received = this.#received.subarray(length)
    return taken
  }

  async #need(): Promise<void> {
    if (!(await this.#more())) throw new Error('the connection ended before the answer did')
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#pieces.next()
    if (done === true) return false
    this.#received = Buffer.concat([this.#received, value])
    return true
  }
}

function fieldOf(line: string): [name: string, value: string] {
  const [, name = '', value = ''] = /^([\w-]+): ([ -~]*)$/.exec(line) ?? []
  if (name === '') throw new Error(`no field line: ${line}`)
  return [name.toLowerCase(), value]
}
