// The peer of web-socket.mjs: the package ws with its defaults.
import { WebSocketServer } from 'ws'
import { announce } from '../lib/contender.mjs'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => announce(server.address().port))
server.on('connection', (socket) => {
  socket.on('error', () => {})
  socket.on('message', (message, binary) => socket.send(message, { binary }))
})
