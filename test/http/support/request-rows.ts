/**
 * A table of requests and the story each must tell: run whole, octet by octet, cut at every place, and with another
 * request behind it. In a row's octets, ▼ stands where its fault must be noticed: at the bad
 * octet or right behind it, as llhttp looks at it.
 */
import { expect, test } from 'vitest'
import { type Limits, resolveLimits } from '../../../src/http/limits.js'
import { RequestReader } from '../../../src/http/llhttp/request-reader.js'
import { everyCut } from './cuts.js'
import { ReaderLog } from './reader-log.js'

export interface RequestRow {
  readonly title: string
  /** Latin-1 octets, and at most one ▼. */
  readonly octets: string
  /** Lines of the log; see `ReaderLog`. The place of a fault is left out: ▼ tells it. */
  readonly log: readonly string[]
  readonly limits?: Partial<Limits>
  readonly requireHost?: boolean
  readonly allowedVerbs?: readonly string[]
  /** The stream ends behind the octets. */
  readonly end?: boolean
}

const NEXT = 'NEXT /n HTTP/1.1\r\nHost: n\r\n\r\n'

export function testRows(rows: readonly RequestRow[]): void {
  test.each(rows)('$title', (marked) => {
    const row = withoutMark(marked)
    expectLog(row, row.octets, row.log)
    const [attached, log] = withNextRequest(row)
    expectLog(row, attached, log)
  })
}

function withoutMark(row: RequestRow): RequestRow {
  const place = row.octets.indexOf('▼')
  const isFault = row.log.at(-1)?.startsWith('fault ') ?? false
  if (place < 0 && !isFault) return row
  const log = [...row.log.slice(0, -1), `${row.log.at(-1)} at ${place}`]
  return { ...row, octets: row.octets.replace('▼', ''), log }
}

/** The row with another request behind it, and the log that this gives. */
function withNextRequest({ octets, log, end = false }: RequestRow): [octets: string, log: readonly string[]] {
  const isFinal = log.at(-1) !== 'waits'
  const isBetween = log.at(-2)?.startsWith('end ') ?? false
  if (end || (!isFinal && !isBetween)) return [octets, log]
  if (isFinal) return [octets + NEXT, log]
  const head = `head ${octets.length}: NEXT /n HTTP/1.1 none keep {Host: n}`
  return [octets + NEXT, [...log.slice(0, -1), head, 'end keep', 'waits']]
}

function expectLog(row: RequestRow, text: string, log: readonly string[]): void {
  for (const pieces of everyCut(Buffer.from(text, 'latin1'))) {
    const story = ReaderLog.of(makeReader(row), pieces, row.end)
    expect(story, `cut ${pieces.map((piece) => piece.length).join('+')}`.slice(0, 200)).toEqual(log)
  }
}

function makeReader({ limits, requireHost = true, allowedVerbs }: RequestRow): RequestReader {
  const verbs = allowedVerbs === undefined ? {} : { allowedVerbs: new Set(allowedVerbs) }
  return new RequestReader({ limits: resolveLimits(limits), requireHost, ...verbs })
}
