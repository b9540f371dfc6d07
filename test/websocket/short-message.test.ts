import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortMessageAt } from '../../src/websocket/short-message.js'
import { clientFrame } from '../support/web-socket-frames.js'

const TEXT = 0x1
const BINARY = 0x2

describe('a short message', () => {
  it('is read wherever it stands, up to where the next frame begins', () => {
    const payload = fc.uint8Array({ maxLength: 125 })
    const mask = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((octets) => Buffer.from(octets))
    const around = fc.uint8Array({ maxLength: 20 })
    fc.assert(
      fc.property(payload, mask, around, around, (octets, maskOctets, before, after) => {
        const frame = clientFrame({ opcode: BINARY, payload: Buffer.from(octets), mask: maskOctets })
        const message = shortMessageAt(Buffer.concat([before, frame, after]), before.length)
        expect(message).toEqual({
          opcode: BINARY,
          payload: Buffer.from(octets),
          end: before.length + frame.length,
        })
      }),
    )
  })

  it('has 125 octets at most', () => {
    const payload = Buffer.alloc(125, 'x')
    expect(shortMessageAt(clientFrame({ opcode: BINARY, payload }), 0)).toMatchObject({ payload })
  })

  it('of text is text', () => {
    expect(shortMessageAt(clientFrame({ opcode: TEXT, payload: 'grüß dich' }), 0)).toMatchObject({
      opcode: TEXT,
      payload: Buffer.from('grüß dich'),
    })
  })

  it('needs all of its octets', () => {
    const frame = clientFrame({ opcode: BINARY, payload: 'whole' })
    for (let length = 0; length < frame.length; length += 1)
      expect(shortMessageAt(frame.subarray(0, length), 0)).toBe(null)
  })

  it.each([
    ['text that is no UTF-8', clientFrame({ opcode: TEXT, payload: Buffer.from([0xff]) })],
    ['a frame without a mask', clientFrame({ opcode: BINARY, payload: 'bare', mask: null })],
    ['a payload of 126 octets', clientFrame({ opcode: BINARY, payload: Buffer.alloc(126) })],
    ['a fragment', clientFrame({ opcode: BINARY, payload: 'part', fin: false })],
    ['the rest of a message in fragments', clientFrame({ opcode: 0, payload: 'rest' })],
    ['a compressed message', clientFrame({ opcode: BINARY, payload: 'packed', reserved: 4 })],
    ['a ping', clientFrame({ opcode: 9, payload: 'ping' })],
  ])('is not %s', (_what, frame) => {
    expect(shortMessageAt(frame, 0)).toBe(null)
  })
})
