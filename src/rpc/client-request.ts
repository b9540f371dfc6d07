/**
 * The octets of a call as Python's client writes them: request line, Host, Accept-Encoding, the program's own fields, those
 * of the payload, Authorization. Pure; knows nothing of connections. Source: AdvancedHTTPServer `RPCClient.call`, CPython
 * `http/client.py`.
 */
import { Buffer } from 'node:buffer'
import { fieldLine } from '../http/response-head.js'

export interface ClientRequest {
  host: string
  port: number
  use_ssl: boolean
  /** Path of the method, from {@link methodPath}. */
  path: string
  /** Fields of the program, in its order. */
  headers: Iterable<readonly [name: string, value: string]>
  content_type: string
  payload: Uint8Array
  username: string | null
  password: string | null
  /** false: `Connection: close`, as Python always sends. */
  keep_alive: boolean
}

/** Path of a method: what Python's `os.path.join` makes of the base and the name, so that an absolute name stands alone. */
export function methodPath(uriBase: string, method: string): string {
  if (method.startsWith('/')) return method
  return uriBase === '' || uriBase.endsWith('/') ? uriBase + method : `${uriBase}/${method}`
}

/**
 * Head and payload as one piece, so that either all or nothing of a call is handed to the connection.
 *
 * @throws TypeError when the path could not stand in a request line.
 * @throws HeaderError when a field could not stand in a head.
 */
export function encodeRequest(request: ClientRequest): Buffer {
  if (!/^\/[!-~]*$/.test(request.path)) throw new TypeError('the path of a method begins with "/" and is visible ASCII')
  const lines = [
    `RPC ${request.path} HTTP/1.1\r\n`,
    ...requestFields(request).map(([name, value]) => fieldLine(name, value)),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('')}\r\n`, 'latin1'), request.payload])
}

function requestFields(request: ClientRequest): [string, string][] {
  const fields = new FieldList(request.headers)
  fields.set('Content-Type', request.content_type)
  fields.set('Content-Length', String(request.payload.length))
  // Without this field an HTTP/1.1 connection goes on (RFC 9112 9.3), and Python's server, which thinks otherwise, closes
  // it. `keep-alive` would make Python's server answer without saying where its answer ends.
  if (!request.keep_alive) fields.set('Connection', 'close')
  if (request.username !== null && request.password !== null) {
    fields.set('Authorization', basicCredentials(request.username, request.password))
  }
  fields.putFirst('Accept-Encoding', 'identity')
  fields.putFirst('Host', authority(request))
  return fields.items
}

/** Fields in the order in which Python's dictionary keeps them: one that is set again stays at its place. */
class FieldList {
  readonly items: [string, string][]

  constructor(fields: Iterable<readonly [string, string]>) {
    this.items = Array.from(fields, ([name, value]) => [name, value])
  }

  set(name: string, value: string): void {
    const place = this.#placeOf(name)
    if (place < 0) this.items.push([name, value])
    else this.items[place] = [name, value]
  }

  /** Python's http.client leaves its own Host and Accept-Encoding out when the program sends them. */
  putFirst(name: string, value: string): void {
    if (this.#placeOf(name) < 0) this.items.unshift([name, value])
  }

  #placeOf(name: string): number {
    return this.items.findIndex(([candidate]) => candidate.toLowerCase() === name.toLowerCase())
  }
}

/** Value of Host: with the port, unless it is the scheme's own. */
function authority({ host, port, use_ssl }: ClientRequest): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === (use_ssl ? 443 : 80) ? name : `${name}:${port}`
}

function basicCredentials(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
