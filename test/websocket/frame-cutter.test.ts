import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameCutter } from '../../src/websocket/frame-cutter.js'
import { clientFrame, readFrames } from '../support/web-socket-frames.js'

/** Pieces that the cutter makes of a stream that arrives in these chunks, which it may change. */
function cut(chunks: readonly Buffer[]): Buffer[] {
  const cutter = new FrameCutter()
  return chunks.flatMap((chunk) => {
    cutter.push(Buffer.from(chunk))
    const pieces: Buffer[] = []
    for (let piece = cutter.next(); piece !== null; piece = cutter.next()) pieces.push(Buffer.from(piece))
    return pieces
  })
}

/** The frames without their masks. */
function bare(frames: Buffer): Buffer {
  return Buffer.concat(readFrames(frames).map((frame) => clientFrame({ ...frame, mask: null })))
}

function inChunksOf(size: number, octets: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(octets.length / size) }, (_, place) =>
    Buffer.from(octets.subarray(place * size, (place + 1) * size)),
  )
}

/** Places in the stream where a piece ends. */
function ends(pieces: readonly Buffer[]): Set<number> {
  let place = 0
  return new Set(pieces.map((piece) => (place += piece.length)))
}

const frame = fc
  .record({
    opcode: fc.integer({ min: 0, max: 15 }),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets)),
      fc.integer({ min: 0, max: 70_000 }).map((length) => Buffer.alloc(length, 'x')),
    ),
    masked: fc.boolean(),
  })
  .map(({ masked, ...parts }) => clientFrame({ ...parts, ...(masked ? {} : { mask: null }) }))

it('the mask of a long payload is taken off where its header comes whole, and left on a short one', () => {
  const [long, short] = [200, 100].map((length) => clientFrame({ opcode: 2, payload: Buffer.alloc(length, 'x') }))
  const frames = cut([Buffer.concat([long as Buffer, short as Buffer])])
  expect(frames.map((octets) => octets.subarray(-100).toString('latin1') === 'x'.repeat(100))).toEqual([true, false])
  expect(frames.map((octets) => readFrames(octets)[0]?.payload.length)).toEqual([200, 100])
})

describe('a stream of frames is cut where frames end', () => {
  it('whatever the chunks it arrives in', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 80_000 }), { maxLength: 8 }),
        (frames, cuts) => {
          const stream = Buffer.concat(frames)
          const places = [0, ...cuts.filter((place) => place < stream.length), stream.length].toSorted((a, b) => a - b)
          const chunks = places.slice(1).map((place, index) => stream.subarray(places[index], place))
          const pieces = cut(chunks)
          expect(bare(Buffer.concat(pieces)).equals(bare(stream))).toBe(true)
          const pieceEnds = ends(pieces)
          for (const place of ends(frames)) expect(pieceEnds).toContain(place)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('a whole frame comes in one piece', () => {
    const frames = [
      clientFrame({ opcode: 1, payload: 'one' }),
      clientFrame({ opcode: 2, payload: Buffer.alloc(70_000) }),
    ]
    const pieces = cut([Buffer.concat(frames)])
    expect(pieces.map(({ length }) => length)).toEqual(frames.map(({ length }) => length))
    expect(readFrames(Buffer.concat(pieces))).toEqual(readFrames(Buffer.concat(frames)))
  })

  it('header octets pass at once, so that a bad frame is refused by its first two', () => {
    const whole = clientFrame({ opcode: 2, payload: Buffer.alloc(300) })
    expect(cut([whole.subarray(0, 1), whole.subarray(1, 2)])).toEqual([whole.subarray(0, 1), whole.subarray(1, 2)])
  })

  it('payload in single octets is gathered into blocks, so that it does not cost an object each', () => {
    const stream = clientFrame({ opcode: 2, payload: Buffer.alloc(100_000, 'x') })
    const pieces = cut(inChunksOf(1, stream))
    expect(Buffer.concat(pieces).equals(stream)).toBe(true)
    expect(pieces.length).toBeLessThan(30)
  })

  it('a declared length is not allocated: an unfinished frame holds back one block at most', () => {
    const header = Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4])
    const pieces = cut([header, ...inChunksOf(1_000, Buffer.alloc(50_000))])
    expect(Buffer.concat(pieces).length).toBeGreaterThan(14 + 50_000 - 16_384)
    for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(16_384)
  })
})
