import { constants, deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NEED_DATA } from '../../src/http/events.js'
import {
  CONTROL_FRAMES_PER_SECOND,
  type Deflate,
  type FrameEvent,
  type FrameLimits,
  FrameReader,
  FrameWriter,
  negotiateDeflate,
} from '../../src/websocket/frame-stream.js'
import { clientClose, clientFrame, clientText, readFrames } from '../support/web-socket-frames.js'

const LIMITS: FrameLimits = { websocket_message_bytes: 1_000, websocket_fragments: 10 }
const UNLIMITED: FrameLimits = { websocket_message_bytes: Infinity, websocket_fragments: Infinity }

const TEXT = 0x1
const BINARY = 0x2
const PING = 0x9
const PONG = 0xa

/** Events in short: what a test compares. */
function shown(event: FrameEvent): unknown[] {
  if (event.kind === 'message') return [event.opcode, event.payload.toString('latin1')]
  return event.kind === 'close' ? ['close', event.code, event.reason] : ['failure', event.code]
}

function readAll(chunks: readonly Buffer[], limits = LIMITS, now = () => 0): unknown[][] {
  const reader = new FrameReader(limits, null, now)
  return chunks.flatMap((chunk) => {
    reader.receive(chunk)
    const events: unknown[][] = []
    for (let event = reader.next(); event !== NEED_DATA; event = reader.next()) {
      if (event instanceof Promise) throw new Error('nothing is compressed here')
      events.push(shown(event))
    }
    return events
  })
}

function singly(octets: Buffer): Buffer[] {
  return Array.from(octets, (octet) => Buffer.from([octet]))
}

/** The stream read whole and octet by octet, which must tell the same. */
function events(frames: readonly Buffer[], limits = LIMITS): unknown[][] {
  const stream = Buffer.concat(frames)
  const whole = readAll([stream], limits)
  expect(readAll(singly(stream), limits)).toEqual(whole)
  return whole
}

const frame = (opcode: number, payload: Buffer | string = '', fin = true) => clientFrame({ opcode, payload, fin })

describe('messages', () => {
  it('come whole, with their opcode', () => {
    expect(events([clientText('hello'), frame(BINARY, Buffer.from([0, 255])), clientText('')])).toEqual([
      [TEXT, 'hello'],
      [BINARY, '\x00\xff'],
      [TEXT, ''],
    ])
  })

  it('come in every length field, and not only in the shortest that fits', () => {
    const payload = Buffer.alloc(5, 'x').map((octet, place) => octet ^ [1, 2, 3, 4][place & 3]!)
    const long = Buffer.concat([Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4]), payload])
    expect(events([long])).toEqual([[BINARY, 'xxxxx']])
    for (const length of [125, 126, 65_535, 65_536]) {
      expect(readAll([frame(BINARY, Buffer.alloc(length, 'y'))], UNLIMITED)).toEqual([[BINARY, 'y'.repeat(length)]])
    }
  })

  it('are unmasked by whatever mask', () => {
    const mask = Buffer.from([0, 0, 0, 0])
    expect(events([clientFrame({ opcode: TEXT, payload: 'plain', mask })])).toEqual([[TEXT, 'plain']])
  })

  it('are joined from fragments, empty ones included', () => {
    expect(events([frame(TEXT, '', false), frame(0, 'one ', false), frame(0, '', false), frame(0, 'two')])).toEqual([
      [TEXT, 'one two'],
    ])
  })

  it('let control frames between their fragments through at once', () => {
    expect(events([frame(BINARY, 'ab', false), frame(PING, 'p'), frame(PONG, 'q'), frame(0, 'cd')])).toEqual([
      [PING, 'p'],
      [PONG, 'q'],
      [BINARY, 'abcd'],
    ])
  })

  it('are text even where a fragment ends inside a character', () => {
    const text = Buffer.from('\u00e9\u{1f600}')
    const fragments = [...text.subarray(0, -1)].map((octet, place) =>
      frame(place === 0 ? TEXT : 0, Buffer.from([octet]), false),
    )
    expect(events([...fragments, frame(0, text.subarray(-1))])).toEqual([[TEXT, text.toString('latin1')]])
  })
})

