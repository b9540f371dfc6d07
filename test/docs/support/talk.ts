/** Clients that say octets and hear what comes until the server has ended its side. */
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** All that came back, as latin-1 text, with the date masked. */
export function talk(port: number, octets: string): Promise<string> {
  return exchange(port, (socket) => socket.end(octets, 'latin1'))
}

/** The same by a client that ends its side last; the request has to say `Connection: close`. */
export function ask(port: number, octets: string): Promise<string> {
  return exchange(port, (socket) => socket.write(octets, 'latin1'))
}

/** The body of the one response to a request without one. */
export async function bodyOf(port: number, method: string, target: string, ...fields: string[]): Promise<string> {
  const head = [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...fields].join('\r\n')
  const response = await ask(port, `${head}\r\n\r\n`)
  return response.slice(response.indexOf('\r\n\r\n') + 4)
}

async function exchange(port: number, say: (socket: Socket) => unknown): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.setEncoding('latin1')
  say(socket)
  const heard = await text(socket)
  socket.end()
  return heard.replaceAll(/^Date: .*(?=\r$)/gm, 'Date: <date>')
}
