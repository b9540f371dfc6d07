/**
 * Reads requests: octets in, one head, body chunks and one end out, and again. A gate in front of llhttp reads the verb
 * by itself and shows llhttp `PUT` in its place, so that any token is a verb and no table of methods decides. Only
 * CONNECT keeps its name: it is the one method that changes how llhttp frames a request.
 *
 * A gate for all verbs, known ones too, keeps every request on one path, and `GET / RTSP/1.0` from being taken for HTTP.
 */
import { Buffer } from 'node:buffer'
import { RequestError } from '../errors.js'
import type { NEED_DATA, RequestHead } from '../events.js'
import { CR, LF, SP, TOKEN_OCTETS } from '../field-syntax.js'
import { checkHead, decisiveFields } from '../head-checks.js'
import { Headers } from '../headers.js'
import type { Limits } from '../limits.js'
import { requestError } from '../request-faults.js'
import { parseRequestLine, type RequestLine } from '../request-line.js'
import { OK, PAUSED } from './error-codes.js'
import { type MessageFault, MessageReader } from './message-reader.js'
import { MessageRecorder } from './message-recorder.js'
import { REQUEST } from './wasm.js'

const STAND_IN = Buffer.from('PUT')
const CONNECT = Buffer.from('CONNECT')

export interface RequestReaderOptions {
  readonly limits: Readonly<Limits>
  /** Whether an HTTP/1.1 request without Host is refused; true by default. */
  readonly requireHost?: boolean
  /** The only verbs let through, when given; each other one is answered 501 before its target is read. */
  readonly allowedVerbs?: ReadonlySet<string>
}

export class RequestReader extends MessageReader<RequestHead> {
  /** May be set until the first head is asked for. */
  requireHost: boolean
  readonly #allowedVerbs: ReadonlySet<string> | null
  /** CR and LF before the next verb so far. */
  #leading = 0
  /** Length of the verb so far. */
  #verbLength = 0
  /** The request line, judged as soon as it is whole: who sends no version waits for no header section. */
  #line: RequestLine | null = null

  constructor({ limits, requireHost = true, allowedVerbs }: RequestReaderOptions) {
    super(REQUEST, limits, new MessageRecorder(limits))
    this.requireHost = requireHost
    this.#allowedVerbs = allowedVerbs ?? null
  }

  /** Whether `next` has seen an octet of a verb whose head it has not told yet. */
  get requestBegun(): boolean {
    return this.state === 'verb' || this.state === 'head'
  }

  protected override readHead(): RequestHead | typeof NEED_DATA | null {
    while (this.hasOctets()) {
      if (this.state === 'between' && !this.#skipLeading()) continue
      const complete = this.state === 'verb' ? this.#readVerb() : this.#parseHead(this.parser.execute(this.queue.at))
      if (complete) return this.#tellHead()
    }
    return this.needMore()
  }

  /** Skips empty lines in front of a request (RFC 9112 2.2). True when a verb begins. */
  #skipLeading(): boolean {
    const { queue } = this
    const { chunk } = queue
    while (queue.at < chunk.length) {
      const octet = chunk[queue.at]
      if (octet !== CR && octet !== LF) {
        this.#beginVerb()
        return true
      }
      if (++this.#leading > this.limits.leading_bytes) {
        throw requestError('LEADING_OCTETS', 'too many line ends in front of a request', queue.position)
      }
      queue.at++
    }
    return false
  }

