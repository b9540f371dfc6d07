/** How a client's connection ends. */
import type { Socket } from 'node:net'

/** Resolves when the socket is closed, whatever closed it. */
export function closeOf(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve()
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/** How the other side ended: in order, with a FIN, or with a reset. The socket is read, so that its end is seen. */
export function endOf(socket: Socket): Promise<'end' | 'reset'> {
  return new Promise((resolve) => {
    socket.once('end', () => resolve('end'))
    socket.once('error', () => resolve('reset'))
    socket.resume()
  })
}
