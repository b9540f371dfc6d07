/**
 * From an accepted TCP socket to a TLS connection: tells by its first octet what a client speaks, runs the handshake
 * under a deadline, and answers plain HTTP readably. Every socket leaves here as a connection or closed. Knows neither
 * HTTP requests nor who listens.
 */
import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'
import type { CertificateStore } from './certificate-store.js'
import { destroyAfter, MAX_TIMER_MS } from './destroy-after.js'
import { refusePlainHttp } from './plain-http.js'

export interface AcceptedTls {
  readonly stream: TLSSocket
  /** The TCP socket below: `resetAndDestroy()` works on it only, closing it closes the stream. */
  readonly raw: Socket
}

export interface AcceptTlsOptions {
  /** From accept to the end of the handshake; `Infinity` for no limit. */
  readonly handshake_ms: number
  /** How long a client of plain HTTP may go on sending after its answer, in milliseconds. */
  readonly linger_ms?: number
}

/** Told once. `null`: the socket is closed, there was no connection to be had. */
type AcceptCallback = (accepted: AcceptedTls | null) => void

/** First octet of a TLS record that carries handshake messages (RFC 8446 5.1), which is how every client begins. */
const HANDSHAKE_RECORD = 0x16
/** Octets that an HTTP verb can begin with: `tchar` of RFC 9110 5.6.2. */
const TOKEN_CHARACTER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]/
const DEFAULT_LINGER_MS = 2_000

/**
 * Performs the server's side of a TLS handshake on a socket that a plain `net.Server` accepted. The stream is half-open
 * like its socket should be: a client that shuts its sending side still gets its answer.
 *
 * @param done - Called once, synchronously with the end of the handshake, so that listeners attached in it miss
 *   nothing: the client's last octets and its end may arrive in the same read. It must not throw.
 */
export function acceptTls(raw: Socket, store: CertificateStore, options: AcceptTlsOptions, done: AcceptCallback): void {
  const deadline = destroyAfter(raw, options.handshake_ms)
  const settle = (accepted: AcceptedTls | null): void => {
    deadline.callOff()
    raw.off('close', onClose)
    done(accepted)
  }
  const onClose = (): void => settle(null)
  // A reset is told by 'close' as well; without a listener 'error' would end the process.
  raw.on('error', ignore)
  raw.once('close', onClose)
  if (raw.closed) return settle(null)
  readFirstOctets(raw, (octets) => {
    if (octets[0] === HANDSHAKE_RECORD) handshakesOf(store).begin(raw, octets, settle)
    else if (TOKEN_CHARACTER.test(octets.toString('latin1', 0, 1)))
      refusePlainHttp(raw, options.linger_ms ?? DEFAULT_LINGER_MS)
    else raw.destroy()
  })
}

/** A client that ends without an octet is let go at once. */
function readFirstOctets(raw: Socket, next: (octets: Buffer) => void): void {
  const onEnd = (): void => {
    raw.destroy()
  }
  raw.once('end', onEnd)
  raw.once('data', (octets: Buffer) => {
    raw.off('end', onEnd)
    raw.pause()
    next(octets)
  })
  raw.resume()
}

/**
 * The handshakes under the certificates of one store. They run in a TLS server that never listens but is handed
 * sockets: it verifies client certificates in Node's own way, which a bare TLSSocket leaves out.
 */
class Handshakes {
  readonly #store: CertificateStore
  readonly #server: Server
  /** The options whose default certificate the server presents. */
  #applied: CertificateStore['tlsOptions']
  /** Handshakes in progress, by the socket below. */
  readonly #pending = new Map<Socket, AcceptCallback>()

  constructor(store: CertificateStore) {
    this.#store = store
    this.#applied = store.tlsOptions
    // The deadline is the caller's, so Node's own is put out of the way.
    this.#server = process
      .getBuiltinModule('node:tls')
      .createServer({ ...this.#applied, handshakeTimeout: MAX_TIMER_MS })
    this.#server.on('secureConnection', (stream) => this.#finish(stream))
    // Neither this nor 'secureConnection' may come for a client that left; its socket's 'close' is what counts.
    this.#server.on('tlsClientError', (_error, stream) => stream.destroy())
  }

  begin(raw: Socket, octets: Buffer, settle: AcceptCallback): void {
    if (this.#applied !== this.#store.tlsOptions) {
      this.#applied = this.#store.tlsOptions
      this.#server.setSecureContext(this.#applied)
    }
    this.#pending.set(raw, settle)
    raw.once('close', () => this.#pending.delete(raw))
    // Half-open is for connections: who ends during the handshake has left, and must not be waited for.
    raw.allowHalfOpen = false
    raw.unshift(octets)
    this.#server.emit('connection', raw)
  }

  #finish(stream: TLSSocket): void {
    // The one thing Node does not document here: which socket a TLSSocket wraps.
    const raw = (stream as TLSSocket & { readonly _parent?: Socket })._parent
    const settle = raw && this.#pending.get(raw)
    if (!raw || !settle || this.#refuses(stream)) {
      stream.destroy()
      return
    }
    this.#pending.delete(raw)
    raw.allowHalfOpen = true
    stream.allowHalfOpen = true
    // Renegotiation is a lever for exhausting servers; HTTP has no use for it.
    stream.disableRenegotiation()
    // TLS faults reach 'error' without ending the stream.
    stream.on('error', () => stream.destroy())
    settle({ stream, raw })
  }

  /** `required` is Node's `rejectUnauthorized`; `optional` still has no use for a certificate that is not good. */
  #refuses(stream: TLSSocket): boolean {
    if (this.#store.clientVerification !== 'optional' || stream.authorized) return false
    return stream.getPeerX509Certificate() !== undefined
  }
}

const handshakes = new WeakMap<CertificateStore, Handshakes>()

function handshakesOf(store: CertificateStore): Handshakes {
  let found = handshakes.get(store)
  if (!found) handshakes.set(store, (found = new Handshakes(store)))
  return found
}

function ignore(): void {}
