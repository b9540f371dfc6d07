/**
 * WebSocket frames as octets, made and read without the library under test, so that a test can send what no library would.
 */

export interface FrameParts {
  readonly opcode: number
  readonly payload?: Buffer | string
  readonly fin?: boolean
  /** Reserved bits, 1 to 7; the highest is RSV1. */
  readonly reserved?: number
  /** None: an unmasked frame, which no client may send. */
  readonly mask?: Buffer | null
}

export interface ReceivedFrame {
  readonly fin: boolean
  readonly reserved: number
  readonly opcode: number
  readonly masked: boolean
  /** Without its mask. */
  readonly payload: Buffer
}

const MASK = Buffer.from([0x11, 0x22, 0x33, 0x44])

/** One frame as a client sends it. */
export function clientFrame({ opcode, payload = '', fin = true, reserved = 0, mask = MASK }: FrameParts): Buffer {
  const octets = typeof payload === 'string' ? Buffer.from(payload) : payload
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode
  const head = [Buffer.from([first]), lengthField(octets.length, mask !== null)]
  if (mask === null) return Buffer.concat([...head, octets])
  return Buffer.concat([...head, mask, underMask(octets, mask)])
}

/** The same octets, with the mask put on or taken off. */
function underMask(octets: Buffer, mask: Buffer): Buffer {
  return Buffer.from(octets.map((octet, place) => octet ^ (mask[place & 3] as number)))
}

export function clientText(text: string): Buffer {
  return clientFrame({ opcode: 0x1, payload: text })
}

export function clientClose(code?: number, reason = ''): Buffer {
  return clientFrame({ opcode: 0x8, payload: closePayload(code, reason) })
}

/** Payload of a close frame; empty without a code. */
export function closePayload(code?: number, reason = ''): Buffer {
  if (code === undefined) return Buffer.alloc(0)
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)])
}

/** The whole frames at the start of the octets; what is behind the last of them is left out. */
export function readFrames(octets: Buffer): ReceivedFrame[] {
  const frames: ReceivedFrame[] = []
  let rest = octets
  for (let frame = readFrame(rest); frame !== null; frame = readFrame(rest)) {
    frames.push(frame.frame)
    rest = rest.subarray(frame.size)
  }
  return frames
}

function readFrame(octets: Buffer): { frame: ReceivedFrame; size: number } | null {
  if (octets.length < 2) return null
  const [first, second] = [octets[0] as number, octets[1] as number]
  const masked = (second & 0x80) !== 0
  const short = second & 0x7f
  const lengthSize = short < 126 ? 0 : short === 126 ? 2 : 8
  const start = 2 + lengthSize + (masked ? 4 : 0)
  if (octets.length < start) return null
  const length = short < 126 ? short : Number(BigInt(`0x${octets.subarray(2, 2 + lengthSize).toString('hex')}`))
  if (octets.length < start + length) return null
  const mask = masked ? octets.subarray(start - 4, start) : Buffer.alloc(4)
  const payload = underMask(octets.subarray(start, start + length), mask)
  const [fin, reserved, opcode] = [(first & 0x80) !== 0, (first >> 4) & 7, first & 0xf]
  const frame = { fin, reserved, opcode, masked, payload }
  return { frame, size: start + length }
}

function lengthField(length: number, masked: boolean): Buffer {
  const bit = masked ? 0x80 : 0
  if (length < 126) return Buffer.from([bit | length])
  if (length < 65_536) return Buffer.from([bit | 126, length >> 8, length & 0xff])
  const field = Buffer.alloc(9)
  field[0] = bit | 127
  field.writeBigUInt64BE(BigInt(length), 1)
  return field
}