describe('the close frame', () => {
  it.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1014, 3000, 4999])('tells the code %i', (code) => {
    expect(events([clientClose(code, 'why \u00e9')])).toEqual([['close', code, 'why \u00e9']])
  })

  it('tells 1005 when it is empty', () => {
    expect(events([clientClose()])).toEqual([['close', 1005, '']])
  })

  it('is the last thing looked at', () => {
    expect(events([clientClose(1000), clientText('late'), Buffer.from([0xff, 0xff])])).toEqual([['close', 1000, '']])
  })

  it.each([0, 999, 1004, 1005, 1006, 1015, 2999, 5000])('with the code %i is a protocol error', (code) => {
    expect(events([clientClose(code)])).toEqual([['failure', 1002]])
  })
})

describe('a fault ends the reading with the close code that says what it was', () => {
  it.each<[number, string, Buffer[]]>([
    [1002, 'an unmasked frame', [clientFrame({ opcode: TEXT, payload: 'unmasked', mask: null })]],
    [1002, 'RSV1 without an extension', [clientFrame({ opcode: TEXT, reserved: 4 })]],
    [1002, 'RSV2', [clientFrame({ opcode: TEXT, reserved: 2 })]],
    [1002, 'RSV3', [clientFrame({ opcode: TEXT, reserved: 1 })]],
    [1002, 'a data opcode that is none', [frame(0x3)]],
    [1002, 'a control opcode that is none', [frame(0xb)]],
    [1002, 'a continuation of nothing', [frame(0x0, 'x')]],
    [1002, 'a continuation after a whole message', [frame(0x0, 'x', false)]],
    [1002, 'a new message inside a fragmented one', [frame(TEXT, 'a', false), frame(TEXT, 'b')]],
    [1002, 'a new message after an empty first fragment', [frame(TEXT, '', false), frame(TEXT, 'new')]],
    [1002, 'a fragmented ping', [frame(PING, 'ping', false)]],
    [1002, 'a ping that is too long', [frame(PING, 'p'.repeat(126))]],
    [1002, 'a fragmented close frame', [frame(0x8, '', false)]],
    [1002, 'a close frame of one octet', [frame(0x8, 'x')]],
    [1007, 'text that is no UTF-8', [frame(TEXT, Buffer.from([0xff, 0xfe]))]],
    [1007, 'text that ends inside a character', [frame(TEXT, Buffer.from([0xf0, 0x9f]))]],
    [1007, 'text with a surrogate', [frame(TEXT, Buffer.from([0xed, 0xa0, 0x80]))]],
    [1007, 'text broken across fragments', [frame(TEXT, Buffer.from([0xc3]), false), frame(0, 'x')]],
    [1007, 'a close reason that is no UTF-8', [frame(0x8, Buffer.from([0x03, 0xe8, 0xff]))]],
    [1009, 'a message over the limit', [frame(BINARY, Buffer.alloc(1_001))]],
    [
      1009,
      'a message over the limit by its fragments',
      [frame(BINARY, Buffer.alloc(600), false), frame(0, Buffer.alloc(600))],
    ],
    [1009, 'a length over the limit whose payload never comes', [Buffer.from([0x82, 0xfe, 0xff, 0xff])]],
    [1009, 'a length beyond 2^53', [Buffer.from([0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])]],
    [1008, 'too many fragments', [frame(TEXT, 'a', false), ...Array<Buffer>(10).fill(frame(0, 'b', false))]],
    [1008, 'too many empty fragments', [frame(TEXT, '', false), ...Array<Buffer>(10).fill(frame(0, '', false))]],
  ])('%i for %s', (code, _title, frames) => {
    expect(events([...frames, clientText('after')])).toEqual([['failure', code]])
  })

  it('a bad frame is refused by its first two octets', () => {
    expect(readAll([Buffer.from([0x81, 0x05])])).toEqual([['failure', 1002]])
  })

  it('what came before the fault is told', () => {
    expect(events([clientText('one'), frame(0x3)])).toEqual([
      [TEXT, 'one'],
      ['failure', 1002],
    ])
  })
})

