/**
 * Cuts a stream of WebSocket frames (RFC 6455 5.2) where frames end, so that whoever decodes them gets one frame at a
 * time and can stop in between. Looks at lengths only: whether a frame is allowed, and what is in it, is not known here.
 *
 * Header octets pass at once, however few, so that a bad frame is refused by its first two. Payload that comes in small
 * segments is gathered into blocks: a peer that sends single octets must not cost an object for each of them. A long
 * payload leaves without its mask, under a header that says so: decoders take it off octet by octet.
 */
import { Buffer } from 'node:buffer'
import { MASK_BYTES, PayloadMask } from './payload-mask.js'

const EMPTY = Buffer.alloc(0)

/** Two octets, an extended length of up to eight, a mask of four. */
const LONGEST_HEADER_BYTES = 14

/** Block that small payload segments are gathered into; also what an unfinished frame can hold back. */
const BLOCK_BYTES = 16_384

/** Shorter payloads are left under their mask. */
const UNMASKED_BYTES = 128

/** Segments of this size pass without being copied into a block. */
const PASS_BYTES = 4_096

export class FrameCutter {
  /** Octets pushed and not yet cut. */
  #unread: Buffer = EMPTY
  /** Header octets of the current frame, as far as seen. */
  readonly #header = Buffer.alloc(LONGEST_HEADER_BYTES)
  #headerSeen = 0
  /** Payload octets of the current frame that were not cut yet; 0 between frames. */
  #payloadLeft = 0
  /** The current frame's mask; null where it is left to the decoder. */
  #mask: PayloadMask | null = null
  /** Where small payload segments are gathered, or null; exactly as long as what it waits for. */
  #block: Buffer | null = null
  #blockFilled = 0

  /** Takes what arrived next. What was pushed before has to be cut up already. */
  push(octets: Buffer): void {
    this.#unread = octets
  }

  /** The next piece, never with octets of two frames; null when more octets have to be pushed first. */
  next(): Buffer | null {
    if (this.#unread.length === 0) return null
    return this.#payloadLeft > 0 ? this.#cutPayload() : this.#cutHeader()
  }

  /** A whole frame if it is here, else what is here of its header. */
  #cutHeader(): Buffer {
    const seenBefore = this.#headerSeen
    const isHere = seenBefore === 0 && this.#unread.length >= LONGEST_HEADER_BYTES
    const header = isHere ? this.#unread : this.#gatherHeader()
    const seen = isHere ? LONGEST_HEADER_BYTES : this.#headerSeen
    const size = headerSize(header, seen)
    if (seen < size) return this.#take(this.#unread.length)
    this.#headerSeen = 0
    const headerRest = size - seenBefore
    const payload = payloadLength(header)
    this.#mask = isHere && isMasked(header) && payload >= UNMASKED_BYTES ? takeMask(header, size - MASK_BYTES) : null
    if (this.#unread.length - headerRest < payload) {
      this.#payloadLeft = payload
      return this.#take(headerRest)
    }
    const frame = this.#take(headerRest + payload)
    this.#mask?.takeOff(frame.subarray(headerRest))
    return frame
  }

  /** Header octets that come in several segments, or with little behind them, are read from a copy. */
  #gatherHeader(): Buffer {
    const room = Math.min(LONGEST_HEADER_BYTES - this.#headerSeen, this.#unread.length)
    this.#headerSeen += this.#unread.copy(this.#header, this.#headerSeen, 0, room)
    return this.#header
  }

  #cutPayload(): Buffer | null {
    const here = Math.min(this.#unread.length, this.#payloadLeft)
    if (this.#block !== null || (here < this.#payloadLeft && here < PASS_BYTES)) return this.#gather()
    this.#payloadLeft -= here
    const piece = this.#take(here)
    this.#mask?.takeOff(piece)
    return piece
  }

  /** Copies what fits into the block; the block once it is full. */
  #gather(): Buffer | null {
    this.#block ??= Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, this.#payloadLeft))
    const copied = this.#unread.copy(this.#block, this.#blockFilled)
    this.#take(copied)
    this.#blockFilled += copied
    this.#payloadLeft -= copied
    if (this.#blockFilled < this.#block.length) return null
    const block = this.#block
    this.#block = null
    this.#blockFilled = 0
    this.#mask?.takeOff(block)
    return block
  }

  #take(length: number): Buffer {
    const unread = this.#unread
    // Most often one frame comes alone; a view costs more than looking.
    this.#unread = length === unread.length ? EMPTY : unread.subarray(length)
    return length === unread.length ? unread : unread.subarray(0, length)
  }
}

function isMasked(header: Buffer): boolean {
  return ((header[1] as number) & 0x80) !== 0
}

/** The mask at this place of a header, where zeros are left. */
function takeMask(header: Buffer, place: number): PayloadMask {
  const octets = header.subarray(place, place + MASK_BYTES)
  const mask = new PayloadMask(octets)
  octets.fill(0)
  return mask
}

/** Length of the header that begins so; the first two octets tell. */
function headerSize(header: Buffer, seen: number): number {
  if (seen < 2) return 2
  const second = header[1] as number
  return 2 + extendedLengthSize(second & 0x7f) + ((second & 0x80) === 0 ? 0 : 4)
}

function extendedLengthSize(shortLength: number): number {
  if (shortLength < 126) return 0
  return shortLength === 126 ? 2 : 8
}

/** Beyond 2^53 the number is not exact; the decoder refuses such a frame by its header. */
function payloadLength(header: Buffer): number {
  const shortLength = (header[1] as number) & 0x7f
  if (shortLength < 126) return shortLength
  return shortLength === 126 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2))
}
