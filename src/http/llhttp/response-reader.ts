/**
 * Reads responses, for clients: octets in, heads, body chunks and ends out. Where a response ends depends on the request it
 * answers, so each request is announced by {@link ResponseReader.expect} before its answer is fed; octets that answer
 * nothing are a fault. Interim responses (1xx) are told like others, and answer nothing yet.
 */
import { ResponseError, type ResponseFault } from '../errors.js'
import type { NEED_DATA, ResponseHead } from '../events.js'
import { CR, LF } from '../field-syntax.js'
import { FramingFields } from '../framing-fields.js'
import { Headers } from '../headers.js'
import type { Limits } from '../limits.js'
import { beginsTunnel, isInterim, judgeResponse } from '../response-checks.js'
import { parseStatusLine, type StatusLine } from '../status-line.js'
import { NO_BODY, NO_BODY_BUT_UPGRADE, PAUSED } from './error-codes.js'
import { type MessageFault, MessageReader } from './message-reader.js'
import { MessageRecorder } from './message-recorder.js'
import { type LlhttpParser, RESPONSE } from './wasm.js'

/** Tells llhttp at the end of a head what it can't know: which request the response answers. */
class ResponseRecorder extends MessageRecorder {
  /** Method of the request that the response answers. */
  method = ''

  override onHeadersComplete(status: number, upgrade: boolean, keepsAlive: boolean): number {
    super.onHeadersComplete(status, upgrade, keepsAlive)
    if (beginsTunnel(status, this.method)) return NO_BODY_BUT_UPGRADE
    return this.method === 'HEAD' || isInterim(status) ? NO_BODY : PAUSED
  }
}

export interface ResponseReaderOptions {
  /** Those that concern messages; `request_line_bytes` limits the status line. */
  readonly limits: Readonly<Limits>
}

export class ResponseReader extends MessageReader<ResponseHead> {
  readonly #recorder: ResponseRecorder
  /** Methods of the requests that have no final response yet, oldest first. */
  readonly #expected: string[] = []
  #line: StatusLine | null = null

  constructor({ limits }: ResponseReaderOptions) {
    const recorder = new ResponseRecorder(limits)
    super(RESPONSE, limits, recorder)
    this.#recorder = recorder
  }

  /** Announces a request with this method. To be called before the first octet of its response is fed. */
  expect(method: string): void {
    this.#expected.push(method)
  }

  protected override get isInterim(): boolean {
    return this.#line !== null && isInterim(this.#line.status)
  }

  protected override readHead(): ResponseHead | typeof NEED_DATA | null {
    while (this.hasOctets()) {
      if (this.state === 'between') this.#beginHead()
      if (this.parseHead(this.parser.execute(this.queue.at))) return this.#tellHead()
    }
    return this.needMore()
  }

  protected override readStartLine(line: string, position: number): void {
    this.#line = parseStatusLine(line, position)
  }

  protected override completeAtEnd(parser: LlhttpParser): boolean {
    return parser.finish() && this.recorder.messageComplete
  }

  protected override fault(code: MessageFault, text: string, position: number): ResponseError {
    return new ResponseError(asResponseFault(code), text, position)
  }

  protected override isFault(error: unknown): error is ResponseError {
    return error instanceof ResponseError
  }

  #beginHead(): void {
    const { position, chunk, at } = this.queue
    const [method] = this.#expected
    if (method === undefined) {
      throw new ResponseError('UNEXPECTED_RESPONSE', 'octets that answer no request', position)
    }
    // llhttp skips line ends in front of a status line. None belong there: a body was longer than it was said to be.
    if (chunk[at] === CR || chunk[at] === LF) {
      throw new ResponseError('BAD_STATUS_LINE', 'a line end in front of a status line', position)
    }
    this.beginMessage(position)
    this.#recorder.method = method
    this.#line = null
    this.state = 'head'
  }

  #tellHead(): ResponseHead {
    const { recorder, queue, limits } = this
    const { text, start } = recorder.section
    const line = this.#line as StatusLine
    const list = recorder.section.toList()
    const { method } = this.#recorder
    const { status, minorVersion } = line
    this.#requireLineEnd(text, queue.position)
    const { framing, contentLength, keepsAlive } = judgeResponse(new FramingFields(list), {
      method,
      status,
      minorVersion,
      bodyLimit: limits.body_bytes,
      position: queue.position,
    })
    const interim = isInterim(status)
    if (!interim) this.#expected.shift()
    // llhttp would read a 205 that announces nothing until the end of the stream.
    if (framing === 'none' && status === 205) recorder.messageComplete = true
    // llhttp's own word on the connection is asked at the end: here it does not know yet that a body is missing.
    this.beginBody(keepsAlive, contentLength)
    const upgrade = beginsTunnel(status, method)
    const raw = text.slice(0, queue.position - start - '\r\n'.length)
    return { kind: 'head', raw, ...line, headers: new Headers(list), framing, contentLength, interim, upgrade }
  }

  /** llhttp 9.3.0 takes CR CR LF behind a status line. */
  #requireLineEnd(text: string, position: number): void {
    if (!text.startsWith('\r\n', text.indexOf('\r'))) {
      throw new ResponseError('BAD_STATUS_LINE', 'the status line does not end in CRLF', position)
    }
  }
}

function asResponseFault(code: MessageFault): ResponseFault {
  switch (code) {
    case 'START_LINE_TOO_LONG':
      return 'STATUS_LINE_TOO_LONG'
    case 'BAD_START_LINE':
    case 'BAD_TARGET':
      return 'BAD_STATUS_LINE'
    default:
      return code
  }
}