describe('limits', () => {
  it('allow exactly what they say', () => {
    expect(events([frame(BINARY, Buffer.alloc(1_000, 'x'))])).toEqual([[BINARY, 'x'.repeat(1_000)]])
    const ten = [frame(TEXT, 'a', false), ...Array<Buffer>(8).fill(frame(0, 'b', false)), frame(0, 'c')]
    expect(events(ten)).toEqual([[TEXT, 'abbbbbbbbc']])
  })

  it('of no octets at all allow empty messages only', () => {
    const none = { ...LIMITS, websocket_message_bytes: 0 }
    expect(events([clientText('')], none)).toEqual([[TEXT, '']])
    expect(events([clientText('x')], none)).toEqual([['failure', 1009]])
  })

  it('beyond 32 bits still hold', () => {
    const huge = { ...LIMITS, websocket_message_bytes: 2 ** 32 }
    expect(readAll([Buffer.from([0x82, 0xff, 0, 0, 0, 2, 0, 0, 0, 0])], huge)).toEqual([['failure', 1009]])
  })

  it('of Infinity are none', () => {
    const many = [frame(TEXT, 'a', false), ...Array<Buffer>(3_000).fill(frame(0, 'b', false)), frame(0, 'c')]
    expect(readAll(many, UNLIMITED)).toHaveLength(1)
  })

  it('bound the control frames of a second, not of a connection', () => {
    const pings = Array<Buffer>(CONTROL_FRAMES_PER_SECOND).fill(frame(PING))
    expect(readAll([...pings, frame(PONG)]).at(-1)).toEqual(['failure', 1008])
    let seconds = 0
    expect(readAll([...pings, ...pings, ...pings], LIMITS, () => (seconds += 10)).at(-1)).toEqual([PING, ''])
  })
})

it('the octets received stay as they were: they may be somebody else’s', () => {
  const stream = Buffer.concat([
    clientText('short'),
    clientText('long'.repeat(100)),
    frame(TEXT, 'in fragments', false),
    frame(0, 'and their end'),
    frame(PING, 'ping'),
  ])
  const before = Buffer.from(stream)
  expect(readAll([stream])).toHaveLength(4)
  expect(stream).toEqual(before)
})

describe('any stream of octets', () => {
  const text = fc.string({ maxLength: 130 }).map((characters) => Buffer.from(characters))
  const octets = fc.uint8Array({ maxLength: 140 }).map((numbers) => Buffer.from(numbers))
  const lengthAtTheEdge = fc.constantFrom(0, 124, 125, 126, 127, 200).map((length) => Buffer.alloc(length, 'x'))
  const mask = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((numbers) => Buffer.from(numbers))
  const soundFrame = fc.record({
    opcode: fc.constantFrom(1, 2, 1, 2, 0, 9, 10),
    payload: fc.oneof(text, lengthAtTheEdge),
    fin: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    mask,
  })
  const compressedFrame = text.map((payload) => ({ opcode: TEXT, payload: compressed(payload), reserved: 4 }))
  const oddFrame = fc.record({
    opcode: fc.constantFrom(0, 1, 2, 3, 8, 9, 10, 15),
    payload: octets,
    fin: fc.boolean(),
    reserved: fc.constantFrom(0, 0, 1, 2, 4),
    mask: fc.oneof(mask, mask, fc.constant(null)),
  })
  const anyFrame = fc
    .oneof(
      { weight: 6, arbitrary: soundFrame },
      { weight: 1, arbitrary: compressedFrame },
      { weight: 1, arbitrary: oddFrame },
    )
    .map((parts) => clientFrame(parts))

  it.each([
    ['', 1_000, false],
    [', compressed or not', 1_000, true],
    [', under a limit within what is short', 60, false],
    [', compressed or not, under a limit within what is short', 60, true],
    [', when nothing may be in a message', 0, false],
  ])('tells the same story however it is cut%s', async (_title, limit, compresses) => {
    const limits = { websocket_message_bytes: limit, websocket_fragments: 3 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyFrame, { maxLength: 8 }),
        fc.array(fc.nat({ max: 1_000 }), { maxLength: 10 }),
        async (frames, cuts) => {
          const stream = Buffer.concat(frames)
          const whole = await storyOf([stream], limits, compresses)
          const places = [0, ...cuts.filter((place) => place < stream.length), stream.length].toSorted((a, b) => a - b)
          const pieces = places.slice(1).map((place, index) => stream.subarray(places[index], place))
          expect(await storyOf(pieces, limits, compresses)).toEqual(whole)
          expect(await storyOf(singly(stream), limits, compresses)).toEqual(whole)
        },
      ),
      { numRuns: 80 },
    )
  })
})

