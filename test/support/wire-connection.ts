/**
 * A client that knows nothing of HTTP: it sends octets in the cuts it is told, shuts its sending side when asked, and
 * keeps whatever comes back. Octets are latin-1 strings here, one character each, as in the recorded exchanges.
 */
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'

/** Milliseconds between two cuts of one message: enough for the server to read the first piece alone. */
const CUT_PAUSE_MS = 3

export interface WireAddress {
  readonly port: number
  readonly tls?: boolean | undefined
  /** Name asked for in the TLS handshake. */
  readonly sni?: string | undefined
}

export interface SendOptions {
  /** Offsets at which sending pauses. */
  readonly split?: readonly number[] | undefined
  /** Shut the sending side down afterwards. */
  readonly eof?: boolean | undefined
}

export class WireConnection {
  /** Common name in the certificate that the server presented; undefined without TLS. */
  readonly certificateName: string | undefined
  readonly #socket: Socket
  readonly #pieces: string[] = []
  #closed = false
  /** Wakes the one reader that waits for octets or the close. */
  #wake: (() => void) | undefined

  private constructor(socket: Socket, certificateName?: string) {
    this.certificateName = certificateName
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => {
      this.#pieces.push(piece)
      this.#wake?.()
    })
    // A reset is a close to the reader; what came before it is still to be judged.
    socket.on('error', () => this.#markClosed())
    socket.on('end', () => this.#markClosed())
    socket.on('close', () => this.#markClosed())
  }

  /** @throws Error when the connection or its TLS handshake fails. */
  static async open(address: WireAddress): Promise<WireConnection> {
    const target = { host: '127.0.0.1', port: address.port, allowHalfOpen: true }
    if (!address.tls) {
      const socket = connectTcp(target)
      await once(socket, 'connect')
      return new WireConnection(socket)
    }
    const servername = address.sni === undefined ? {} : { servername: address.sni }
    const socket = connectTls({ ...target, ...servername, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    return new WireConnection(socket, commonName(socket))
  }

  /** All octets received so far. */
  get received(): string {
    return this.#pieces.join('')
  }

  /** Whether the server has ended or reset the connection. */
  get closed(): boolean {
    return this.#closed
  }

  /** Resolves when everything was handed to the system, or the server has closed early. */
  async send(octets: string, { split = [], eof = false }: SendOptions = {}): Promise<void> {
    const cuts = [0, ...split, octets.length]
    for (let place = 1; place < cuts.length; place += 1) {
      if (place > 1) await pause(CUT_PAUSE_MS)
      await this.#write(octets.slice(cuts[place - 1], cuts[place]))
    }
    if (eof && !this.#socket.destroyed) this.#socket.end()
  }

  /**
   * Reads until `enough` says so or the server closes, and gives up when nothing came for a while.
   *
   * @param patienceMs - Longest silence before the first octet of this call.
   * @param patienceAfterMs - Longest silence once something has come.
   */
  async readUntil(
    enough: (received: string) => boolean,
    patienceMs: number,
    patienceAfterMs = patienceMs,
  ): Promise<void> {
    let patience = patienceMs
    while (!this.#closed && !enough(this.received)) {
      const before = this.#pieces.length
      if (!(await this.#somethingWithin(patience))) return
      if (this.#pieces.length > before) patience = patienceAfterMs
    }
  }

  /** Whether nothing at all comes for so many milliseconds. */
  async quietFor(milliseconds: number): Promise<boolean> {
    return this.#closed || !(await this.#somethingWithin(milliseconds))
  }

  close(): void {
    this.#socket.destroy()
  }

  #write(octets: string): Promise<void> {
    if (octets === '' || this.#socket.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#socket.write(octets, 'latin1', () => resolve())
    })
  }

  #somethingWithin(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (came: boolean): void => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve(came)
      }
      const timer = setTimeout(() => settle(false), milliseconds)
      this.#wake = () => settle(true)
    })
  }

  #markClosed(): void {
    this.#closed = true
    this.#wake?.()
  }
}

function commonName(socket: TLSSocket): string | undefined {
  const name: string | string[] | undefined = socket.getPeerCertificate().subject.CN
  return Array.isArray(name) ? name[0] : name
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
