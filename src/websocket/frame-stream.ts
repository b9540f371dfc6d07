/**
 * Frames in and out: the one file that knows the Receiver, Sender and PerMessageDeflate of the package `ws`. Octets go
 * in, events come out one at a time, so that a reader decides when the next frame is decoded; messages go in, frames
 * come out on anything that can write octets. Streams, sockets, hooks and the closing handshake are not known here.
 */
import { Buffer } from 'node:buffer'
import { createRequire } from 'node:module'
import { NEED_DATA } from '../http/events.js'
import type { Limits } from '../http/limits.js'
import { FrameCutter } from './frame-cutter.js'
import { CLOSE_CODE, OPCODE } from './opcodes.js'
import { shortMessageAt } from './short-message.js'

const EMPTY = Buffer.alloc(0)

/** A whole message, its fragments joined, or a ping or pong. Text is valid UTF-8. */
export interface MessageEvent {
  readonly kind: 'message'
  readonly opcode: number
  readonly payload: Buffer
}

/** The peer's close frame; nothing follows it. */
export interface CloseEvent {
  readonly kind: 'close'
  /** As sent, or 1005 when the frame was empty. */
  readonly code: number
  readonly reason: string
}

/** The peer broke the protocol or a limit; nothing follows it. */
export interface FailureEvent {
  readonly kind: 'failure'
  /** What our close frame says of it (RFC 6455 7.4.1). */
  readonly code: number
  readonly explanation: string
}

export type FrameEvent = MessageEvent | CloseEvent | FailureEvent
type NextEvent = FrameEvent | typeof NEED_DATA

export type FrameLimits = Pick<Limits, 'websocket_message_bytes' | 'websocket_fragments'>

/** Called when a frame's last octet was taken, or can't be; that may be before the write returns. */
export type FrameDone = (error?: Error | null) => void

/** What frames are written to. */
export interface FrameOutput {
  /** Nothing written from now on goes anywhere. */
  readonly destroyed: boolean
  /** Holds back what is written until `uncork`. */
  cork(): void
  uncork(): void
  write(octets: Buffer, done?: FrameDone): void
}

/** An agreement to compress messages (RFC 7692), for one connection. */
export interface Deflate {
  /** Value of Sec-WebSocket-Extensions that states it. */
  readonly response: string
  readonly extensions: Extensions
  /** Ends compression and frees its memory. No frame may be on its way in either direction. */
  release(): void
}

/** Extension objects by name, as `ws` keeps them. */
type Extensions = Readonly<Record<string, unknown>>

/** Ping and pong frames a peer may send within one second; each one costs us work, and none of them is a message. */
export const CONTROL_FRAMES_PER_SECOND = 256

/** Largest number that `ws` keeps as it is: it squeezes its limits into 32 bits, and takes 0 for "no limit". */
const LARGEST_LIMIT = 0x7fff_ffff

const DEFLATE_NAME = 'permessage-deflate'

/** A payload up to this size is joined with its header: copying so little is cheaper than one more piece to write. */
const JOINED_BYTES = 4_096

/** Close codes by the stable codes of `ws`; whatever else it reports is a protocol error. */
const CLOSE_CODES: ReadonlyMap<string, number> = new Map([
  ['WS_ERR_INVALID_UTF8', CLOSE_CODE.invalidPayload],
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', CLOSE_CODE.tooBig],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', CLOSE_CODE.tooBig],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', CLOSE_CODE.policyViolation],
])

interface Receiver {
  readonly errored: Error | null
  write(octets: Buffer, done?: FrameDone): boolean
  on(event: 'message', listener: (payload: Buffer, binary: boolean) => void): this
  on(event: 'ping' | 'pong', listener: (payload: Buffer) => void): this
  on(event: 'conclude', listener: (code: number, reason: Buffer) => void): this
  on(event: 'error', listener: (error: Error) => void): this
}

interface FrameOptions {
  opcode: number
  fin: boolean
  rsv1: boolean
  mask: boolean
  readOnly: boolean
}

interface Sender {
  send(payload: Buffer, options: { binary: boolean; compress: boolean; fin: true; mask: false }, done: FrameDone): void
  ping(payload: Buffer, mask: false, done: FrameDone): void
  pong(payload: Buffer, mask: false, done: FrameDone): void
  close(code: number | undefined, reason: string, mask: false, done: FrameDone): void
}

interface PerMessageDeflate {
  accept(offers: unknown): object
  cleanup(): void
}

/** What `ws` exports but neither documents nor declares; it stays within one minor version for us. */
interface WsPackage {
  Receiver: new (options: {
    isServer: boolean
    extensions: Extensions
    maxPayload: number
    maxFragments: number
    skipUTF8Validation: boolean
  }) => Receiver
  Sender: {
    new (output: FrameOutput, extensions: Extensions): Sender
    frame(payload: Buffer, options: FrameOptions): Buffer[]
  }
  PerMessageDeflate: new (options: {
    isServer: boolean
    maxPayload: number
    serverNoContextTakeover: boolean
    clientNoContextTakeover: boolean
  }) => PerMessageDeflate
  extension: {
    parse(fieldValue: string): Record<string, unknown>
    format(accepted: Record<string, object>): string
  }
}

