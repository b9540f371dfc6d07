/**
 * What reading requests and reading responses have in common: octets wait in a queue, `next()` parses just enough of
 * them for one event, llhttp stops behind the head and behind the message, and after a fault nothing is parsed any more.
 * What a head means is the subclasses' matter. No socket, no stream, no clock.
 *
 *   between ──► (verb) ──► head ──► body ──► between      the message ends, the connection goes on
 *                                    └─────► last ──► closed
 *   any ──► failed                                        a fault; next() throws it again and again
 */
import type { Buffer } from 'node:buffer'
import { type BodyChunk, type MessageEnd, NEED_DATA } from '../events.js'
import { CR, LF } from '../field-syntax.js'
import { FramingFields } from '../framing-fields.js'
import { keepsAlive } from '../keep-alive.js'
import type { Limits } from '../limits.js'
import { keptTrailers, NO_TRAILERS } from '../trailers.js'
import { OK, PAUSED, type SyntaxFault, syntaxFault, syntaxFaultText } from './error-codes.js'
import { type LimitFault, MessageRecorder } from './message-recorder.js'
import { OctetQueue } from './octet-queue.js'
import { LlhttpParser, type REQUEST, type RESPONSE, SCRATCH_BYTES } from './wasm.js'

/** Which part of the stream the next octet belongs to. `verb`: of requests only. */
export type ReaderState = 'between' | 'verb' | 'head' | 'body' | 'last' | 'closed' | 'failed'

/** Faults that both kinds of messages can have. */
export type MessageFault = SyntaxFault | LimitFault | 'INCOMPLETE'

const LIMIT_TEXTS: Record<LimitFault, string> = {
  START_LINE_TOO_LONG: 'the start line is too long',
  HEADER_TOO_LARGE: 'the header section is too large',
  TOO_MANY_HEADERS: 'the header section has too many fields',
  TRAILER_TOO_LARGE: 'the trailer section is too large',
  BODY_TOO_LARGE: 'the body is larger than is taken here',
  CHUNK_OVERHEAD: 'the body has too much framing for its content',
}

/** The ends of messages without trailers: all look alike. */
const END_KEEPING: MessageEnd = Object.freeze({ kind: 'end', keepsAlive: true, trailers: NO_TRAILERS })
const END_CLOSING: MessageEnd = Object.freeze({ kind: 'end', keepsAlive: false, trailers: NO_TRAILERS })

export abstract class MessageReader<Head> {
  readonly limits: Readonly<Limits>
  protected state: ReaderState = 'between'
  protected readonly queue = new OctetQueue(SCRATCH_BYTES)
  protected readonly recorder: MessageRecorder
  readonly #type: typeof REQUEST | typeof RESPONSE
  /** Made when the first octet of a first head arrives; null again when no more will be parsed. */
  #parser: LlhttpParser | null = null
  /** The peer has sent its last octet. */
  #ended = false
  /** Position in the stream of the start line's end; -1 while that has not come. */
  #lineEnd = -1
  /** What the head said; the end may still say no. */
  #headKeepsAlive = false
  /** Octets that the head announced, -1 when it did not. */
  #contentLength = -1
  /** llhttp stands at the stop behind a message. */
  #betweenStops = false
  /** A fault behind pieces of content that are told first; in state `failed`, the fault that every `next` throws. */
  #fault: Error | null = null

  constructor(type: typeof REQUEST | typeof RESPONSE, limits: Readonly<Limits>, recorder: MessageRecorder) {
    this.#type = type
    this.limits = limits
    this.recorder = recorder
  }

  /** Takes octets from the peer. Nothing is parsed before {@link next}; the octets must not change afterwards. */
  receive(octets: Buffer): void {
    if (this.state !== 'closed' && this.state !== 'failed') this.queue.push(octets)
  }

  /** The peer has sent its last octet. */
  receiveEnd(): void {
    this.#ended = true
  }

  /**
   * Whether nothing is left of what it has read: the last message has ended, another may follow, and no octet of that has
   * come. Known when `next` has given NEED_DATA.
   */
  get atRest(): boolean {
    return this.state === 'between' && !this.#ended && this.unparsedBytes === 0
  }

  /** Goes on at rest with another stream, whose next octet has this position in it. */
  restart(position: number): void {
    if (!this.atRest) throw new Error('a reader goes on with another stream only when it is at rest')
    this.queue.restart(position)
  }

  /** Octets received in all: the position in the stream of the next one to come. */
  get receivedBytes(): number {
    return this.queue.received
  }

  /** Octets received and not yet told by an event. */
  get unparsedBytes(): number {
    return this.queue.received - this.#toldPosition
  }

