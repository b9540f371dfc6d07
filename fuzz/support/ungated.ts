/**
 * The oracle for the verb gate and the head checks: llhttp alone, on octets that begin with a method it knows, with no
 * stop before the end of the message and no check of ours.
 */
import { OK, PAUSED } from '../../src/http/llhttp/error-codes.js'
import { LlhttpParser, type LlhttpSink, REQUEST } from '../../src/http/llhttp/wasm.js'

export interface UngatedMessage {
  /** Whether the head was complete. */
  readonly headComplete: boolean
  readonly fields: [string, string][]
  readonly body: string
  readonly trailers: [string, string][]
  readonly keepsAlive: boolean
  readonly upgrade: boolean
  /** llhttp's result: 21 at the end of the message, 0 when octets are missing, else its error. */
  readonly result: number
  /** Where the message ended or failed. */
  readonly position: number
}

/** Reads the first message of the octets, at most 64 KiB of them. */
export function readUngated(octets: Buffer): UngatedMessage {
  const sink = new Recorder(octets.toString('latin1'))
  const parser = new LlhttpParser(REQUEST, sink)
  try {
    parser.load(octets)
    const result = parser.execute(0)
    const position = result === OK ? octets.length : parser.position
    const keepsAlive = result === PAUSED && parser.keepsAlive
    const { headComplete, fields, body, trailers, upgrade } = sink
    return { headComplete, fields, body, trailers, keepsAlive, upgrade, result, position }
  } finally {
    parser.release()
  }
}

class Recorder implements LlhttpSink {
  headComplete = false
  upgrade = false
  body = ''
  readonly fields: [string, string][] = []
  readonly trailers: [string, string][] = []
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The whole is one chunk, so a name comes in one piece unless the octets end in it. */
  onFieldName(offset: number, length: number): number {
    const list = this.headComplete ? this.trailers : this.fields
    list.push([this.#text.slice(offset, offset + length), ''])
    return OK
  }

  onFieldValue(offset: number, length: number): number {
    const list = this.headComplete ? this.trailers : this.fields
    const last = list.at(-1) as [string, string]
    last[1] = this.#text.slice(offset, offset + length).replace(/[ \t]+$/, '')
    return OK
  }

  onHeadersComplete(_status: number, upgrade: boolean): number {
    this.headComplete = true
    this.upgrade = upgrade
    return OK
  }

  onBody(offset: number, length: number): number {
    this.body += this.#text.slice(offset, offset + length)
    return OK
  }

  onMessageComplete(): number {
    return PAUSED
  }
}
