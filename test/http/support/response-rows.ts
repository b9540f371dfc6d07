/**
 * A table of responses and the story each must tell, run whole, octet by octet and cut at every place. In a row's octets,
 * ▼ stands where its fault must be noticed: at the bad octet or right behind it, as llhttp looks at it.
 */
import { expect, test } from 'vitest'
import { type Limits, resolveLimits } from '../../../src/http/limits.js'
import { ResponseReader } from '../../../src/http/llhttp/response-reader.js'
import { everyCut } from './cuts.js'
import { ReaderLog } from './reader-log.js'

export interface ResponseRow {
  readonly title: string
  /** Methods of the requests that are answered, `GET` alone if left out. */
  readonly methods?: readonly string[]
  /** Latin-1 octets, and at most one ▼. */
  readonly octets: string
  /** Lines of the log; see `ReaderLog`. The place of a fault is left out: ▼ tells it. */
  readonly log: readonly string[]
  readonly limits?: Partial<Limits>
  /** The stream ends behind the octets. */
  readonly end?: boolean
}

export function testRows(rows: readonly ResponseRow[]): void {
  test.each(rows)('$title', ({ octets, log, methods = ['GET'], limits, end }) => {
    const place = octets.indexOf('▼')
    const story = place < 0 ? log : [...log.slice(0, -1), `${log.at(-1)} at ${place}`]
    for (const pieces of everyCut(Buffer.from(octets.replace('▼', ''), 'latin1'))) {
      const reader = new ResponseReader({ limits: resolveLimits(limits) })
      for (const method of methods) reader.expect(method)
      const cut = `cut ${pieces.map((piece) => piece.length).join('+')}`.slice(0, 200)
      expect(ReaderLog.of(reader, pieces, end), cut).toEqual(story)
    }
  })
}
