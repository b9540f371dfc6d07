import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { PayloadMask } from '../../src/websocket/payload-mask.js'

it('a mask is taken off octet for octet, wherever in memory the pieces of the payload begin', () => {
  const mask = fc.uint8Array({ minLength: 4, maxLength: 4 })
  const pieces = fc.array(fc.record({ offset: fc.nat(7), length: fc.nat(40) }), { maxLength: 6 })
  fc.assert(
    fc.property(mask, pieces, fc.uint8Array({ minLength: 240, maxLength: 240 }), (octets, cuts, payload) => {
      const taken = new PayloadMask(octets)
      let place = 0
      for (const { offset, length } of cuts) {
        const memory = new Uint8Array(offset + length + 3).fill(0xaa)
        const piece = memory.subarray(offset, offset + length)
        piece.set(payload.subarray(place, place + length))
        taken.takeOff(piece)
        const bare = payload.subarray(place, place + length).map((octet, at) => octet ^ (octets[(place + at) & 3] ?? 0))
        expect(piece).toEqual(bare)
        expect([...memory.subarray(0, offset), ...memory.subarray(offset + length)]).toEqual(
          Array(offset + 3).fill(0xaa),
        )
        place += length
      }
    }),
  )
})

it('what the mask was made from may change afterwards', () => {
  const octets = Uint8Array.of(1, 2, 3, 4)
  const mask = new PayloadMask(octets)
  octets.fill(0)
  const payload = Uint8Array.of(1, 2, 3, 4, 5)
  mask.takeOff(payload)
  expect(payload).toEqual(Uint8Array.of(0, 0, 0, 0, 4))
})