async function storyOf(chunks: readonly Buffer[], limits: FrameLimits, compresses: boolean): Promise<unknown[][]> {
  const deflate = compresses ? agreed(limits) : null
  const reader = new FrameReader(limits, deflate, () => 0)
  const story: unknown[][] = []
  for (const chunk of chunks) {
    reader.receive(chunk)
    for (let event = await reader.next(); event !== NEED_DATA; event = await reader.next()) story.push(shown(event))
  }
  deflate?.release()
  return story
}

it('octets that are kept may change afterwards', () => {
  const stream = Buffer.concat([clientText('one'), clientText('two')])
  const reader = new FrameReader(LIMITS, null, () => 0)
  reader.receive(stream)
  expect(shown(reader.next() as FrameEvent)).toEqual([TEXT, 'one'])
  reader.keepUnread()
  stream.fill(0)
  expect(shown(reader.next() as FrameEvent)).toEqual([TEXT, 'two'])
})

/** What a writer puts on the wire; each write is one list entry. */
function recorder(): { written: Buffer[]; octets: () => Buffer; output: ConstructorParameters<typeof FrameWriter>[0] } {
  const written: Buffer[] = []
  const output = {
    destroyed: false,
    cork: () => {},
    uncork: () => {},
    write: (octets: Buffer, done?: () => void) => {
      written.push(Buffer.from(octets))
      if (done !== undefined) process.nextTick(done)
    },
  }
  return { written, octets: () => Buffer.concat(written), output }
}

describe('frames out', () => {
  it.each([
    [0, Buffer.from([0x82, 0])],
    [125, Buffer.from([0x82, 125])],
    [126, Buffer.from([0x82, 126, 0, 126])],
    [65_535, Buffer.from([0x82, 126, 0xff, 0xff])],
    [65_536, Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0])],
  ])('a message of %i octets has the shortest header and no mask', async (length, header) => {
    const { octets, output } = recorder()
    const payload = Buffer.alloc(length, 'x')
    await new Promise((resolve) => new FrameWriter(output, null).send(BINARY, payload, resolve))
    expect(octets().equals(Buffer.concat([header, payload]))).toBe(true)
  })

  it('control frames and rare opcodes carry what they are given', async () => {
    const { octets, output } = recorder()
    const writer = new FrameWriter(output, null)
    for (const opcode of [PING, PONG, 0x0, 0xf]) {
      await new Promise((resolve) => writer.send(opcode, Buffer.from('data'), resolve))
    }
    await new Promise((resolve) => writer.close(4001, 'bye', resolve))
    await new Promise((resolve) => writer.close(undefined, '', resolve))
    expect(readFrames(octets()).map(({ opcode, fin, payload }) => [opcode, fin, payload.toString('latin1')])).toEqual([
      [PING, true, 'data'],
      [PONG, true, 'data'],
      [0x0, true, 'data'],
      [0xf, true, 'data'],
      [0x8, true, '\x0f\xa1bye'],
      [0x8, true, ''],
    ])
  })

  it('what can not be sent throws before anything is written', () => {
    const { written, output } = recorder()
    const writer = new FrameWriter(output, null)
    expect(() => writer.send(PING, Buffer.alloc(126), () => {})).toThrow(RangeError)
    expect(() => writer.close(1005, '', () => {})).toThrow(TypeError)
    expect(() => writer.close(1000, 'x'.repeat(124), () => {})).toThrow(RangeError)
    expect(written).toEqual([])
  })
})

