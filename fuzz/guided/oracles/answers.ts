/**
 * Reads what a server sent, by rules of its own and strictly: status lines, fields, bodies by length, in chunks or to the
 * end. The reader under test has no part in it, so that the two can't be wrong together.
 */
import { claim } from '../target.js'

export interface Answer {
  readonly version: string
  readonly status: number
  /** By lower-case name; copies are joined by a comma. */
  readonly fields: ReadonlyMap<string, string>
  readonly body: string
  /** How the end of the body is known. */
  readonly delimited: 'nothing' | 'length' | 'chunks' | 'close' | 'tunnel'
  /** The body is as long as was announced. */
  readonly whole: boolean
  /** Whether the connection goes on behind it. */
  readonly persists: boolean
}

export interface Answers {
  readonly final: readonly Answer[]
  /** Statuses of interim answers, each with the number of final answers in front of it. */
  readonly interim: readonly (readonly [status: number, before: number])[]
  /** Octets behind the last answer; a tunnel's octets are its body. */
  readonly rest: string
}

/** What is known of the request that an answer belongs to. */
export interface Asked {
  readonly method: string
  /** The request's version is below 1.1, so that going on needs a word. */
  readonly isOld: boolean
}

const STATUS_LINE = /^(HTTP\/1\.[01]) ([1-5]\d\d) ?([^\r\n]*)$/
const FIELD_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*)$/

export function readAnswers(octets: string, asked: (index: number) => Asked): Answers {
  const final: Answer[] = []
  const interim: [number, number][] = []
  let at = 0
  while (at < octets.length) {
    const headEnd = octets.indexOf('\r\n\r\n', at)
    if (headEnd < 0) break
    const head = readHead(octets.slice(at, headEnd))
    const start = headEnd + 4
    if (head.status < 200 && head.status !== 101) {
      interim.push([head.status, final.length])
      at = start
      continue
    }
    const body = readBody(octets, start, head, asked(final.length))
    final.push({ ...head, ...body, persists: body.whole && persists(head, body, asked(final.length)) })
    at = body.end
    if (final.at(-1)?.persists === false) break
  }
  return { final, interim, rest: octets.slice(at) }
}

interface Head {
  readonly version: string
  readonly status: number
  readonly fields: ReadonlyMap<string, string>
}

interface Body {
  readonly body: string
  readonly delimited: Answer['delimited']
  readonly whole: boolean
  readonly end: number
}

function readHead(text: string): Head {
  const [statusLine = '', ...lines] = text.split('\r\n')
  const line = STATUS_LINE.exec(statusLine)
  claim(line !== null, 'an answer begins with a status line', statusLine)
  const fields = new Map<string, string>()
  for (const fieldText of lines) {
    const [, name = '', value = ''] = FIELD_LINE.exec(fieldText) ?? []
    claim(name !== '', 'a field line is well-formed', fieldText)
    const before = fields.get(name.toLowerCase())
    fields.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`)
  }
  return { version: line[1] as string, status: Number(line[2]), fields }
}

function readBody(octets: string, start: number, { status, fields }: Head, { method }: Asked): Body {
  if (status === 101) return { body: octets.slice(start), delimited: 'tunnel', whole: true, end: octets.length }
  if (method === 'HEAD' || status === 204 || status === 304) {
    return { body: '', delimited: 'nothing', whole: true, end: start }
  }
  const length = fields.get('content-length')
  if (fields.get('transfer-encoding') === 'chunked') return readChunks(octets, start)
  if (length === undefined) return { body: octets.slice(start), delimited: 'close', whole: true, end: octets.length }
  claim(/^\d+$/.test(length), 'a length is a number', length)
  const end = Math.min(octets.length, start + Number(length))
  return { body: octets.slice(start, end), delimited: 'length', whole: end === start + Number(length), end }
}

function readChunks(octets: string, start: number): Body {
  let [body, at] = ['', start]
  for (;;) {
    const line = /^([0-9a-f]+)\r\n/.exec(octets.slice(at, at + 20))
    if (line === null) return { body, delimited: 'chunks', whole: false, end: octets.length }
    const size = Number.parseInt(line[1] as string, 16)
    at += line[0].length
    body += octets.slice(at, at + size)
    if (octets.slice(at + size, at + size + 2) !== '\r\n') {
      return { body, delimited: 'chunks', whole: false, end: octets.length }
    }
    at += size + 2
    if (size === 0) return { body, delimited: 'chunks', whole: true, end: at }
  }
}

function persists({ version, fields }: Head, { delimited }: Body, { isOld }: Asked): boolean {
  if (delimited === 'close' || delimited === 'tunnel') return false
  const options = (fields.get('connection') ?? '').toLowerCase().split(/[ \t]*,[ \t]*/)
  if (options.includes('close')) return false
  return (version === 'HTTP/1.1' && !isOld) || options.includes('keep-alive')
}
