// The floor: for as many octets as a request has, the same octets back; nothing is parsed. Over TLS when the settings name a
// certificate; the connection ends behind each answer when they say so.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { announce, settings } from '../lib/contender.mjs'

const { requestBytes, ends, certificate, key } = settings
const answer = Buffer.from(settings.answer, 'base64')
// As text where there is no body to speak of: the cheaper way to write a little.
const pieces = answer.length < 4096 ? answer.toString('latin1') : answer

function serve(socket) {
  let received = 0
  socket.on('error', () => {})
  socket.on('data', ({ length }) => {
    received += length
    const requests = Math.floor(received / requestBytes)
    received -= requests * requestBytes
    if (requests > 0) write(socket, requests)
  })
}

function write(socket, requests) {
  const octets =
    requests === 1
      ? pieces
      : typeof pieces === 'string'
        ? pieces.repeat(requests)
        : Buffer.alloc(answer.length * requests, answer)
  if (ends) socket.end(octets, 'latin1')
  else socket.write(octets, 'latin1')
}

const server =
  certificate === undefined
    ? createServer({ noDelay: true }, serve)
    : createTlsServer({ noDelay: true, cert: readFileSync(certificate), key: readFileSync(key) }, serve)
server.listen(0, '127.0.0.1', () => announce(server.address().port))