  #beginVerb(): void {
    this.beginMessage(this.queue.position)
    this.#leading = 0
    this.#verbLength = 0
    this.#line = null
    this.state = 'verb'
  }

  /** Reads on in the verb. At the blank behind it llhttp is let in; true when that completes the head. */
  #readVerb(): boolean {
    const { queue } = this
    const { chunk } = queue
    let at = queue.at
    while (at < chunk.length && TOKEN_OCTETS[chunk[at] as number] === 1) at++
    const room = this.limits.verb_bytes - this.#verbLength
    if (at - queue.at > room) throw requestError('VERB_TOO_LONG', 'the verb is too long', queue.position + room)
    const piece = queue.at
    this.#verbLength += at - piece
    queue.at = at
    if (at === chunk.length) {
      this.recorder.section.text += chunk.toString('latin1', piece, at)
      return false
    }
    if (chunk[at] !== SP || this.#verbLength === 0) {
      throw requestError('BAD_VERB', 'an octet that no verb may have', queue.position)
    }
    return this.#leaveVerb(piece)
  }

  /** @param piece - Where in the chunk the verb's last piece begins. */
  #leaveVerb(piece: number): boolean {
    const { queue } = this
    let standIn = STAND_IN
    if (this.#allowedVerbs !== null || this.#verbLength === CONNECT.length) {
      const verb = this.recorder.section.text + queue.chunk.toString('latin1', piece, queue.at)
      if (this.#allowedVerbs?.has(verb) === false) {
        throw requestError('VERB_NOT_ALLOWED', 'the verb is not served here', queue.position)
      }
      if (verb === 'CONNECT') standIn = CONNECT
    }
    this.state = 'head'
    const result = this.parser.executeBehind(standIn, queue.at)
    queue.at = piece
    return this.#parseHead(result)
  }

  /** Takes in what llhttp has parsed of the chunk, from `queue.at` on. True when the head is complete. */
  #parseHead(result: number): boolean {
    const { queue, recorder } = this
    const { chunk } = queue
    const from = queue.at
    // A stop that no callback asked for would be met again and again.
    const failed = result !== OK && !(result === PAUSED && recorder.headComplete)
    queue.at = result === OK ? chunk.length : this.parser.position
    recorder.section.text += chunk.toString('latin1', from, queue.at)
    if (this.#line === null) this.#readLine(from)
    if (this.#line !== null) this.#checkSectionSize(this.#line)
    if (recorder.refusal !== null) throw this.fault(recorder.refusal, 'too many fields', recorder.refusalPosition)
    if (failed) throw this.syntaxFault(result, queue.position)
    return recorder.headComplete
  }

  /**
   * Reads the request line when its end is among the octets parsed from here on in the chunk. LF alone ends it too: llhttp
   * takes a line of HTTP/0.9 that ends so, and what follows it must not be read as a part of the target.
   *
   * The end is looked for in the chunk and not in the text: a text that grows octet by octet would be copied for each look.
   */
  #readLine(from: number): void {
    const { chunk, chunkStart, at: end } = this.queue
    const { start, text } = this.recorder.section
    let at = from
    while (at < end && chunk[at] !== CR && chunk[at] !== LF) at++
    const length = chunkStart + at - start
    const limit = this.limits.request_line_bytes - '\r\n'.length
    if (length > limit) throw requestError('REQUEST_LINE_TOO_LONG', 'the request line is too long', start + limit)
    if (at < end) this.#line = parseRequestLine(text.slice(0, length), this.#verbLength, start + length)
  }

  /** What comes first counts: a limit broken before a fault of syntax, or before another limit, wins. */
  #checkSectionSize({ requestLine }: RequestLine): void {
    const { section, refusal, refusalPosition } = this.recorder
    const excess = section.start + requestLine.length + '\r\n'.length + this.limits.header_bytes
    if (section.start + section.text.length > excess && (refusal === null || excess <= refusalPosition)) {
      throw requestError('HEADER_TOO_LARGE', 'the header section is too large', excess)
    }
  }

  #tellHead(): RequestHead {
    const { recorder, queue } = this
    const { requestLine, method, target, httpVersion, minorVersion } = this.#line as RequestLine
    const list = recorder.section.toList()
    const meaning = checkHead(decisiveFields(list), {
      method,
      minorVersion,
      requireHost: this.requireHost,
      bodyLimit: this.limits.body_bytes,
      position: queue.position,
    })
    const { framing, contentLength, expectsContinue } = meaning
    const keepsAlive = meaning.keepsAlive && recorder.keepsAlive
    const upgrade = meaning.upgrade && recorder.upgrade
    this.beginBody(keepsAlive, contentLength)
    return {
      kind: 'head',
      requestLine,
      method,
      target,
      httpVersion,
      minorVersion,
      headers: new Headers(list),
      framing,
      contentLength,
      keepsAlive,
      upgrade,
      expectsContinue,
      offset: recorder.section.start,
    }
  }

  protected override fault(code: MessageFault, text: string, position: number): RequestError {
    if (code === 'BAD_START_LINE' || code === 'BAD_STATUS') return requestError('BAD_REQUEST_LINE', text, position)
    return requestError(code, text, position)
  }

  protected override isFault(error: unknown): error is RequestError {
    return error instanceof RequestError
  }
}
