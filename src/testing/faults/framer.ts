/**
 * Says of each octet that a handler writes which part of its response it is. It reads what handlers write, not what
 * peers send: a handler that writes something else than HTTP has it passed on as `body`, whatever it is.
 *
 *   head ──► body                    length, close, or no HTTP
 *     │ ▲└─► chunkLine ──► chunkData ──► chunkEnd ──► chunkLine …
 *     └─┘ 1xx   └──────────► lastChunk ──► body
 */
import { Buffer } from 'node:buffer'
import { type Part, type Send, send, type Stage } from './action.js'
import { headLines, isBodiless, isChunked, statusIn } from './head-lines.js'

const EMPTY = Buffer.alloc(0)
const HEAD_BEGIN = Buffer.from('HTTP/')
const CHUNK_LINE = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?\r?\n$/i

type State = 'head' | 'body' | 'chunkLine' | 'chunkData' | 'chunkEnd' | 'lastChunk'

export class Framer implements Stage {
  readonly #command: string
  #state: State = 'head'
  /** Octets of a part that is told whole and is not complete yet. */
  #held: Buffer = EMPTY
  /** Octets of the current chunk that are still to come. */
  #chunkLeft = 0

  constructor(command: string) {
    this.#command = command
  }

  *take({ octets, part }: Send): Iterable<Send> {
    if (part === 'tunnel') {
      yield send('tunnel', octets)
      return
    }
    let rest = this.#held.length === 0 ? octets : Buffer.concat([this.#held, octets])
    this.#held = EMPTY
    while (rest.length > 0) {
      const told = this.#next(rest)
      if (told === null) {
        this.#held = rest
        return
      }
      yield told
      rest = rest.subarray(told.octets.length)
    }
  }

  *finish(): Iterable<Send> {
    if (this.#held.length > 0) yield send('body', this.#held)
    this.#held = EMPTY
  }

  /** The next part; null while it is not complete. */
  #next(octets: Buffer): Send | null {
    switch (this.#state) {
      case 'head':
        return this.#nextHead(octets)
      case 'chunkLine':
        return this.#nextChunkLine(octets)
      case 'chunkData':
        return this.#nextChunkData(octets)
      case 'chunkEnd':
        return this.#nextLine(octets, 'chunkEnd', 'chunkLine')
      case 'lastChunk':
        return this.#nextLastChunk(octets)
      default:
        return send('body', octets)
    }
  }

  #nextHead(octets: Buffer): Send | null {
    const compared = Math.min(octets.length, HEAD_BEGIN.length)
    if (HEAD_BEGIN.compare(octets, 0, compared, 0, compared) !== 0) return this.#enter('body', send('body', octets))
    const end = endOfBlankLine(octets)
    if (end < 0) return null
    const head = octets.subarray(0, end)
    const lines = headLines(head)
    const status = statusIn(lines)
    if (status >= 100 && status < 200 && status !== 101) return send('interim', head)
    const chunked = isChunked(lines) && !isBodiless(lines, this.#command)
    return this.#enter(chunked ? 'chunkLine' : 'body', send('head', head))
  }

  #nextChunkLine(octets: Buffer): Send | null {
    const end = octets.indexOf(0x0a) + 1
    if (end === 0) return null
    const size = CHUNK_LINE.exec(octets.toString('latin1', 0, end))?.[1]
    if (size === undefined) return this.#enter('body', send('body', octets))
    this.#chunkLeft = Number.parseInt(size, 16)
    if (this.#chunkLeft === 0) {
      this.#state = 'lastChunk'
      return this.#nextLastChunk(octets)
    }
    return this.#enter('chunkData', send('chunkLine', octets.subarray(0, end)))
  }

  #nextChunkData(octets: Buffer): Send {
    const data = octets.subarray(0, this.#chunkLeft)
    this.#chunkLeft -= data.length
    if (this.#chunkLeft === 0) this.#state = 'chunkEnd'
    return send('chunkData', data)
  }

  #nextLine(octets: Buffer, part: Part, then: State): Send | null {
    const end = octets.indexOf(0x0a) + 1
    return end === 0 ? null : this.#enter(then, send(part, octets.subarray(0, end)))
  }

  /** Trailers are few: looking at them from their start again does no harm. */
  #nextLastChunk(octets: Buffer): Send | null {
    const end = endOfBlankLine(octets)
    return end < 0 ? null : this.#enter('body', send('lastChunk', octets.subarray(0, end)))
  }

  #enter<T>(state: State, told: T): T {
    this.#state = state
    return told
  }
}

/** Place behind the first empty line; -1 when there is none. */
function endOfBlankLine(octets: Buffer): number {
  for (let lineEnd = octets.indexOf(0x0a); lineEnd >= 0; lineEnd = octets.indexOf(0x0a, lineEnd + 1)) {
    if (octets[lineEnd + 1] === 0x0a) return lineEnd + 2
    if (octets[lineEnd + 1] === 0x0d && octets[lineEnd + 2] === 0x0a) return lineEnd + 3
  }
  return -1
}
