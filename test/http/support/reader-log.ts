/**
 * What a reader told, as lines of text that a table can hold: `head`, `body`, `end`, `fault`, and how it stands when the
 * octets are used up (`waits`, or `over` when there will never be another event). Pieces of a body are joined, because
 * where they are cut is the network's affair.
 */
import {
  type BodyChunk,
  type MessageEnd,
  NEED_DATA,
  type RequestHead,
  type ResponseHead,
} from '../../../src/http/events.js'
import type { Headers } from '../../../src/http/headers.js'

type AnyEvent = RequestHead | ResponseHead | BodyChunk | MessageEnd

/** What both readers have. */
export interface AnyReader {
  receive(octets: Buffer): void
  receiveEnd(): void
  next(): AnyEvent | typeof NEED_DATA | null
  release(): void
}

/** The fault of a stream, as both error classes tell it. */
interface Fault extends Error {
  readonly code: string
  readonly status?: number
  readonly offset: number
}

/** A reader's story so far. */
export class ReaderLog {
  readonly lines: string[] = []
  readonly #reader: AnyReader
  #body: string | null = null
  #failed = false

  constructor(reader: AnyReader) {
    this.#reader = reader
  }

  /** Feeds the pieces, taking all events after each, then tells how the reader stands. */
  static of(reader: AnyReader, pieces: readonly Buffer[], end = false): string[] {
    const log = new ReaderLog(reader)
    for (const piece of pieces) {
      reader.receive(piece)
      log.pull()
    }
    if (end) {
      reader.receiveEnd()
      log.pull()
    }
    const lines = log.finish()
    reader.release()
    return lines
  }

  /** Takes all events there are, or so many of them. */
  pull(most = Infinity): void {
    for (let taken = 0; taken < most; taken++) {
      const event = this.#next()
      if (event === NEED_DATA || event === null) return
      this.#tell(event)
    }
  }

  /** The lines, the last of which tells how the reader stands. */
  finish(): string[] {
    const state = this.#next()
    this.#flushBody()
    if (!this.#failed) this.lines.push(state === null ? 'over' : 'waits')
    return this.lines
  }

  #next(): AnyEvent | typeof NEED_DATA | null {
    try {
      return this.#reader.next()
    } catch (error) {
      this.#flushBody()
      if (!this.#failed) this.lines.push(describeFault(error as Fault))
      this.#failed = true
      return null
    }
  }

  #tell(event: AnyEvent): void {
    if (event.kind === 'chunk') {
      if (event.octets.length === 0) throw new Error('a chunk without octets was told')
      this.#body = (this.#body ?? '') + event.octets.toString('latin1')
      return
    }
    this.#flushBody()
    this.lines.push(event.kind === 'end' ? describeEnd(event) : describeHead(event))
  }

  #flushBody(): void {
    if (this.#body !== null) this.lines.push(`body ${shorten(this.#body)}`)
    this.#body = null
  }
}

function describeHead(head: RequestHead | ResponseHead): string {
  return 'method' in head ? describeRequest(head) : describeResponse(head)
}

function describeRequest(head: RequestHead): string {
  const { method, target, httpVersion, requestLine } = head
  if (requestLine !== `${method} ${target} ${httpVersion}` || httpVersion !== `HTTP/1.${head.minorVersion}`) {
    throw new Error(`a head contradicts itself: ${requestLine}`)
  }
  const words = [
    `head ${head.offset}:`,
    shorten(requestLine),
    describeFraming(head),
    head.keepsAlive ? 'keep' : 'close',
  ]
  if (head.upgrade) words.push('upgrade')
  if (head.expectsContinue) words.push('continue')
  return [...words, describeFields(head.headers)].join(' ')
}

function describeResponse(head: ResponseHead): string {
  const words = ['head', head.httpVersion, String(head.status), JSON.stringify(head.reason), describeFraming(head)]
  if (head.interim) words.push('interim')
  if (head.upgrade) words.push('upgrade')
  return [...words, describeFields(head.headers)].join(' ')
}

function describeFraming({ framing, contentLength }: RequestHead | ResponseHead): string {
  const unknown = framing === 'chunked' || framing === 'close'
  if (unknown !== (contentLength === -1) || (framing === 'none' && contentLength !== 0)) {
    throw new Error(`a head contradicts itself: ${framing} with ${contentLength} octets`)
  }
  return framing === 'length' ? `length=${contentLength}` : framing
}

function describeEnd({ keepsAlive, trailers }: MessageEnd): string {
  const fields = trailers.length > 0 ? ` ${describeFields(trailers)}` : ''
  return `end ${keepsAlive ? 'keep' : 'close'}${fields}`
}

function describeFields(fields: Headers): string {
  return `{${fields
    .items()
    .map(([name, value]) => `${shorten(name)}: ${shorten(value)}`)
    .join('; ')}}`
}

function describeFault({ code, status, offset }: Fault): string {
  return status === undefined ? `fault ${code} at ${offset}` : `fault ${code} ${status} at ${offset}`
}

/** Long runs of one character as a count, so that rows stay readable. */
export function shorten(text: string): string {
  return text.replace(/(.)\1{29,}/gs, (run, character: string) => `${character}*${run.length}`)
}
