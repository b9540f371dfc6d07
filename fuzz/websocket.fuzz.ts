/**
 * WebSockets against anything a peer may send: noise, frames that are nearly right, cut at any places, in handshakes and
 * behind them. Nothing throws or hangs, cutting changes nothing, and what we send back is always a sound frame stream.
 */
import { strict as assert } from 'node:assert'
import { constants, deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { test } from 'vitest'
import { NEED_DATA } from '../src/http/events.js'
import { Headers } from '../src/http/headers.js'
import { type FrameEvent, FrameReader, negotiateDeflate } from '../src/websocket/frame-stream.js'
import { readHandshake } from '../src/websocket/handshake.js'
import { WebSocketHandler } from '../src/websocket/web-socket-handler.js'
import { clientFrame, readFrames } from '../test/support/web-socket-frames.js'
import { HANDSHAKE_FIELDS, openSession } from '../test/support/web-socket-session.js'
import { parameters as fuzzParameters } from './support/settings.js'

const parameters = fuzzParameters(0.2)
/** The runner's own limit is off: how long a property runs is its parameters' affair. */
const timeout = 0

const LIMITS = { websocket_message_bytes: 5_000, websocket_fragments: 16 }
const MESSAGE_OPCODES: readonly number[] = [1, 2, 9, 10]

const noise = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets))
const text = fc.string({ unit: 'binary', maxLength: 100 }).map((content) => Buffer.from(content))
const long = fc.integer({ min: 0, max: 70_000 }).map((length) => Buffer.alloc(length, 'long '))
const deflated = fc.oneof(text, long).map(compressed)
const payload = fc.oneof({ arbitrary: noise, weight: 3 }, { arbitrary: text, weight: 4 }, long, deflated)

const mask = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((octets) => Buffer.from(octets))

/** Frames in an order that no client may send, some with wrong bits. */
const frame = fc
  .record({
    opcode: fc.oneof(
      { arbitrary: fc.constantFrom(0, 1, 2, 8, 9, 10), weight: 9 },
      { arbitrary: fc.integer({ min: 0, max: 15 }), weight: 1 },
    ),
    payload,
    fin: fc.oneof({ arbitrary: fc.constant(true), weight: 3 }, fc.boolean()),
    reserved: fc.oneof({ arbitrary: fc.constant(0), weight: 8 }, fc.constant(4), fc.integer({ min: 0, max: 7 })),
    mask: fc.oneof({ arbitrary: mask, weight: 20 }, fc.constant(null)),
  })
  .map(clientFrame)

const control = fc
  .record({
    opcode: fc.constantFrom(9, 10),
    payload: fc.uint8Array({ maxLength: 125 }).map((octets) => Buffer.from(octets)),
    mask,
  })
  .map(clientFrame)
const content = fc.oneof(
  text.map((octets) => ({ opcode: 1, octets, reserved: 0 })),
  noise.map((octets) => ({ opcode: 2, octets, reserved: 0 })),
  text.map((octets) => ({ opcode: 1, octets: compressed(octets), reserved: 4 })),
)

/** A message as it should be: in fragments cut anywhere, control frames between them. */
const message = fc
  .tuple(content, fc.array(fc.tuple(fc.nat({ max: 300 }), fc.option(control)), { maxLength: 4 }), mask)
  .map(([{ opcode, octets, reserved }, fragments, key]) => {
    const ends = fragments.map(([place]) => place % (octets.length + 1)).toSorted((one, other) => one - other)
    const frames = [...ends, octets.length].flatMap((end, index) => [
      clientFrame({
        opcode: index === 0 ? opcode : 0,
        payload: octets.subarray(ends[index - 1] ?? 0, end),
        fin: index === ends.length,
        reserved: index === 0 ? reserved : 0,
        mask: key,
      }),
      ...(index < ends.length ? [fragments[index]?.[1] ?? Buffer.alloc(0)] : []),
    ])
    return Buffer.concat(frames)
  })
const soundStream = fc
  .array(fc.oneof({ arbitrary: message, weight: 3 }, control), { maxLength: 12 })
  .map((pieces) => Buffer.concat(pieces))

/** Some octets changed, removed or put in, anywhere. */
const damagedStream = fc
  .tuple(soundStream, fc.nat(), fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 3 }))
  .map(([octets, place, removed, inserted]) => {
    const at = place % (octets.length + 1)
    return Buffer.concat([octets.subarray(0, at), inserted, octets.subarray(at + removed)])
  })
const wildStream = fc.array(fc.oneof({ arbitrary: frame, weight: 8 }, noise)).map((pieces) => Buffer.concat(pieces))

const stream = fc.oneof(
  soundStream,
  damagedStream,
  wildStream,
  fc.tuple(soundStream, wildStream).map((pieces) => Buffer.concat(pieces)),
)
const cuts = fc.array(fc.nat({ max: 100_000 }), { maxLength: 12 })