const require = createRequire(import.meta.url)
let loaded: WsPackage | undefined

/** Loaded with the first WebSocket: with it come node:http and what else a client and a server of its own need. */
function ws(): WsPackage {
  loaded ??= require('ws') as WsPackage
  return loaded
}

/** Frames of a client, decoded: masked, checked, their fragments joined, within the limits. */
export class FrameReader {
  readonly #cutter = new FrameCutter()
  readonly #receiver: Receiver
  readonly #limits: FrameLimits
  /** Whether decoding may take more than one tick. */
  readonly #inflates: boolean
  readonly #now: () => number
  /** What the frame just decoded told; at most one, because frames are decoded one by one. */
  #event: FrameEvent | null = null
  /** What was received, as far as it was not given to the cutter; from `#unreadAt` on. */
  #unread: Buffer = EMPTY
  #unreadAt = 0
  /** Nothing of a frame or of a message in fragments is with the decoder. */
  #decoderIsIdle = true
  /** A close or a failure was told: no octet is looked at any more. */
  #ended = false
  /** When the second began in which control frames are counted, in milliseconds. */
  #secondBegan = -Infinity
  #controlFrames = 0

  /** @param now - A monotonic clock in milliseconds. */
  constructor(limits: FrameLimits, deflate: Deflate | null, now: () => number = () => performance.now()) {
    this.#limits = limits
    this.#inflates = deflate !== null
    this.#now = now
    this.#receiver = new (ws().Receiver)({
      isServer: true,
      extensions: deflate?.extensions ?? {},
      maxPayload: limitForWs(limits.websocket_message_bytes),
      maxFragments: limitForWs(limits.websocket_fragments),
      skipUTF8Validation: false,
    })
    this.#listen()
  }

  /**
   * Takes octets as they arrived, and leaves them as they are; what was received before has to be read up. They must not
   * change before they are read, or {@link keepUnread} is called.
   */
  receive(octets: Buffer): void {
    this.#unread = octets
    this.#unreadAt = 0
  }

  /** The next event; a promise only where messages are compressed. */
  next(): NextEvent | Promise<NextEvent> {
    if (this.#ended) return NEED_DATA
    return this.#decoderIsIdle ? (this.#nextShort() ?? this.#decode()) : this.#decode()
  }

  /** Most messages are short and come whole, and need no decoder. */
  #nextShort(): FrameEvent | null {
    const message = shortMessageAt(this.#unread, this.#unreadAt)
    if (message === null) return null
    if (message.end < this.#unread.length) this.#unreadAt = message.end
    else this.#forgetUnread()
    this.#told(message.opcode, message.payload)
    return this.#takeEvent()
  }

  #decode(): NextEvent | Promise<NextEvent> {
    this.#pushUnread()
    while (!this.#ended) {
      const piece = this.#cutter.next()
      if (piece === null) break
      this.#decoderIsIdle = false
      if (this.#inflates) return this.#inflate(piece)
      this.#receiver.write(piece)
      const event = this.#takeEvent()
      if (event !== null) return event
    }
    return NEED_DATA
  }

  #pushUnread(): void {
    if (this.#unreadAt === this.#unread.length) return
    // Decoding takes off masks in place, and the octets may still be somebody's: who wrote them in memory, or who listens in.
    this.#cutter.push(Buffer.from(this.#unread.subarray(this.#unreadAt)))
    this.#forgetUnread()
  }

  /** What is not read yet may change from now on. */
  keepUnread(): void {
    if (this.#unreadAt === this.#unread.length) return
    this.#unread = Buffer.from(this.#unread.subarray(this.#unreadAt))
    this.#unreadAt = 0
  }

  #forgetUnread(): void {
    this.#unread = EMPTY
    this.#unreadAt = 0
  }

  async #inflate(piece: Buffer): Promise<NextEvent> {
    await new Promise<void>((resolve) => this.#receiver.write(piece, () => resolve()))
    return this.#takeEvent() ?? this.next()
  }

  #takeEvent(): FrameEvent | null {
    const fault = this.#receiver.errored
    const event = fault === null ? this.#event : failureOf(fault)
    this.#event = null
    if (event !== null && event.kind !== 'message') {
      this.#ended = true
      this.#forgetUnread()
    }
    return event
  }

  #listen(): void {
    this.#receiver.on('message', (payload, binary) => {
      this.#decoderIsIdle = true
      this.#told(binary ? OPCODE.binary : OPCODE.text, payload)
    })
    this.#receiver.on('ping', (payload) => this.#toldControl(OPCODE.ping, payload))
    this.#receiver.on('pong', (payload) => this.#toldControl(OPCODE.pong, payload))
    this.#receiver.on('conclude', (code, reason) => {
      this.#event = { kind: 'close', code, reason: reason.toString('utf8') }
    })
    // Faults are read from `errored`, which is set at once; the event comes a tick later.
    this.#receiver.on('error', () => {})
  }

  #told(opcode: number, payload: Buffer): void {
    if (payload.length > this.#limits.websocket_message_bytes) {
      this.#event = { kind: 'failure', code: CLOSE_CODE.tooBig, explanation: 'Max payload size exceeded' }
    } else {
      this.#event = { kind: 'message', opcode, payload }
    }
  }

  #toldControl(opcode: number, payload: Buffer): void {
    const now = this.#now()
    if (now - this.#secondBegan >= 1_000) {
      this.#secondBegan = now
      this.#controlFrames = 0
    }
    this.#controlFrames += 1
    if (this.#controlFrames > CONTROL_FRAMES_PER_SECOND) {
      this.#event = { kind: 'failure', code: CLOSE_CODE.policyViolation, explanation: 'Too many control frames' }
    } else {
      this.#event = { kind: 'message', opcode, payload }
    }
  }
}

