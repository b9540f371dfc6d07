/** Readers that go from one connection to the next: nothing of the one is ever told of the other. */
import { Duplex } from 'node:stream'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestError } from '../../src/http/errors.js'
import { NEED_DATA } from '../../src/http/events.js'
import { type Limits, resolveLimits } from '../../src/http/limits.js'
import { RequestReader } from '../../src/http/llhttp/request-reader.js'
import { OctetIntake } from '../../src/net/octet-intake.js'
import { ReaderPool, readersFor } from '../../src/net/reader-pool.js'

const GET = Buffer.from('GET /x HTTP/1.1\r\nHost: a\r\n\r\n')

/** A stream that says what the test has it say, when it has it say so. */
function silentStream(): Duplex {
  return new Duplex({ read() {}, write: (_chunk, _encoding, callback) => callback() })
}

/** What there is to read, as text: heads, pieces of bodies joined, ends, faults with their places. */
function readAll(next: () => unknown): string[] {
  const told: string[] = []
  for (;;) {
    const event = nextOf(next)
    if (event === NEED_DATA || event === null) return [...told, event === null ? 'over' : 'waits']
    if (event instanceof RequestError) return [...told, `${event.code} at ${event.offset}`]
    told.push(JSON.stringify(event))
  }
}

function nextOf(next: () => unknown): unknown {
  try {
    return next()
  } catch (error) {
    return error
  }
}

/** A connection of the pool's, beside a reader of its own that is told the same. */
class Twin {
  readonly #stream = silentStream()
  readonly #intake: OctetIntake
  readonly #own: RequestReader

  constructor(limits: Readonly<Limits>, requireHost: boolean) {
    this.#intake = new OctetIntake(this.#stream, limits)
    this.#intake.requireHost = requireHost
    this.#own = new RequestReader({ limits, requireHost })
  }

  /** What the two told of the next octets; null: of the end. */
  hear(octets: Buffer | null): { lent: string[]; own: string[] } {
    if (octets === null) {
      this.#stream.emit('end')
      this.#own.receiveEnd()
    } else {
      this.#stream.emit('data', octets)
      this.#own.receive(octets)
    }
    const how = { lent: readAll(() => this.#intake.next()), own: readAll(() => this.#own.next()) }
    expect(this.#intake.unparsedBytes).toBe(this.#own.unparsedBytes)
    expect(this.#intake.requestBegun).toBe(this.#own.requestBegun)
    return how
  }

  dispose(): void {
    this.#intake.stop()
    this.#own.release()
  }
}

const REQUESTS = [
  'GET /a HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  'POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde',
  'POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n',
  'PURGE /d HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
  'GET /e HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'GET /f HTTP/1.1\r\n\r\n',
  '\r\n',
  '\r\n\r\n\r\n',
  'GET  /g HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /h HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
  `GET /${'i'.repeat(400)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'GET /j HTTP/1.1\r\nX-Some: thing\r\nHost: j\r\nX-More: of it\r\n\r\n',
]

/** One connection's octets in pieces, and where among the others' each piece comes. */
const conversation = fc
  .tuple(fc.array(fc.constantFrom(...REQUESTS), { maxLength: 6 }), fc.array(fc.nat(120), { maxLength: 5 }))
  .map(([requests, cuts]) => cutAt(Buffer.from(requests.join('')), cuts))

function cutAt(octets: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  let from = 0
  for (const length of lengths) {
    pieces.push(octets.subarray(from, from + length))
    from += length
  }
  return [...pieces, octets.subarray(from)].filter(({ length }) => length > 0)
}

describe('readers that are lent', () => {
  it('tell of each connection what a reader of its own would, however connections take turns', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(conversation, fc.boolean()), { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        (conversations, turns) => {
          const limits = resolveLimits({ request_line_bytes: 300, leading_bytes: 4 })
          const talks = conversations.map(([pieces, requireHost]) => ({
            left: [...pieces, null] as (Buffer | null)[],
            twin: new Twin(limits, requireHost),
          }))
          for (let open = talks; open.length > 0; open = talks.filter(({ left }) => left.length > 0)) {
            const talk = open[(turns.next().value as number) % open.length] as (typeof talks)[number]
            const { lent, own } = talk.twin.hear(talk.left.shift() ?? null)
            expect(lent).toEqual(own)
          }
          for (const { twin } of talks) twin.dispose()
        },
      ),
      { numRuns: 400 },
    )
  })

  it('are as many as connections have octets at the same time', () => {
    const limits = resolveLimits({})
    const pool = readersFor(limits)
    const intakes = [1, 2, 3].map(() => {
      const stream = silentStream()
      return { stream, intake: new OctetIntake(stream, limits) }
    })
    for (let times = 0; times < 2; times += 1) {
      for (const { stream, intake } of intakes) {
        stream.emit('data', GET)
        expect(readAll(() => intake.next()).at(-1)).toBe('waits')
      }
    }
    const only = pool.lend(0, true)
    expect(only.receivedBytes).toBe(0)
    expect(readersFor(limits)).toBe(pool)
    only.receive(GET)
    readAll(() => only.next())
    pool.takeBack(only)
    expect(pool.lend(7, true)).toBe(only)
    expect(only.receivedBytes).toBe(7)
  })

  it('are let go when more rest than are kept', () => {
    const pool = new ReaderPool(resolveLimits({}))
    const readers = Array.from({ length: 65 }, () => pool.lend(0, true))
    for (const reader of readers) pool.takeBack(reader)
    expect(readers.at(-1)?.next()).toBeNull()
    expect(readers.at(-2)?.next()).toBe(NEED_DATA)
    for (const reader of readers) reader.release()
  })

  it('are at rest only when nothing of what they have read is left', () => {
    const limits = resolveLimits({})
    const rests = (octets: string, end = false): boolean => {
      const reader = new RequestReader({ limits })
      reader.receive(Buffer.from(octets))
      if (end) reader.receiveEnd()
      readAll(() => reader.next())
      const { atRest } = reader
      if (!atRest) expect(() => reader.restart(0)).toThrow('at rest')
      reader.release()
      return atRest
    }
    expect(rests('')).toBe(true)
    expect(rests('', true)).toBe(false)
    expect(rests(GET.toString())).toBe(true)
    expect(rests(`${GET.toString()}\r\n`)).toBe(false)
    expect(rests(`${GET.toString()}G`)).toBe(false)
    expect(rests('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na')).toBe(false)
    expect(rests('GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toBe(false)
    expect(rests('\0')).toBe(false)
  })
})
