/** The chunked transfer coding as a writer needs it (RFC 9112 7.1): what goes around the octets of a body. */
import { fieldLine } from './response-head.js'

/** In front of a chunk's octets. A chunk of no octets would end the body, so nobody may announce one. */
export function chunkStart(octets: number): string {
  return `${octets.toString(16)}\r\n`
}

export const CHUNK_END = '\r\n'

/**
 * The last chunk, the trailer section and the end of the message.
 *
 * @throws HeaderError when a trailer can't be a field line.
 */
export function lastChunk(trailers: Iterable<readonly [name: string, value: string | number]>): string {
  let lines = '0\r\n'
  for (const [name, value] of trailers) lines += fieldLine(name, value)
  return `${lines}\r\n`
}