/** Messages as unmasked frames, in the order given. */
export class FrameWriter {
  readonly #sender: Sender
  readonly #output: FrameOutput
  readonly #compress: boolean

  constructor(output: FrameOutput, deflate: Deflate | null) {
    this.#output = output
    this.#compress = deflate !== null
    this.#sender = new (ws().Sender)(output, deflate?.extensions ?? {})
  }

  /** @throws RangeError when the payload of a ping or pong is longer than 125 octets. */
  send(opcode: number, payload: Buffer, done: FrameDone): void {
    if (opcode === OPCODE.ping) return this.#sender.ping(payload, false, done)
    if (opcode === OPCODE.pong) return this.#sender.pong(payload, false, done)
    const isMessage = opcode === OPCODE.text || opcode === OPCODE.binary
    if (!isMessage || !this.#compress) return this.#sendPlain(opcode, payload, done)
    return this.#sender.send(
      payload,
      { binary: opcode === OPCODE.binary, compress: true, fin: true, mask: false },
      done,
    )
  }

  /**
   * @param code - None for an empty close frame.
   * @throws TypeError when the code may not be sent, RangeError when the reason is longer than 123 octets.
   */
  close(code: number | undefined, reason: string, done: FrameDone): void {
    this.#sender.close(code, reason, false, done)
  }

  /** Nothing to compress: the frame needs none of the Sender's order. */
  #sendPlain(opcode: number, payload: Buffer, done: FrameDone): void {
    if (payload.length <= JOINED_BYTES) return this.#output.write(joinedFrame(opcode, payload), done)
    const frame = ws().Sender.frame(payload, { opcode, fin: true, rsv1: false, mask: false, readOnly: true })
    this.#output.cork()
    const last = frame.pop()
    for (const piece of frame) this.#output.write(piece)
    this.#output.write(last as Buffer, done)
    this.#output.uncork()
  }
}

/**
 * Agrees to compress messages when a client offers it; null when it doesn't, or on terms that can't be met. Neither side
 * keeps its compression state between messages, which bounds the memory of an idle connection.
 *
 * @param offers - Value of Sec-WebSocket-Extensions.
 * @throws SyntaxError when the value is no list of extensions.
 */
export function negotiateDeflate(offers: string, limits: FrameLimits): Deflate | null {
  if (offers === '') return null
  const { extension, PerMessageDeflate } = ws()
  const offered = extension.parse(offers)[DEFLATE_NAME]
  if (offered === undefined) return null
  const deflate = new PerMessageDeflate({
    isServer: true,
    maxPayload: limitForWs(limits.websocket_message_bytes),
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
  })
  try {
    const response = extension.format({ [DEFLATE_NAME]: deflate.accept(offered) })
    return { response, extensions: { [DEFLATE_NAME]: deflate }, release: () => deflate.cleanup() }
  } catch {
    // RFC 7692 7.1: an offer with parameters that are unknown or out of range is declined, the connection goes on.
    return null
  }
}

/** A short frame as one piece (RFC 6455 5.2): whole, unmasked, its length in no more than two further octets. */
function joinedFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const headerBytes = length < 126 ? 2 : 4
  const frame = Buffer.allocUnsafe(headerBytes + length)
  frame[0] = 0x80 | opcode
  frame[1] = length < 126 ? length : 126
  if (length >= 126) frame.writeUInt16BE(length, 2)
  payload.copy(frame, headerBytes)
  return frame
}

function limitForWs(limit: number): number {
  return limit === Infinity ? 0 : Math.min(Math.max(limit, 1), LARGEST_LIMIT)
}

function failureOf(error: Error): FailureEvent {
  const errorCode = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // RFC 7692 7.2.2 leaves data that can't be inflated to the recipient; zlib's codes begin so.
  const fallback = errorCode.startsWith('Z_') ? CLOSE_CODE.invalidPayload : CLOSE_CODE.protocolError
  return { kind: 'failure', code: CLOSE_CODES.get(errorCode) ?? fallback, explanation: error.message }
}
