/** Faults of a WebSocket's frames, put between the frames that a handler sends once the handshake is done. */
import { Buffer } from 'node:buffer'
import { type Octets, toBuffer } from '../octets.js'
import { encodeWebSocketFrame, type WebSocketFrameParts } from '../web-socket-frame.js'
import { type Send, send, type Stage, type WireAction } from './action.js'
import { defineFault } from './fault.js'
import { choice, count, octets, optionalCount, optionalOctets, upTo } from './parameters.js'

/** What frame is sent, and where. See {@link FAULT_TABLE} for the defaults. */
export interface FrameParameters {
  /** Frames of the server that go in front. */
  after: number
  /** 0 to 15. */
  opcode: number
  /** Whether it is the last one of its message. */
  fin: boolean
  /** The three reserved bits, 0 to 7. */
  reserved: number
  /** Four octets; null: unmasked, as a server's frames have to be. */
  mask: Octets | null
  /** Length that is announced; null: the true one. */
  length: number | null
  /** What it carries. */
  payload: Octets
}

export const webSocketFrame = defineFault<FrameParameters>({
  name: 'webSocketFrame',
  subject: 'webSocket',
  does: "Sends a frame of any making between the server's own, as soon as there is room for it.",
  parameters: {
    after: count(0, "Frames of the server's that go in front.", 3),
    opcode: upTo(15, 1, 'Opcode: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong; the others are reserved.'),
    fin: choice([true, false], 'Whether the frame ends its message.'),
    reserved: upTo(7, 0, 'The reserved bits, of which no extension has made use; RSV1 counts 4.'),
    mask: optionalOctets('Four octets to mask with, which no server may do; null: not masked.'),
    length: optionalCount('Length to announce; null: that of the payload.'),
    payload: octets('', 'Payload of the frame.'),
  },
  begin: ({ after, ...parts }) => new FrameInsertion(after, framed(parts)),
})

/** Any four octets can be a mask; other numbers of them can't. */
function framed({ mask, ...parts }: WebSocketFrameParts): Buffer {
  const four = mask === null || mask === undefined ? null : Buffer.concat([toBuffer(mask), Buffer.alloc(4)], 4)
  return encodeWebSocketFrame({ ...parts, mask: four })
}

class FrameInsertion implements Stage {
  readonly #frame: Buffer
  readonly #boundaries = new FrameBoundaries()
  /** Frames of the server's that still go in front; below 0 once the frame was given. */
  #left: number

  constructor(after: number, frame: Buffer) {
    this.#left = after
    this.#frame = frame
  }

  *take(given: Send): Iterable<WireAction> {
    if (given.part !== 'tunnel' || this.#left < 0) {
      yield given
      return
    }
    let rest = given.octets
    while (this.#left > 0) {
      const end = this.#boundaries.next(rest)
      if (end === null) {
        yield send('tunnel', rest)
        return
      }
      yield send('tunnel', rest.subarray(0, end))
      rest = rest.subarray(end)
      this.#left -= 1
    }
    this.#left = -1
    yield send('inserted', this.#frame)
    if (rest.length > 0) yield send('tunnel', rest)
  }

  *finish(): Iterable<WireAction> {}
}

/** Finds where the frames of a stream end, however it is cut. Reads unmasked frames, which is all that servers send. */
class FrameBoundaries {
  /** Header octets of the current frame, as far as seen. */
  #header: number[] = []
  /** Octets of the current frame's payload that are still to come; -1 while its length is not known. */
  #payloadLeft = -1

  /** Place behind the current frame's last octet; null when it is not in these octets, which then are behind it, too. */
  next(octets: Buffer): number | null {
    let place = 0
    for (; this.#payloadLeft < 0 && place < octets.length; place += 1) this.#readHeader(octets[place] as number)
    if (this.#payloadLeft < 0) return null
    const here = Math.min(this.#payloadLeft, octets.length - place)
    this.#payloadLeft -= here
    if (this.#payloadLeft > 0) return null
    this.#header = []
    this.#payloadLeft = -1
    return place + here
  }

  #readHeader(octet: number): void {
    this.#header.push(octet)
    const [, second = -1, ...length] = this.#header
    if (second < 0) return
    const extended = second < 126 ? 0 : second === 126 ? 2 : 8
    if (length.length < extended) return
    this.#payloadLeft = extended === 0 ? second : length.reduce((sum, digit) => sum * 256 + digit, 0)
  }
}
