// The peer of bodies.mjs on node:http.
import { createServer } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { announce, settings } from '../lib/contender.mjs'
import { streamOf } from '../lib/stream-of.mjs'

function begin(response, octets) {
  response.writeHead(200, { Server: 'bench', 'Content-Type': 'application/octet-stream', 'Content-Length': octets })
}

const answers = {
  'POST /echo': (request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
      begin(response, body.length)
      response.end(body)
    })
  },
  'PUT /upload': async (request, response) => {
    let octets = 0
    for await (const chunk of request) octets += chunk.length
    const count = String(octets)
    begin(response, count.length)
    response.end(count)
  },
  'GET /download': (_request, response) => {
    begin(response, settings.octets)
    return pipeline(streamOf(settings.octets), response)
  },
}

const server = createServer((request, response) => answers[`${request.method} ${request.url}`](request, response))
server.listen(0, '127.0.0.1', () => announce(server.address().port))
