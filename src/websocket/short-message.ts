/**
 * What most messages are: one short frame, all of it here (RFC 6455 5.2). Anything else, and anything wrong, is left to a
 * decoder that knows all frames. Octets are only read: they may be somebody else's.
 */
import { Buffer, isUtf8 } from 'node:buffer'
import { OPCODE } from './opcodes.js'
import { MASK_BYTES } from './payload-mask.js'

/** The first octet of a message of one frame that is not compressed. */
const FINAL = 0x80
const WHOLE_TEXT = FINAL | OPCODE.text
const WHOLE_BINARY = FINAL | OPCODE.binary

/** The second octet of a masked frame, whose lower bits are the payload's length up to {@link LONGEST_PAYLOAD_BYTES}. */
const MASKED = 0x80
const LONGEST_PAYLOAD_BYTES = 125

/** Two octets and the mask. */
const HEADER_BYTES = 2 + MASK_BYTES

export interface ShortMessage {
  readonly opcode: number
  readonly payload: Buffer
  /** Where in the octets the next frame begins. */
  readonly end: number
}

/** The message whose frame begins here; null when it is not short, not whole, or not right. */
export function shortMessageAt(octets: Buffer, start: number): ShortMessage | null {
  const first = octets[start]
  if (first !== WHOLE_BINARY && first !== WHOLE_TEXT) return null
  const length = (octets[start + 1] ?? 0) - MASKED
  const mask = start + 2
  const begin = start + HEADER_BYTES
  const end = begin + length
  if (length < 0 || length > LONGEST_PAYLOAD_BYTES || end > octets.length) return null
  const payload = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; at++) {
    payload[at] = (octets[begin + at] as number) ^ (octets[mask + (at & 3)] as number)
  }
  if (first === WHOLE_TEXT && !isUtf8(payload)) return null
  return { opcode: first - FINAL, payload, end }
}
