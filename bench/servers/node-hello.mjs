// The peer of hello.mjs on node:http, or on node:https when the settings name a certificate.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { announce, settings } from '../lib/contender.mjs'

const BODY = Buffer.from('Hello World!\r\n\r\n')
const options = { keepAliveTimeout: 600_000 }

function answer(request, response) {
  if (request.method !== 'GET' || request.url !== '/hello') {
    response.writeHead(404, { 'Content-Length': 0 }).end()
    return
  }
  response.writeHead(200, { Server: 'bench', 'Content-Type': 'text/plain', 'Content-Length': BODY.length })
  response.end(BODY)
}

const { certificate, key } = settings
const server =
  certificate === undefined
    ? createServer(options, answer)
    : createTlsServer({ ...options, cert: readFileSync(certificate), key: readFileSync(key) }, answer)
server.listen(0, '127.0.0.1', () => announce(server.address().port))
