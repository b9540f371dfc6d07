/**
 * WebSockets behind their handshake, with a handler that sends every message back. The first octet of an input picks
 * compression, narrow pipes and a peer that vanishes; the rest are the client's frames.
 * Claims: it comes to its end and is told once; what is sent back are whole frames, a close frame the last; one answer per
 * message; nothing is left behind; the same for any cuts.
 */
import { WebSocketHandler } from '../../../src/websocket/web-socket-handler.js'
import { type ReceivedFrame, readFrames } from '../../../test/support/web-socket-frames.js'
import { HANDSHAKE_FIELDS, openSession } from '../../../test/support/web-socket-session.js'
import { waysToCut } from '../cuts.js'
import { WEB_SOCKET_WORDS, words } from '../dictionaries.js'
import { withinSteps } from '../steps.js'
import { claim, type Target } from '../target.js'

const LIMITS = { websocket_message_bytes: 2_000, websocket_fragments: 6 }
const OFFER = [...HANDSHAKE_FIELDS, ['Sec-WebSocket-Extensions', 'permessage-deflate']] as const

const DEFLATES = 1
const IS_NARROW = 2
const VANISHES = 4

class Echo extends WebSocketHandler {
  messages = 0
  closures = 0

  override on_message_text(message: string): unknown {
    this.messages += 1
    claim(!/\p{Surrogate}/u.test(message), 'a text is well-formed')
    claim(Buffer.byteLength(message) <= LIMITS.websocket_message_bytes, 'no message is larger than the limit')
    return this.send_message_text(message)
  }

  override on_message_binary(message: Buffer): unknown {
    this.messages += 1
    claim(message.length <= LIMITS.websocket_message_bytes, 'no message is larger than the limit')
    return this.send_message_binary(message)
  }

  override on_closed(): unknown {
    this.closures += 1
    return undefined
  }
}

class CompressingEcho extends Echo {
  override permessage_deflate = true
}

const SEEDS = [
  '@\x81\x83\0\0\0\0abc\x82\x81\x01\x02\x03\x04\x05\x88\x82\0\0\0\0\x03\xe8',
  '@\x01\x81\0\0\0\0a\x89\x84\0\0\0\0ping\x80\x81\0\0\0\0b',
  'A\xc1\x85\0\0\0\0\x2a\x49\x4c\x04\x00\x81\x81\0\0\0\0x',
  'A\x41\x82\0\0\0\0\x2a\x49\x80\x83\0\0\0\0\x4c\x04\x00',
  `B\x82\xfe\x00\xc8\0\0\0\0${'long '.repeat(40)}`,
  'D\x81\x83\0\0\0\0abc',
  '@\x88\x85\0\0\0\0\x03\xe8bye\x81\x80\0\0\0\0',
]

async function converse(pieces: readonly Buffer[], settings: number): Promise<readonly ReceivedFrame[]> {
  const klass = (settings & DEFLATES) === 0 ? Echo : CompressingEcho
  const vanishes = (settings & VANISHES) !== 0
  const pipe = (settings & IS_NARROW) === 0 ? {} : { highWaterMark: 16 }
  const { socket, peer, done, host } = openSession(klass, { fields: OFFER, limits: LIMITS, ...pipe })
  for (const piece of pieces) peer.stream.write(piece)
  if (vanishes) peer.stream.destroy()
  else peer.stream.end()
  claim(await withinSteps(done), 'a handshake is answered')
  claim(socket.closures === 1, 'the end is told once', socket.closures)
  claim(!socket.connected, 'a socket that has ended is not connected')
  claim(host.shutdownListeners === 0, 'no listener is left behind')
  const errors = host.log.filter((line) => line.startsWith('error'))
  claim(errors.length === 0, 'nothing fails', errors)
  if (vanishes) return []
  await withinSteps(peer.ended)
  const octets = Buffer.from(peer.body, 'latin1')
  assertWhole(octets)
  const frames = readFrames(octets)
  assertSound(frames, socket.messages)
  return frames
}

function assertWhole(octets: Buffer): void {
  const size = readFrames(octets).reduce((sum, { payload: { length } }) => {
    return sum + length + (length < 126 ? 2 : length < 65_536 ? 4 : 10)
  }, 0)
  claim(size === octets.length, 'no frame is cut off')
}

function assertSound(frames: readonly ReceivedFrame[], messages: number): void {
  for (const [place, { fin, masked, opcode, reserved }] of frames.entries()) {
    claim(fin && !masked && (reserved === 0 || reserved === 4), 'frames are final and not masked')
    claim([1, 2, 8, 10].includes(opcode), 'only messages, pongs and closes are sent', opcode)
    claim(opcode !== 8 || place === frames.length - 1, 'nothing follows a close frame')
  }
  const echoes = frames.filter(({ opcode }) => opcode === 1 || opcode === 2).length
  claim(echoes === messages, 'each message is answered once', { echoes, messages })
}

export const target: Target = {
  name: 'websocket',
  seeds: SEEDS.map((seed) => Buffer.from(seed, 'latin1')),
  dictionary: words(WEB_SOCKET_WORDS),
  maxBytes: 4096,

  async run(input) {
    await converse([input.subarray(1)], input[0] ?? 0)
  },

  async check(input) {
    const octets = input.subarray(1)
    const settings = input[0] ?? 0
    const whole = shown(await converse([octets], settings))
    for (const pieces of waysToCut(octets)) {
      const cut = shown(await converse(pieces, settings))
      claim(cut === whole, 'cuts change nothing', { cut, whole })
    }
  },
}

function shown(frames: readonly ReceivedFrame[]): string {
  return JSON.stringify(frames.map(({ opcode, reserved, payload }) => [opcode, reserved, payload.toString('latin1')]))
}
