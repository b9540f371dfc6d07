/** A client that says octets, half-closes, and hears what comes until the server has ended its side. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** All that came back, as latin-1 text, with the date masked. */
export async function talk(port: number, octets: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.setEncoding('latin1')
  socket.end(octets, 'latin1')
  return (await text(socket)).replaceAll(/^Date: .*(?=\r$)/gm, 'Date: <date>')
}

/** The body of the one response to a request without one. */
export async function bodyOf(port: number, method: string, target: string, ...fields: string[]): Promise<string> {
  const head = [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...fields].join('\r\n')
  const response = await talk(port, `${head}\r\n\r\n`)
  return response.slice(response.indexOf('\r\n\r\n') + 4)
}
