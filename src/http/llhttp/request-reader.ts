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
import { parseRequestLine } from '../request-line.js'
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
  /** Length of the request line without its line end; -1 before that has arrived. */
  #lineLength = -1

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
    this.#lineLength = -1
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
    const failed = result !== OK && result !== PAUSED
    queue.at = result === OK ? chunk.length : this.parser.position
    const known = failed ? Math.min(queue.at + 1, chunk.length) : queue.at
    recorder.section.text += chunk.toString('latin1', from, known)
    if (this.#lineLength < 0) this.#findLineEnd(from, known)
    this.#checkSize()
    if (recorder.refusal !== null) throw this.fault(recorder.refusal, 'too many fields', recorder.refusalPosition)
    if (failed) throw this.syntaxFault(result, queue.position)
    return recorder.headComplete
  }

  /** Looks in the chunk and not in the text: a text that grows octet by octet would be copied for each look. */
  #findLineEnd(from: number, end: number): void {
    const { chunk, chunkStart } = this.queue
    const at = chunk.indexOf(CR, from)
    if (at >= 0 && at < end) this.#lineLength = chunkStart + at - this.recorder.section.start
  }

  /** Whatever came first counts: a limit broken before a fault, or before another limit, wins. */
  #checkSize(): void {
    const { limits, recorder } = this
    const { start, text } = recorder.section
    const lineLength = this.#lineLength < 0 ? text.length : this.#lineLength
    if (lineLength > limits.request_line_bytes) {
      throw requestError('REQUEST_LINE_TOO_LONG', 'the request line is too long', start + limits.request_line_bytes)
    }
    if (this.#lineLength < 0) return
    const excess = start + this.#lineLength + '\r\n'.length + limits.header_bytes
    const isFirst = recorder.refusal === null || excess <= recorder.refusalPosition
    if (start + text.length > excess && isFirst) {
      throw requestError('HEADER_TOO_LARGE', 'the header section is too large', excess)
    }
  }

  #tellHead(): RequestHead {
    const { recorder, queue } = this
    const { section } = recorder
    const { text, start } = section
    const position = queue.position
    const requestLine = text.slice(0, this.#lineLength)
    const method = text.slice(0, this.#verbLength)
    const { target, httpVersion, minorVersion } = parseRequestLine(requestLine, method, position)
    const list = section.toList()
    const meaning = checkHead(decisiveFields(list), {
      verb: method,
      minorVersion,
      requireHost: this.requireHost,
      bodyLimit: this.limits.body_bytes,
      position,
    })
    const keepsAlive = meaning.keepsAlive && recorder.keepsAlive
    const upgrade = meaning.upgrade && recorder.upgrade
    const { framing, contentLength, expectsContinue } = meaning
    this.beginBody(keepsAlive, framing === 'none' ? 0 : contentLength)
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
      offset: start,
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
