// Messages that come back over WebSockets, one at a time on each of 16 connections.
import { closedLoop } from '../lib/closed-loop.mjs'
import { comparison, contender, OURS, sending, target } from '../lib/scenario.mjs'
import { bodyOf } from '../lib/stream-of.mjs'

const WS = 'ws'
const OPENING =
  'GET /echo HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d])
const FINAL_BINARY = 0x82

/** RFC 6455 section 5.2, for messages below 64 KiB. */
function frame(message, mask) {
  const maskBit = mask === undefined ? 0 : 0x80
  const length =
    message.length < 126 ? [maskBit | message.length] : [maskBit | 126, message.length >> 8, message.length & 0xff]
  const payload = mask === undefined ? message : message.map((octet, index) => octet ^ mask[index % 4])
  return Buffer.concat([Buffer.from([FINAL_BINARY, ...length]), mask ?? Buffer.alloc(0), payload])
}

function echo(octets, size, targets) {
  const message = bodyOf(octets)
  const task = { connections: 16, opening: OPENING, send: sending(frame(message, MASK)), frame: frame(message) }
  const load = (port, durationMs) => closedLoop({ port, durationMs, ...task })
  return comparison({
    about: `Binary messages of ${size}, echoed, over 16 connections. A request is a message.`,
    base: WS,
    contenders: () => [contender(OURS, 'web-socket', load), contender(WS, 'ws', load)],
    targets,
  })
}

export const webSocket = {
  'websocket-64': echo(64, '64 octets', [target(7, WS, { atMost: 1 })]),
  'websocket-16k': echo(16_384, '16 KiB', []),
}
