import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestHandler, WebSocketHandler } from '../../../src/index.js'
import { Pipeline, send } from '../../../src/testing/faults/action.js'
import { encodeWebSocketFrame, Faults, startServer, WireClient } from '../../../src/testing/index.js'
import { readFrames } from '../../support/web-socket-frames.js'

const HANDSHAKE = [
  'GET / HTTP/1.1',
  'Host: a',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n')

/** Answers every message with the same one. */
class Echo extends RequestHandler {
  static override web_socket_handler = class extends WebSocketHandler {
    override on_message_text(message: string): void {
      void this.send_message_text(message)
    }
  }
}

const masked = { mask: 'mask' } as const

describe('a malformed frame among those of a WebSocketHandler', () => {
  it('comes as soon as the handshake is done', async () => {
    const fault = Faults.webSocketFrame({ opcode: 11, reserved: 5, fin: false, payload: 'x', length: 7 })
    await using server = await startServer(Echo, { faults: [fault] })
    using client = await WireClient.connect({ port: server.port })
    await client.send(HANDSHAKE)
    await client.readUntil('\r\n\r\n')
    expect(await client.read(3)).toEqual(Buffer.from([0x5b, 7, 0x78]))
    await client.send(encodeWebSocketFrame({ payload: 'hello', ...masked }))
    expect(readFrames(await client.read(7))).toMatchObject([{ opcode: 1, payload: Buffer.from('hello') }])
  })

  it("comes behind so many of the server's own", async () => {
    const fault = Faults.webSocketFrame({ after: 2, mask: '\0\0\0\0', payload: 'oops' })
    await using server = await startServer(Echo, { faults: [fault] })
    using client = await WireClient.connect({ port: server.port })
    await client.send(HANDSHAKE)
    await client.readUntil('\r\n\r\n')
    for (const payload of ['', 'b', 'c']) await client.send(encodeWebSocketFrame({ payload, ...masked }))
    const frames = readFrames(await client.read(2 + 3 + 10 + 3))
    expect(frames.map((frame) => frame.masked)).toEqual([false, false, true, false])
    expect(frames.map((frame) => frame.payload.toString())).toEqual(['', 'b', 'oops', 'c'])
  })

  it('may be all that is left of a connection', async () => {
    await using server = await startServer(Echo, { faults: [Faults.cutAfter({ after: 200 })] })
    using client = await WireClient.connect({ port: server.port })
    await client.send(HANDSHAKE)
    await client.readUntil('\r\n\r\n')
    for (let sent = 0; sent < 40; sent += 1) await client.send(encodeWebSocketFrame({ payload: 'hello', ...masked }))
    await client.readUntilClose()
    expect(client.ended).toBe('closed')
  })

  it('leaves the frames around it whole, however they are written', () => {
    const payloads = fc.array(
      fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('x'.repeat(126), 'y'.repeat(66_000))),
    )
    const pieces = fc.infiniteStream(fc.integer({ min: 1, max: 5_000 }))
    fc.assert(
      fc.property(payloads, fc.nat(6), pieces, (texts, after, sizes) => {
        const frames = texts.map((text) => encodeWebSocketFrame({ payload: Buffer.from(text) }))
        const inserted = encodeWebSocketFrame({ opcode: 9, payload: 'ping' })
        const wire = tunnelled(
          Buffer.concat(frames),
          Faults.webSocketFrame({ after, opcode: 9, payload: 'ping' }),
          sizes,
        )
        const expected = frames.length < after ? frames : frames.toSpliced(after, 0, inserted)
        expect(wire.equals(Buffer.concat(expected))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})

describe('encodeWebSocketFrame', () => {
  it('makes frames that say what they were told to', () => {
    const parts = fc.record({
      opcode: fc.nat(15),
      fin: fc.boolean(),
      reserved: fc.nat(7),
      mask: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 })),
      payload: fc.uint8Array({ maxLength: 300 }),
    })
    fc.assert(
      fc.property(parts, (given) => {
        const { mask, payload, ...rest } = given
        const octets = encodeWebSocketFrame(given)
        expect(readFrames(octets)).toEqual([{ ...rest, masked: mask !== null, payload: Buffer.from(payload) }])
        const place = octets.length - payload.length - 4
        if (mask !== null) expect([...octets.subarray(place, place + 4)]).toEqual([...mask])
      }),
      { numRuns: 200 },
    )
  })

  it('announces lengths in more octets than it takes, and lengths that are none', () => {
    expect(encodeWebSocketFrame({ lengthSize: 2, payload: 'a' })).toEqual(Buffer.from([0x81, 126, 0, 1, 0x61]))
    expect(encodeWebSocketFrame({ lengthSize: 8 })).toEqual(Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]))
    expect(encodeWebSocketFrame({ length: 65_536 })).toEqual(Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]))
    expect(() => encodeWebSocketFrame({ length: 126, lengthSize: 1 })).toThrow(RangeError)
    expect(() => encodeWebSocketFrame({ mask: 'abc' })).toThrow('a mask has four octets, not 3')
  })
})

/** What a fault makes of a tunnel's octets, written in pieces of these sizes. */
function tunnelled(octets: Buffer, fault: ReturnType<typeof Faults.webSocketFrame>, sizes: Iterator<number>): Buffer {
  const pipeline = new Pipeline([fault.begin({ command: 'GET' })])
  const sent = [...pipeline.take(send('tunnel', ''))]
  for (let from = 0; from < octets.length; ) {
    const to = from + (sizes.next().value as number)
    sent.push(...pipeline.take(send('tunnel', octets.subarray(from, to))))
    from = to
  }
  return Buffer.concat(sent.map((action) => (action.kind === 'send' ? action.octets : Buffer.alloc(0))))
}