function agreed(limits = LIMITS, offers = 'permessage-deflate'): Deflate {
  const deflate = negotiateDeflate(offers, limits)
  if (deflate === null) throw new Error('the offer was declined')
  return deflate
}

/** As one message of an agreed compression (RFC 7692 7.2.1): without the four octets that end each of them. */
function compressed(payload: Buffer | string): Buffer {
  return deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
}

function readCompressed(frames: readonly Buffer[], limits = LIMITS): Promise<unknown[][]> {
  return storyOf(frames, limits, true)
}

describe('compression', () => {
  it('is agreed on without keeping state between messages', () => {
    expect(agreed().response).toBe('permessage-deflate; server_no_context_takeover; client_no_context_takeover')
  })

  it.each([
    ['nothing is offered', ''],
    ['something else is offered', 'x-webkit-deflate-frame'],
    ['a parameter is unknown', 'permessage-deflate; magic=1'],
    ['a parameter is out of range', 'permessage-deflate; server_max_window_bits=99'],
  ])('is not agreed on when %s', (_title, offers) => {
    expect(negotiateDeflate(offers, LIMITS)).toBeNull()
  })

  it('of a malformed offer is an error', () => {
    expect(() => negotiateDeflate('permessage-deflate; =', LIMITS)).toThrow(SyntaxError)
  })

  it('is undone in messages, fragments and between plain ones', async () => {
    const long = compressed('long '.repeat(50))
    const frames = [
      clientFrame({ opcode: TEXT, payload: compressed('hello'), reserved: 4 }),
      clientText('plain'),
      clientFrame({ opcode: TEXT, payload: long.subarray(0, 3), reserved: 4, fin: false }),
      frame(PING, 'p'),
      clientFrame({ opcode: 0, payload: long.subarray(3) }),
    ]
    const expected = [
      [TEXT, 'hello'],
      [TEXT, 'plain'],
      [PING, 'p'],
      [TEXT, 'long '.repeat(50)],
    ]
    expect(await readCompressed([Buffer.concat(frames)])).toEqual(expected)
    expect(await readCompressed(singly(Buffer.concat(frames)))).toEqual(expected)
  })

  it('stops inflating at the message limit', async () => {
    const bomb = clientFrame({ opcode: BINARY, payload: compressed(Buffer.alloc(1_000_000)), reserved: 4 })
    expect(bomb.length).toBeLessThan(1_100)
    const limits = { ...LIMITS, websocket_message_bytes: 100_000 }
    expect(await readCompressed([bomb, clientText('after')], limits)).toEqual([['failure', 1009]])
  })

  it('that can not be undone is told as 1007', async () => {
    const broken = clientFrame({ opcode: BINARY, payload: Buffer.from([0xff, 0xff, 0xff]), reserved: 4 })
    expect(await readCompressed([broken])).toEqual([['failure', 1007]])
  })

  it('of what we send can be undone by a reader', async () => {
    const { octets, output } = recorder()
    const deflate = agreed()
    const writer = new FrameWriter(output, deflate)
    await new Promise((resolve) => writer.send(TEXT, Buffer.from('z'.repeat(5_000)), resolve))
    deflate.release()
    const [sent] = readFrames(octets())
    expect(sent).toMatchObject({ opcode: TEXT, reserved: 4, fin: true })
    const again = clientFrame({ opcode: TEXT, payload: sent!.payload, reserved: 4 })
    expect(await readCompressed([again], UNLIMITED)).toEqual([[TEXT, 'z'.repeat(5_000)]])
  })
})
