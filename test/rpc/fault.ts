/** Code of the SerializerError that a step throws; any other error is passed on, since no other may escape a serializer. */
import { SerializerError, type SerializerFault } from '../../src/rpc/errors.js'

export function faultOf(step: () => unknown): SerializerFault | null {
  try {
    step()
    return null
  } catch (error) {
    if (error instanceof SerializerError) return error.code
    throw error
  }
}
