/** What waits to be sent: small pieces join, and nothing is lost, doubled or out of order however it is taken. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PendingPieces, type Piece } from '../../src/net/pending-pieces.js'

const text = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 8 })
  .map((octets) => String.fromCharCode(...octets))
/** Short and long pieces, as text and as octets. */
const piece = fc
  .tuple(text, fc.constantFrom(1, 1, 1, 300, 2_000), fc.boolean())
  .map(([unit, times, isText]): Piece => (isText ? unit.repeat(times) : Buffer.from(unit.repeat(times), 'latin1')))

function octetsOf(pieces: readonly Piece[]): string {
  return pieces.map((one) => (typeof one === 'string' ? one : one.toString('latin1'))).join('')
}

describe('pending pieces', () => {
  it('come out as they went in, whatever is taken at a time', () => {
    const steps = fc.array(fc.oneof(piece, fc.nat({ max: 5_000 })))
    fc.assert(
      fc.property(steps, (given) => {
        const pending = new PendingPieces()
        let added = ''
        let taken = ''
        for (const step of given) {
          if (typeof step === 'number') {
            const some = octetsOf(pending.take(step))
            expect(some.length).toBeLessThanOrEqual(step)
            taken += some
          } else {
            pending.add(step)
            added += octetsOf([step])
          }
          expect(pending.bytes).toBe(added.length - taken.length)
        }
        expect(taken + octetsOf(pending.take(Infinity))).toBe(added)
        expect(pending.bytes).toBe(0)
      }),
    )
  })

  it('are one as long as they are small', () => {
    const pending = new PendingPieces()
    pending.add('head\r\n\r\n')
    pending.add(Buffer.from('\u00e4', 'latin1'))
    expect(pending.takeSingle()).toBe('head\r\n\r\n\u00e4')
    expect(pending.bytes).toBe(0)
  })

  it('stay the memory they came in when they are large', () => {
    const large = Buffer.alloc(5_000)
    const pending = new PendingPieces()
    pending.add(large)
    expect(pending.takeSingle()).toBe(large)
    pending.add('head')
    pending.add(large)
    expect(pending.takeSingle()).toBeNull()
    expect(pending.take(Infinity)).toEqual(['head', large])
  })

  it('are cut only where it is asked for, and none is empty', () => {
    const [first, second] = [Buffer.alloc(5_000, 1), Buffer.alloc(5_000, 2)]
    const pending = new PendingPieces()
    pending.add(first)
    pending.add(second)
    const taken = pending.take(first.length)
    expect(taken).toHaveLength(1)
    expect(taken[0]).toBe(first)
    expect(pending.take(500)).toEqual([second.subarray(0, 500)])
    expect(pending.take(Infinity)).toEqual([second.subarray(500)])
  })

  it('are no single one when there are two large ones', () => {
    const [first, second] = [Buffer.alloc(5_000, 1), Buffer.alloc(5_000, 2)]
    const pending = new PendingPieces()
    pending.add(first)
    pending.add(second)
    expect(pending.takeSingle()).toBeNull()
    expect(pending.take(Infinity)).toEqual([first, second])
  })
})
