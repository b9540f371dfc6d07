import { createServer } from 'node:http'
import { announce } from '../lib/contender.mjs'

const BODY = Buffer.from('Hello World!\r\n\r\n')

const server = createServer((request, response) => {
  if (request.method !== 'GET' || request.url !== '/hello') {
    response.writeHead(404, { 'Content-Length': 0 }).end()
    return
  }
  response.writeHead(200, { Server: 'bench', 'Content-Type': 'text/plain', 'Content-Length': BODY.length })
  response.end(BODY)
})
server.listen(0, '127.0.0.1', () => announce(server.address().port))
