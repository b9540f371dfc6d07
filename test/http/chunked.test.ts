/** What goes around the octets of a chunked body. */
import { expect, test } from 'vitest'
import { CHUNK_END, chunkStart, lastChunk } from '../../src/http/chunked.js'
import { HeaderError } from '../../src/http/errors.js'

test.each([
  [1, '1\r\n'],
  [10, 'a\r\n'],
  [31, '1f\r\n'],
  [65_536, '10000\r\n'],
])('a chunk of %i octets begins with their number in hexadecimal', (octets, start) => {
  expect(chunkStart(octets)).toBe(start)
  expect(CHUNK_END).toBe('\r\n')
})

test('the last chunk is empty and ends the message', () => expect(lastChunk([])).toBe('0\r\n\r\n'))

test('trailers stand behind the last chunk, in order', () => {
  const trailers = [
    ['X-Sum', 'abc'],
    ['x-count', 2],
  ] as const
  expect(lastChunk(trailers)).toBe('0\r\nX-Sum: abc\r\nx-count: 2\r\n\r\n')
})

test('a trailer that would break out of its line is refused', () => {
  expect(() => lastChunk([['X-Sum', 'a\r\nb']])).toThrow(HeaderError)
})
