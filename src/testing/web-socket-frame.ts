/** WebSocket frames (RFC 6455 5.2) as octets, right or wrong in every field: what no library would send, a test can. */
import { Buffer } from 'node:buffer'
import { type Octets, toBuffer } from './octets.js'

/** What a frame is made of; nothing is checked against the protocol. */
export interface WebSocketFrameParts {
  /** 0 to 15; 1 (text) by default. */
  readonly opcode?: number
  /** Whether the frame ends its message; true by default. */
  readonly fin?: boolean
  /** The reserved bits, 0 to 7; RSV1 counts 4. */
  readonly reserved?: number
  /** Four octets to mask with, as clients must and servers must not; null (default): not masked. */
  readonly mask?: Octets | null
  /** Length to announce; null (default): that of the payload. */
  readonly length?: number | null
  /** Octets that announce the length: 1, 2 or 8; null (default): the fewest that can. RFC 6455 5.2 forbids more. */
  readonly lengthSize?: 1 | 2 | 8 | null
  /** What it carries; nothing by default. */
  readonly payload?: Octets
}

/** @throws RangeError for an opcode, reserved bits, mask or length that the frame's fields can't hold. */
export function encodeWebSocketFrame(parts: WebSocketFrameParts = {}): Buffer {
  const { opcode = 1, fin = true, reserved = 0 } = parts
  requireBelow(16, 'opcode', opcode)
  requireBelow(8, 'reserved', reserved)
  const payload = toBuffer(parts.payload ?? '')
  const mask = maskOf(parts.mask ?? null)
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode
  const length = lengthField(parts.length ?? payload.length, parts.lengthSize ?? null, mask !== null)
  if (mask === null) return Buffer.concat([Buffer.from([first]), length, payload])
  const masked = payload.map((octet, place) => octet ^ (mask[place & 3] as number))
  return Buffer.concat([Buffer.from([first]), length, mask, masked])
}

function maskOf(mask: Octets | null): Buffer | null {
  if (mask === null) return null
  const octets = toBuffer(mask)
  if (octets.length !== 4) throw new RangeError(`a mask has four octets, not ${octets.length}`)
  return octets
}

function lengthField(length: number, given: 1 | 2 | 8 | null, masked: boolean): Buffer {
  const size = given ?? (length < 126 ? 1 : length < 65_536 ? 2 : 8)
  requireBelow(size === 1 ? 126 : size === 2 ? 65_536 : Number.MAX_SAFE_INTEGER, 'length', length)
  const bit = masked ? 0x80 : 0
  if (size === 1) return Buffer.from([bit | length])
  const field = Buffer.alloc(1 + size)
  field[0] = bit | (size === 2 ? 126 : 127)
  if (size === 2) field.writeUInt16BE(length, 1)
  else field.writeBigUInt64BE(BigInt(length), 1)
  return field
}

function requireBelow(bound: number, name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value < bound) return
  throw new RangeError(`${name} must be a whole number from 0 to ${bound - 1}, not ${value}`)
}
