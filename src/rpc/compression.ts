/**
 * The `zlib` compression of RPC payloads. Inflating stops at the limit, not behind it: a few kilobytes can stand for
 * gigabytes. The only file that knows node:zlib.
 */
import { constants } from 'node:buffer'
import { SerializerError } from './errors.js'

export function deflate(octets: Uint8Array): Buffer {
  return process.getBuiltinModule('node:zlib').deflateSync(octets)
}

/**
 * Octets after the end of the compressed data are ignored, as Python does.
 *
 * @param limit - Octets the result may have; no more than that, and one chunk of zlib's, is ever held.
 * @throws SerializerError `TOO_LARGE`, `MALFORMED`.
 */
export function inflate(octets: Uint8Array, limit: number): Buffer {
  // Node takes no limit below 1: one octet too many is told apart below.
  const maxOutputLength = Math.min(Math.max(limit, 1), constants.MAX_LENGTH)
  const inflated = inflateWithin(octets, maxOutputLength)
  if (inflated.length > limit) throw tooLarge(limit)
  return inflated
}

function inflateWithin(octets: Uint8Array, maxOutputLength: number): Buffer {
  try {
    return process.getBuiltinModule('node:zlib').inflateSync(octets, { maxOutputLength })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxOutputLength)
    throw new SerializerError('MALFORMED', 'not zlib data', { cause })
  }
}

function tooLarge(limit: number): SerializerError {
  return new SerializerError('TOO_LARGE', `inflates to more than ${limit} octets`)
}
