/** Octets that came in pieces. */
import { Buffer } from 'node:buffer'

/** All pieces as one; a single piece is not copied. */
export function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
}
