// The floor: the same octets for whatever arrives, nothing parsed.
import { createServer } from 'node:net'
import { announce } from '../lib/contender.mjs'

const ANSWER =
  'HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: keep-alive\r\n' +
  'Content-Type: text/plain\r\nContent-Length: 16\r\n\r\nHello World!\r\n\r\n'

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {})
  socket.on('data', () => socket.write(ANSWER, 'latin1'))
})
server.listen(0, '127.0.0.1', () => announce(server.address().port))
