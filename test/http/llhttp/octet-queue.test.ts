/** Octets between their arrival and the parser: none is lost, doubled, out of order or copied, however they came. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OctetQueue } from '../../../src/http/llhttp/octet-queue.js'

const LONGEST = 4

function queueOf(...pieces: readonly Buffer[]): OctetQueue {
  const queue = new OctetQueue(LONGEST)
  for (const piece of pieces) queue.push(piece)
  return queue
}

/** What the parser gets to see, chunk by chunk, when it takes each whole. */
function chunksOf(queue: OctetQueue): Buffer[] {
  const chunks: Buffer[] = []
  // One turn more than there can be chunks: a queue that never comes to its end fails instead of hanging.
  for (let turns = queue.received + 1; turns > 0 && queue.advance(); turns--) {
    chunks.push(queue.chunk)
    queue.at = queue.chunk.length
  }
  return chunks
}

describe('the queue of octets', () => {
  it('gives the parser all of them in order, in chunks it can take, none of them empty', () => {
    const octets = fc.uint8Array({ maxLength: 3 * LONGEST }).map((piece) => Buffer.from(piece))
    fc.assert(
      fc.property(fc.array(octets), (pieces) => {
        const queue = queueOf(...pieces)
        const all = Buffer.concat(pieces)
        expect(queue.received).toBe(all.length)
        const chunks = chunksOf(queue)
        expect(Buffer.concat(chunks)).toEqual(all)
        for (const { length } of chunks) expect(length > 0 && length <= LONGEST).toBe(true)
        expect(queue.position).toBe(all.length)
      }),
    )
  })

  it('says how far it is, within a chunk and behind it', () => {
    const queue = queueOf(Buffer.from('abc'), Buffer.from('de'))
    expect(queue.exhausted).toBe(true)
    expect(queue.advance()).toBe(true)
    expect(queue.exhausted).toBe(false)
    queue.at = 2
    expect(queue.position).toBe(2)
    expect(queue.exhausted).toBe(false)
    queue.at = 3
    expect(queue.exhausted).toBe(true)
    expect(queue.advance()).toBe(true)
    expect([queue.position, queue.chunk.toString()]).toEqual([3, 'de'])
    queue.at = 2
    expect(queue.advance()).toBe(false)
    expect([queue.position, queue.exhausted]).toEqual([5, true])
  })

  it('takes what arrives when it had come to its end', () => {
    const queue = queueOf(Buffer.from('a'))
    chunksOf(queue)
    expect(queue.advance()).toBe(false)
    queue.push(Buffer.from('b'))
    expect(chunksOf(queue).toString()).toBe('b')
    expect(queue.position).toBe(2)
  })

  it('keeps chunks as they came, without a copy', () => {
    const [short, long] = [Buffer.from('abc'), Buffer.from('defghi')]
    const [first, second, third] = chunksOf(queueOf(short, long))
    expect(first).toBe(short)
    for (const [chunk, at] of [
      [second, 0],
      [third, LONGEST],
    ] as const) {
      expect(chunk?.buffer).toBe(long.buffer)
      expect(chunk?.byteOffset).toBe(long.byteOffset + at)
    }
  })

  it.each([
    ['the only chunk', ['abc'], 'bc'],
    ['one chunk and the next', ['abc', 'd'], 'bcd'],
    ['many chunks', ['abc', 'd', 'efghij', 'k'], 'bcdefghijk'],
  ])('hands over what is left of %s, and is empty then', (_title, pieces, rest) => {
    const queue = queueOf(...pieces.map((piece) => Buffer.from(piece)))
    queue.advance()
    queue.at = 2
    expect(queue.takeFrom(1).toString()).toBe(rest)
    expect([queue.position, queue.exhausted]).toEqual([queue.received, true])
    expect(queue.advance()).toBe(false)
  })

  it('hands over what is left of an only chunk without a copy', () => {
    const octets = Buffer.from('abc')
    const queue = queueOf(octets)
    queue.advance()
    const rest = queue.takeFrom(1)
    octets[1] = 0x42
    expect(rest.toString()).toBe('Bc')
  })

  it('forgets all of them as if they had been parsed', () => {
    const queue = queueOf(Buffer.from('abc'), Buffer.from('d'), Buffer.from('e'))
    queue.advance()
    queue.clear()
    expect([queue.position, queue.exhausted, queue.advance()]).toEqual([5, true, false])
    queue.push(Buffer.from('f'))
    expect(queue.advance()).toBe(true)
    expect([queue.position, queue.chunk.toString()]).toEqual([5, 'f'])
  })
})