/** As RFC 7692 7.2.1 has it. */
function compressed(octets: Buffer): Buffer {
  return deflateRawSync(octets, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
}

function cutAt(places: readonly number[], octets: Buffer): Buffer[] {
  const inside = places.map((place) => place % (octets.length + 1))
  const ends = [...inside, octets.length].toSorted((one, other) => one - other)
  return ends.map((end, index) => Buffer.from(octets.subarray(ends[index - 1] ?? 0, end)))
}

async function eventsOf(chunks: readonly Buffer[], inflates: boolean): Promise<FrameEvent[]> {
  const deflate = inflates ? negotiateDeflate('permessage-deflate', LIMITS) : null
  const reader = new FrameReader(LIMITS, deflate, () => 0)
  const events: FrameEvent[] = []
  for (const chunk of chunks) {
    reader.receive(Buffer.from(chunk))
    for (let event = await reader.next(); event !== NEED_DATA; event = await reader.next()) events.push(event)
  }
  deflate?.release()
  return events
}

function assertSound(events: readonly FrameEvent[]): void {
  for (const [place, event] of events.entries()) {
    if (event.kind !== 'message') assert.equal(place, events.length - 1, 'nothing follows a close or a failure')
    else assertSoundMessage(event.opcode, event.payload)
  }
}

function assertSoundMessage(opcode: number, octets: Buffer): void {
  assert(MESSAGE_OPCODES.includes(opcode))
  assert(octets.length <= (opcode > 7 ? 125 : LIMITS.websocket_message_bytes))
  if (opcode === 1) assert(Buffer.from(octets.toString('utf8')).equals(octets), 'text is UTF-8')
}

for (const inflates of [false, true]) {
  test(
    `a reader ${inflates ? 'that inflates ' : ''}tells the same of any octets, however they are cut`,
    async () => {
      const property = fc.asyncProperty(stream, cuts, async (octets, places) => {
        const whole = await eventsOf([octets], inflates)
        assertSound(whole)
        assert.deepEqual(await eventsOf(cutAt(places, octets), inflates), whole)
      })
      await fc.assert(property, parameters)
    },
    timeout,
  )
}

class Echo extends WebSocketHandler {
  closures = 0

  override on_message_text(message: string): unknown {
    return this.send_message_text(message)
  }

  override on_message_binary(message: Buffer): unknown {
    // Not awaited on purpose: the handler of a careless author.
    void this.send_message_binary(message)
    return undefined
  }

  override on_closed(): unknown {
    this.closures += 1
    return undefined
  }
}

class CompressingEcho extends Echo {
  override permessage_deflate = true
}

const OFFER = [...HANDSHAKE_FIELDS, ['Sec-WebSocket-Extensions', 'permessage-deflate']] as const

for (const klass of [Echo, CompressingEcho]) {
  test(
    `a ${klass.name} answers any octets with sound frames and comes to its end`,
    async () => {
      const property = fc.asyncProperty(stream, cuts, fc.boolean(), async (octets, places, vanishes) => {
        const { socket, peer, done, host } = openSession(klass, { fields: OFFER, limits: LIMITS })
        for (const chunk of cutAt(places, octets)) peer.stream.write(chunk)
        if (vanishes) peer.stream.destroy()
        else peer.stream.end()
        assert.equal(await done, true)
        assert.equal(socket.closures, 1)
        assert.equal(socket.connected, false)
        assert.equal(host.shutdownListeners, 0)
        assert.deepEqual(
          host.log.filter((line) => line.startsWith('error')),
          [],
        )
        if (!vanishes) assertSoundAnswers(Buffer.from(peer.body, 'latin1'))
      })
      await fc.assert(property, parameters)
    },
    timeout,
  )
}

/** Whole, final, unmasked frames; a close frame only as the last one. */
function assertSoundAnswers(octets: Buffer): void {
  const frames = readFrames(octets)
  let size = 0
  for (const [place, { fin, masked, opcode, reserved, payload: content }] of frames.entries()) {
    assert(fin && !masked && (reserved === 0 || reserved === 4))
    assert([1, 2, 8, 10].includes(opcode))
    if (opcode === 8) assert.equal(place, frames.length - 1)
    size += content.length + (content.length < 126 ? 2 : content.length < 65_536 ? 4 : 10)
  }
  assert.equal(size, octets.length, 'no frame is cut off')
}

test('any head is refused, offered or left to HTTP', () => {
  const name = fc.constantFrom(
    'Upgrade',
    'Connection',
    'Sec-WebSocket-Key',
    'Sec-WebSocket-Version',
    'Sec-WebSocket-Protocol',
    'Sec-WebSocket-Extensions',
    'Origin',
    'Content-Length',
  )
  const value = fc.oneof(
    fc.constantFrom('websocket', 'upgrade', '13', 'dGhlIHNhbXBsZSBub25jZQ==', ',', '0'),
    fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((octet) => String.fromCharCode(octet)) }),
  )
  const fields = fc.array(fc.tuple(name, value), { maxLength: 8 })
  const base = fc.constantFrom<readonly (readonly [string, string])[]>([], HANDSHAKE_FIELDS)
  const property = fc.property(base, fields, (sound, more) => {
    const headers = new Headers([...sound, ...more])
    const handshake = readHandshake({ method: 'GET', httpVersion: 'HTTP/1.1', headers })
    assert(['plain', 'refused', 'offered'].includes(handshake.kind))
    if (handshake.kind !== 'offered') return
    assert.match(handshake.accept, /^[0-9A-Za-z+/]{27}=$/)
    for (const protocol of handshake.protocols) assert.match(protocol, /^[!-+\-.0-9A-Z^-z|~]+$/)
  })
  fc.assert(property, parameters)
})
