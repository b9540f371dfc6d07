/**
 * Reads requests: octets in, one head, body chunks and one end out, and again. A gate in front of llhttp reads the verb
 * by itself and shows llhttp `PUT` in its place, so that any token is a verb and no table of methods decides. Only
 * CONNECT keeps its name: it is the one method that changes how llhttp frames a request.
 *
 * A gate for all verbs, known ones too, keeps every request on one path, and `GET / RTSP/1.0` from being taken for HTTP.
 */
import { Buffer } from 'node:buffer'
import { RequestError, type RequestFault } from '../errors.js'
import type { NEED_DATA, RequestHead } from '../events.js'
import { CR, LF, SP, TOKEN_OCTETS } from '../field-syntax.js'
import { FramingFields } from '../framing-fields.js'
import { checkHead } from '../head-checks.js'
import { Headers } from '../headers.js'
import type { Limits } from '../limits.js'
import { requestError } from '../request-faults.js'
import { parseRequestLine, type RequestLine } from '../request-line.js'
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

  override get atRest(): boolean {
    return super.atRest && this.#leading === 0
  }

  /** Whether `next` has seen an octet of a verb whose head it has not told yet. */
  get requestBegun(): boolean {
    return this.state === 'verb' || this.state === 'head'
  }

  protected override readHead(): RequestHead | typeof NEED_DATA | null {
    while (this.hasOctets()) {
      if (this.state === 'between' && !this.#skipLeading()) continue
      const complete = this.state === 'verb' ? this.#readVerb() : this.parseHead(this.parser.execute(this.queue.at))
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
    return this.parseHead(result)
  }

  protected override readStartLine(line: string, position: number): void {
    this.#line = parseRequestLine(line, this.#verbLength, position)
  }

  #tellHead(): RequestHead {
    const { recorder, queue } = this
    const { requestLine, method, target, httpVersion, minorVersion } = this.#line as RequestLine
    this.#line = null
    const list = recorder.section.toList()
    const meaning = checkHead(new FramingFields(list), {
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
    return requestError(asRequestFault(code), text, position)
  }

  protected override isFault(error: unknown): error is RequestError {
    return error instanceof RequestError
  }
}

function asRequestFault(code: MessageFault): RequestFault {
  switch (code) {
    case 'START_LINE_TOO_LONG':
      return 'REQUEST_LINE_TOO_LONG'
    case 'BAD_START_LINE':
    case 'BAD_STATUS':
      return 'BAD_REQUEST_LINE'
    default:
      return code
  }
}
