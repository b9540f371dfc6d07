// Bodies of requests and of answers, short ones in one piece and long ones as streams.
import { once } from 'node:events'
import { closedLoop } from '../lib/closed-loop.mjs'
import { browserGet, withBody } from '../lib/requests.mjs'
import { comparison, contender, floor, OURS, sending, target } from '../lib/scenario.mjs'
import { bodyOf, PIECE } from '../lib/stream-of.mjs'

const NODE = 'node:http'

function echo(octets, atMost) {
  const body = bodyOf(octets)
  const request = withBody('POST /echo', 'Content-Type: application/octet-stream\r\n', body)
  const load = (port, durationMs) =>
    closedLoop({ port, durationMs, connections: 16, send: sending(request), accepts: body })
  return comparison({
    about: `POST of ${octets / 1024} KiB that comes back as the answer, over 16 keep-alive connections.`,
    base: NODE,
    contenders: () => [
      contender(OURS, 'bodies', load),
      contender(NODE, 'node-bodies', load),
      floor(request, body, load),
    ],
    targets: [target(7, NODE, { atMost })],
  })
}

/** Each piece is a chunk: its length in hexadecimal digits, the octets, CRLF. */
const CHUNK = Buffer.concat([Buffer.from(`${PIECE.length.toString(16)}\r\n`), PIECE, Buffer.from('\r\n')])

const UPLOAD_HEAD = 'PUT /upload HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nTransfer-Encoding: chunked\r\n\r\n'
const LAST_CHUNK = '0\r\n\r\n'

async function sendChunked(socket, chunks) {
  socket.write(UPLOAD_HEAD)
  for (let number = 0; number < chunks; number += 1) {
    if (!socket.write(CHUNK)) await once(socket, 'drain')
  }
  socket.write(LAST_CHUNK)
}

function upload({ uploadOctets }) {
  const chunks = Math.ceil(uploadOctets / PIECE.length)
  const octets = chunks * PIECE.length
  const accepts = Buffer.from(String(octets))
  const send = (socket) => sendChunked(socket, chunks)
  const load = async (port, durationMs) => {
    const result = await closedLoop({ port, durationMs, connections: 1, send, accepts })
    return { ...result, octets: result.requests * octets }
  }
  const requestBytes = UPLOAD_HEAD.length + chunks * CHUNK.length + LAST_CHUNK.length
  return [contender(OURS, 'bodies', load), contender(NODE, 'node-bodies', load), floor(requestBytes, accepts, load)]
}

function download({ downloadOctets }) {
  const load = (port, durationMs) =>
    closedLoop({
      port,
      durationMs,
      connections: 1,
      send: sending(browserGet('/download')),
      accepts: bodyOf(downloadOctets),
    })
  const settings = { octets: downloadOctets }
  return [contender(OURS, 'bodies', load, settings), contender(NODE, 'node-bodies', load, settings)]
}

const throughput = [target(7, NODE, { measure: 'throughput', atLeast: 1.1 })]

export const bodies = {
  'post-1k': echo(1024, 0.5),
  'post-64k': echo(65_536, 0.8),
  upload: comparison({
    about: 'A chunked body of 64 MiB, which the handler reads as a stream and counts.',
    measures: ['cpu', 'user', 'system', 'throughput'],
    base: NODE,
    contenders: upload,
    targets: throughput,
  }),
  download: comparison({
    about: 'An answer of 256 MiB that the handler pipes out of a stream.',
    measures: ['cpu', 'user', 'system', 'throughput'],
    base: NODE,
    contenders: download,
    targets: throughput,
  }),
}
