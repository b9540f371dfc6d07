/**
 * What llhttp tells of one message, kept as numbers until the reader asks: fields by their places, the body by its
 * pieces, and that head or message are complete. It also notices limits that only show while llhttp executes. Nothing
 * here makes a string, an event or an error: it runs below `execute`.
 *
 * Every limit is a property of the octets, not of the chunks they came in: a refusal names the first octet beyond.
 */
import type { Limits } from '../limits.js'
import { ChunkOverhead } from './chunk-overhead.js'
import { OK, PAUSED, REFUSE } from './error-codes.js'
import { FieldSection } from './field-section.js'
import type { LlhttpSink } from './wasm.js'

/** The limits that a message can break while it is parsed. */
export type LimitFault =
  | 'START_LINE_TOO_LONG'
  | 'HEADER_TOO_LARGE'
  | 'TOO_MANY_HEADERS'
  | 'TRAILER_TOO_LARGE'
  | 'BODY_TOO_LARGE'
  | 'CHUNK_OVERHEAD'

const CRLF_BYTES = 2

export class MessageRecorder implements LlhttpSink {
  /** The head's fields, and from the first trailer on the trailers'. */
  readonly section = new FieldSection()
  headComplete = false
  messageComplete = false
  /** Whether llhttp lets the connection go on, as known at the end of the head. */
  keepsAlive = false
  /** Whether llhttp takes what follows the message for another protocol. */
  upgrade = false
  /** The limit that the message broke; null while it has not. */
  refusal: LimitFault | null = null
  /** Position in the stream of the first octet beyond that limit. */
  refusalPosition = 0
  /** Content octets of the body so far. */
  bodyBytes = 0
  /** Whether {@link section} holds trailers: the first one's name has begun. */
  inTrailers = false

  readonly #limits: Readonly<Limits>
  readonly #overhead = new ChunkOverhead()
  /** Offset and length, by turns, of the pieces of content in the loaded chunk that were not taken yet. */
  #pieces: number[] = []
  #pieceTaken = 0
  #chunkStart = 0
  #chunkLength = 0
  /** Whether the first trailer's name is whole. Before that, nothing tells a trailer from framing. */
  #trailerNamed = false
  /** First position at which the trailer section is too long. */
  #trailerLimit = 0

  constructor(limits: Readonly<Limits>) {
    this.#limits = limits
  }

  /** Gets ready for a message whose head begins at this position of the stream. */
  begin(position: number): void {
    this.section.begin(position)
    this.headComplete = false
    this.messageComplete = false
    this.refusal = null
    this.bodyBytes = 0
    this.inTrailers = false
    this.#trailerNamed = false
  }

  /** The following calls are about a chunk that stands here in the stream. */
  enterChunk(position: number, length: number): void {
    this.#chunkStart = position
    this.#chunkLength = length
  }

  /** The body's octets begin at this position of the stream. */
  beginBody(position: number): void {
    this.#overhead.begin(position, this.#limits.chunk_overhead_bytes)
  }

  /** Offset in the chunk of the next untaken piece of content; -1 when all are taken. */
  get pieceOffset(): number {
    return this.#pieceTaken === this.#pieces.length ? -1 : (this.#pieces[this.#pieceTaken] as number)
  }

  /** The next piece of content, a view of the chunk; null when all are taken. */
  takePiece(chunk: Buffer): Buffer | null {
    if (this.#pieceTaken === this.#pieces.length) return null
    const offset = this.#pieces[this.#pieceTaken] as number
    const length = this.#pieces[this.#pieceTaken + 1] as number
    this.#pieceTaken += 2
    if (this.#pieceTaken === this.#pieces.length) {
      this.#pieces = []
      this.#pieceTaken = 0
    }
    return chunk.subarray(offset, offset + length)
  }

  /**
   * Looks whether the head has broken a limit that no callback shows, in the octets before this position of the stream.
   *
   * @param lineEnd - Position of the start line's end; -1 while that has not come.
   */
  refuseHeadBefore(position: number, lineEnd: number): void {
    const { start } = this.section
    const lineLimit = start + this.#limits.request_line_bytes - CRLF_BYTES
    if ((lineEnd < 0 ? position : lineEnd) > lineLimit) this.#refuse('START_LINE_TOO_LONG', lineLimit)
    if (lineEnd < 0) return
    const headLimit = lineEnd + CRLF_BYTES + this.#limits.header_bytes
    if (position > headLimit && (this.refusal === null || headLimit <= this.refusalPosition)) {
      this.#refuse('HEADER_TOO_LARGE', headLimit)
    }
  }

  /**
   * Looks whether a chunked body has broken a limit that no callback shows, in the octets before this position of the
   * stream. llhttp may have failed at a later octet: what comes first counts.
   */
  refuseFramingBefore(position: number): void {
    const known = this.refusal === null ? position : this.refusalPosition
    if (this.#trailerNamed) {
      if (known > this.#trailerLimit) this.#refuse('TRAILER_TOO_LARGE', this.#trailerLimit)
      return
    }
    const excess = this.#overhead.excess(known)
    if (excess >= 0) this.#refuse('CHUNK_OVERHEAD', excess)
  }

  onFieldName(offset: number, length: number): number {
    const position = this.#chunkStart + offset
    if (this.headComplete && !this.inTrailers) {
      this.inTrailers = true
      this.section.begin(position)
    }
    this.section.addNamePiece(position, length)
    // A piece up to the chunk's end may be a part of the name. Only a whole name counts, or the cut would matter.
    return offset + length === this.#chunkLength ? OK : this.#countField(position + length)
  }

  onFieldValue(offset: number, length: number): number {
    this.section.addValuePiece(this.#chunkStart + offset, length)
    return OK
  }

  /**
   * Stops behind the head, so that it can be judged before anything of the body is parsed. A head that announces no body
   * and no other protocol needs no stop of its own: its message ends with it.
   */
  onHeadersComplete(_status: number, upgrade: boolean, keepsAlive: boolean): number {
    this.headComplete = true
    this.upgrade = upgrade
    this.keepsAlive = keepsAlive
    return upgrade || this.section.mayFrameBody ? PAUSED : OK
  }

  onBody(offset: number, length: number): number {
    const position = this.#chunkStart + offset
    const excess = this.#overhead.excess(position)
    if (excess >= 0) return this.#refuse('CHUNK_OVERHEAD', excess)
    this.#overhead.addContent(position, position + length)
    const allowed = Math.min(length, this.#limits.body_bytes - this.bodyBytes)
    if (allowed > 0) {
      this.#pieces.push(offset, allowed)
      this.bodyBytes += allowed
    }
    return allowed === length ? OK : this.#refuse('BODY_TOO_LARGE', position + allowed)
  }

  onMessageComplete(): number {
    this.messageComplete = true
    return PAUSED
  }

  /** Counts a field whose name ended before this position. */
  #countField(position: number): number {
    if (!this.headComplete) {
      return this.section.count > this.#limits.header_fields ? this.#refuse('TOO_MANY_HEADERS', position) : OK
    }
    if (!this.#trailerNamed) {
      const excess = this.#overhead.excess(position)
      if (excess >= 0) return this.#refuse('CHUNK_OVERHEAD', excess)
      this.#trailerNamed = true
      this.#trailerLimit = Math.max(position, this.section.start + this.#limits.trailer_bytes)
    }
    return this.section.count > this.#limits.trailer_fields ? this.#refuse('TRAILER_TOO_LARGE', position) : OK
  }

  #refuse(fault: LimitFault, position: number): number {
    this.refusal = fault
    this.refusalPosition = position
    return REFUSE
  }
}
