// A client's connection, plain or TLS, that hands over what arrives without making objects per read.
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** Shared by all connections: what is in it is looked at before the next read. */
const arrived = Buffer.alloc(262_144)

/**
 * @param task `port`, for TLS `ca`, and `localAddress` so that many short connections don't run out of ports.
 * @param take Called with a buffer and how many octets of it count; `fail` gets what it throws, and the socket's errors.
 */
export function openSocket({ port, ca, localAddress }, take, fail) {
  const callback = (length, buffer) => {
    try {
      take(buffer, length)
    } catch (error) {
      fail(error)
    }
    return true
  }
  if (ca !== undefined) {
    const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca })
    socket.setNoDelay(true)
    return socket.on('error', fail).on('data', (chunk) => callback(chunk.length, chunk))
  }
  const onread = { buffer: arrived, callback }
  return connect({ port, host: '127.0.0.1', localAddress, noDelay: true, onread }).on('error', fail)
}