  /**
   * The next event; `NEED_DATA` when more octets must come first; null when there is never another one: the stream ended
   * between messages, a message ended the connection, or the reader was released.
   *
   * @throws the fault of the stream, again and again.
   */
  next(): Head | BodyChunk | MessageEnd | typeof NEED_DATA | null {
    try {
      switch (this.state) {
        case 'body':
          return this.#readBody()
        case 'failed':
          throw this.#fault as Error
        case 'last':
          this.release()
          return null
        case 'closed':
          return null
        default:
          return this.readHead()
      }
    } catch (error) {
      throw this.#fail(error)
    }
  }

  /**
   * Octets behind what was told of the current message, for a protocol that takes over; the reader is then released.
   * Behind a head without body these are all octets behind the head, whether its end was told or not.
   */
  takeRest(): Buffer {
    if (this.state === 'verb' || this.state === 'head') throw new Error('octets of the next head were read already')
    const rest = this.queue.takeFrom(this.#toldPosition)
    this.release()
    return rest
  }

  /** Frees the parser and forgets what was received. May be called at any time and more than once. */
  release(): void {
    this.#dropParser()
    this.queue.clear()
    if (this.state !== 'failed') this.state = 'closed'
  }

  /** Whether a message is told that another one follows, whatever it says of the connection. */
  protected get isInterim(): boolean {
    return false
  }

  /** Reads on in states `between`, `verb` and `head`. */
  protected abstract readHead(): Head | typeof NEED_DATA | null

  /** Takes in the start line, as soon as it is whole. `position`: its end. */
  protected abstract readStartLine(line: string, position: number): void

  /** The error that tells a peer's fault. */
  protected abstract fault(code: MessageFault, text: string, position: number): Error

  /** Completes a body that lasts until the end of the stream; false when there is no such body. */
  protected completeAtEnd(_parser: LlhttpParser): boolean {
    return false
  }

  protected get parser(): LlhttpParser {
    if (this.#parser === null) {
      this.#parser = new LlhttpParser(this.#type, this.recorder)
      this.#parser.load(this.queue.chunk)
    }
    return this.#parser
  }

  /** Whether there is an octet to parse. Turns to the next chunk when the current one is used up, and lets that go. */
  protected hasOctets(): boolean {
    const { queue } = this
    if (!queue.exhausted) return true
    if (!queue.advance()) {
      this.#parser?.load(queue.chunk)
      return false
    }
    this.parser.load(queue.chunk)
    this.recorder.enterChunk(queue.chunkStart, queue.chunk.length)
    return true
  }

  /** What `next` gives when the octets are used up in a head or between messages. */
  protected needMore(): typeof NEED_DATA | null {
    if (!this.#ended) return NEED_DATA
    if (this.state !== 'between') throw this.#incomplete()
    this.release()
    return null
  }

  /** Gets llhttp and the recorder ready for the message that begins at this position. */
  protected beginMessage(position: number): void {
    if (this.#betweenStops) {
      this.#betweenStops = false
      // A message that offered another protocol, and was followed by HTTP: nobody took the offer.
      if (this.recorder.upgrade) this.parser.declineUpgrade()
      else this.parser.resume()
    }
    this.recorder.begin(position)
    this.#lineEnd = -1
  }

  /** Takes in what llhttp has parsed of the chunk, from `queue.at` on. True when the head is complete. */
  protected parseHead(result: number): boolean {
    const { queue, recorder } = this
    const from = queue.at
    // A stop that no callback asked for would be met again and again.
    const failed = result !== OK && !(result === PAUSED && recorder.headComplete)
    queue.at = result === OK ? queue.chunk.length : this.parser.position
    recorder.section.text += queue.chunk.toString('latin1', from, queue.at)
    const line = this.#lineEnd < 0 ? this.#findLine(from) : null
    // What comes first counts: a limit broken before a fault of syntax, or before another limit, wins.
    recorder.refuseHeadBefore(queue.position, this.#lineEnd)
    if (line !== null && recorder.refusal !== 'START_LINE_TOO_LONG') this.readStartLine(line, this.#lineEnd)
    if (recorder.refusal !== null) throw this.#limitFault(recorder.refusal)
    if (failed) throw this.syntaxFault(result, queue.position)
    return recorder.headComplete
  }

  /** Goes on to the body of a head that passed all checks, and lets llhttp agree to its framing. */
  protected beginBody(keepsAlive: boolean, contentLength: number): void {
    const { recorder, queue } = this
    if (!recorder.messageComplete) {
      const result = this.parser.resumeAt(queue.at)
      if (result !== OK && result !== PAUSED) throw this.syntaxFault(result, queue.position)
    }
    this.#headKeepsAlive = keepsAlive
    this.#contentLength = contentLength
    recorder.beginBody(queue.position)
    this.state = 'body'
  }

  /** The fault that a result of llhttp means. */
  protected syntaxFault(result: number, position: number): Error {
    return this.fault(syntaxFault(result, this.recorder.headComplete), syntaxFaultText(result), position)
  }

  /**
   * The start line when its end is among the octets parsed from here on in the chunk, else null. LF alone ends it too: llhttp
   * takes a request line of HTTP/0.9 that ends so, and what follows must not be read as a part of the target.
   *
   * The end is looked for in the chunk and not in the text: a text that grows octet by octet would be copied for each look.
   */
  #findLine(from: number): string | null {
    const { chunk, chunkStart, at: end } = this.queue
    let at = from
    while (at < end && chunk[at] !== CR && chunk[at] !== LF) at++
    if (at === end) return null
    const { start, text } = this.recorder.section
    this.#lineEnd = chunkStart + at
    return text.slice(0, this.#lineEnd - start)
  }

  /** Position in the stream behind the last octet that an event told. */
  get #toldPosition(): number {
    const piece = this.recorder.pieceOffset
    return piece < 0 ? this.queue.position : this.queue.chunkStart + piece
  }

  #readBody(): BodyChunk | MessageEnd | typeof NEED_DATA {
    const { recorder, queue } = this
    for (;;) {
      const octets = recorder.takePiece(queue.chunk)
      if (octets !== null) return { kind: 'chunk', octets }
      if (this.#fault !== null) throw this.#fault
      if (recorder.messageComplete) return this.#tellEnd()
      if (this.hasOctets()) this.#parseBody()
      else if (!this.#ended) return NEED_DATA
      else if (!this.completeAtEnd(this.parser)) throw this.#incomplete()
    }
  }

  #parseBody(): void {
    const { recorder, queue, parser } = this
    const from = queue.at
    const result = parser.execute(from)
    // A stop that no callback asked for would be met again and again.
    const failed = result !== OK && !(result === PAUSED && recorder.messageComplete)
    queue.at = result === OK ? queue.chunk.length : parser.position
    if (recorder.inTrailers) {
      const { section } = recorder
      section.text += queue.chunk.toString('latin1', Math.max(section.start - queue.chunkStart, from), queue.at)
    }
    recorder.refuseFramingBefore(queue.position)
    if (recorder.refusal !== null) {
      this.#fault = this.#limitFault(recorder.refusal)
    } else if (failed) {
      this.#fault = this.syntaxFault(result, queue.position)
    }
  }

  #tellEnd(): MessageEnd {
    const { recorder } = this
    if (this.#contentLength >= 0 && recorder.bodyBytes !== this.#contentLength) {
      throw this.fault('PARSER_FAILURE', 'llhttp read another length than was announced', this.queue.position)
    }
    const list = recorder.inTrailers ? recorder.section.toList() : null
    const trailersAgree = list === null || keepsAlive(1, new FramingFields(list).connection)
    const llhttpAgrees = this.parser.keepsAlive
    const goesOn = this.isInterim || (this.#headKeepsAlive && trailersAgree && llhttpAgrees)
    this.#betweenStops = llhttpAgrees
    if (!llhttpAgrees) this.#dropParser()
    this.state = goesOn ? 'between' : 'last'
    if (list === null) return goesOn ? END_KEEPING : END_CLOSING
    return { kind: 'end', keepsAlive: goesOn, trailers: keptTrailers(list) }
  }

  /** A next head, if there is one, gets a new parser: this one would take no more. */
  #dropParser(): void {
    this.#parser?.release()
    this.#parser = null
  }

  #limitFault(refusal: LimitFault): Error {
    return this.fault(refusal, LIMIT_TEXTS[refusal], this.recorder.refusalPosition)
  }

  #incomplete(): Error {
    return this.fault('INCOMPLETE', 'the stream ended within a message', this.queue.received)
  }

  /** Ends the reader: the fault is thrown now and by every later `next`. */
  #fail(error: unknown): Error {
    if (this.state === 'failed') return this.#fault as Error
    this.#fault = this.#asFault(error)
    this.state = 'failed'
    this.release()
    return this.#fault
  }

  /** Whatever goes wrong in here is a fault of this stream and of no other; a trap of llhttp or lack of memory too. */
  #asFault(error: unknown): Error {
    if (this.isFault(error)) return error
    const fault = this.fault('PARSER_FAILURE', 'the parser failed', this.queue.position)
    fault.cause = error
    return fault
  }

  protected abstract isFault(error: unknown): error is Error
}
