/** The reader as its driver sees it: what it tells when, what it holds, what it hands over. */
import { describe, expect, test, vi } from 'vitest'
import { RequestError } from '../../../src/http/errors.js'
import { NEED_DATA, type RequestEvent } from '../../../src/http/events.js'
import { DEFAULT_LIMITS } from '../../../src/http/limits.js'
import { RequestReader } from '../../../src/http/llhttp/request-reader.js'
import { sharedLlhttp } from '../../../src/http/llhttp/wasm.js'
import { ReaderLog } from '../support/reader-log.js'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'

function reading(...pieces: string[]): RequestReader {
  const reader = new RequestReader({ limits: DEFAULT_LIMITS })
  for (const piece of pieces) reader.receive(Buffer.from(piece, 'latin1'))
  return reader
}

/** The next event, which must be one of this kind. */
function take(reader: RequestReader, kind: RequestEvent['kind']): RequestEvent {
  const event = reader.next()
  if (event === null || event === NEED_DATA || event.kind !== kind) throw new Error(`no ${kind} came`)
  return event
}

function thrownBy(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('events', () => {
  test('a head tells all that its fields mean', () => {
    const reader = reading('POST /a?b HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n')
    const head = reader.next()
    expect(head).toMatchObject({
      kind: 'head',
      requestLine: 'POST /a?b HTTP/1.1',
      method: 'POST',
      target: '/a?b',
      httpVersion: 'HTTP/1.1',
      minorVersion: 1,
      framing: 'length',
      contentLength: 3,
      keepsAlive: true,
      upgrade: false,
      expectsContinue: true,
      offset: 0,
    })
    expect(reader.next()).toBe(NEED_DATA)
  })

  test.each([
    ['HTTP/1.0', 'Expect: 100-continue\r\n'],
    ['HTTP/1.1', 'Expect: 200-ok\r\n'],
    ['HTTP/1.1', 'Expect: 100-continue\r\nExpect: 100-continue\r\n'],
  ])('%s with %j does not ask to continue', (version, expectation) => {
    const reader = reading(`POST / ${version}\r\nHost: a\r\n${expectation}Content-Length: 3\r\n\r\n`)
    expect(take(reader, 'head')).toMatchObject({ expectsContinue: false })
  })

  test('chunks are views of what was received', () => {
    const octets = Buffer.from('P / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc')
    const reader = reading()
    reader.receive(octets)
    take(reader, 'head')
    const chunk = take(reader, 'chunk')
    octets[octets.length - 3] = 0x41
    expect(chunk).toMatchObject({ octets: Buffer.from('Abc') })
  })

  test('the same buffer may be received twice', () => {
    const octets = Buffer.from('X / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3))
    expect(ReaderLog.of(reading(), [octets, octets]).filter((line) => line.startsWith('head'))).toHaveLength(6)
  })

  test('a chunk longer than llhttp takes at once is parsed to its end', () => {
    const body = 'x'.repeat(200_000)
    const log = ReaderLog.of(reading(), [
      Buffer.from(`P / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}${GET}`),
    ])
    expect(log).toEqual([
      'head 0: P / HTTP/1.1 length=200000 keep {Host: a; Content-Length: 200000}',
      'body x*200000',
      'end keep',
      'head 200049: GET / HTTP/1.1 none keep {Host: a}',
      'end keep',
      'waits',
    ])
  })

  test.each([65_535, 65_536, 65_537])(
    'a head that ends near the end of the parser memory (%i octets) is read',
    (size) => {
      const head = `GET / HTTP/1.1\r\nHost: a\r\nX: `
      const value = 'v'.repeat(size - head.length - '\r\n\r\n'.length)
      const limits = { ...DEFAULT_LIMITS, header_bytes: 100_000 }
      const log = ReaderLog.of(new RequestReader({ limits }), [Buffer.from(`${head}${value}\r\n\r\n${GET}`)])
      expect(log.slice(1)).toEqual([
        'end keep',
        `head ${size}: GET / HTTP/1.1 none keep {Host: a}`,
        'end keep',
        'waits',
      ])
    },
  )

  test('nothing is parsed that was not asked for', () => {
    const reader = reading(`${GET}BAD\0`)
    expect(take(reader, 'head')).toMatchObject({ method: 'GET' })
    expect(take(reader, 'end')).toMatchObject({ keepsAlive: true })
    expect(reader.unparsedBytes).toBe(4)
    expect(() => reader.next()).toThrow(RequestError)
  })

  test('a burst of small requests in one chunk is copied into the parser memory once', () => {
    const burst = Buffer.from('A / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1_800))
    const copy = vi.spyOn(sharedLlhttp().octets, 'set')
    const log = ReaderLog.of(reading(), [burst])
    const copied = copy.mock.calls.reduce((sum, [octets]) => sum + octets.length, 0)
    copy.mockRestore()
    expect(log.filter((line) => line.startsWith('head'))).toHaveLength(1_800)
    // The stand-in of each verb is written, too.
    expect(copied).toBeLessThanOrEqual(burst.length + 1_800 * 'PUT'.length)
  })
})

describe('readers beside each other', () => {
  test('share one parser memory without mixing their streams', () => {
    const bodies = ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'bbbb', 'ccccccccccccccc']
    const streams = bodies.map((body, index) =>
      Buffer.from(
        `POST /${index} HTTP/1.1\r\nHost: h${index}\r\nContent-Length: ${body.length}\r\n\r\n${body}`.repeat(3),
      ),
    )
    const alone = streams.map((octets) => ReaderLog.of(reading(), [octets]))
    const readers = streams.map(() => reading())
    const logs = readers.map((reader) => new ReaderLog(reader))
    for (let at = 0; at < Math.max(...streams.map(({ length }) => length)); at += 7) {
      streams.forEach((octets, index) => readers[index]?.receive(octets.subarray(at, at + 7)))
      for (const log of logs) log.pull()
    }
    expect(logs.map((log) => log.finish())).toEqual(alone)
  })

  test('may take turns event by event', () => {
    const streams = ['A', 'LONGVERB', 'CONNECT'].map(
      (verb) => `${verb} ${verb === 'CONNECT' ? 'a:1' : '/'} HTTP/1.1\r\nHost: a\r\n\r\n`,
    )
    const readers = streams.map((stream) => reading(stream.repeat(4)))
    const stories: string[][] = streams.map(() => [])
    for (let turn = 0; turn < 8; turn++) {
      readers.forEach((reader, index) => {
        const event = reader.next()
        if (event !== NEED_DATA && event !== null)
          stories[index]?.push(event.kind === 'head' ? event.method : event.kind)
      })
    }
    expect(stories).toEqual(
      ['A', 'LONGVERB', 'CONNECT'].map((verb) => [verb, 'end', verb, 'end', verb, 'end', verb, 'end']),
    )
  })
})

describe('faults', () => {
  test('a fault is thrown again and again, whatever arrives', () => {
    const reader = reading('GET  / HTTP/1.1\r\n\r\n')
    const fault = thrownBy(() => reader.next())
    expect(fault).toBeInstanceOf(RequestError)
    reader.receive(Buffer.from(GET))
    reader.receiveEnd()
    expect(reader.unparsedBytes).toBe(0)
    expect(thrownBy(() => reader.next())).toBe(fault)
    reader.release()
    expect(thrownBy(() => reader.next())).toBe(fault)
    expect(reader.unparsedBytes).toBe(0)
  })

  test('a fault behind octets of a body comes after them', () => {
    const reader = reading('P / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx')
    take(reader, 'head')
    expect(take(reader, 'chunk')).toMatchObject({ octets: Buffer.from('abc') })
    expect(thrownBy(() => reader.next())).toMatchObject({ code: 'BAD_CHUNK', status: 400 })
  })

  test('whatever goes wrong in the parser is a fault of this stream alone, with its cause', () => {
    const cause = new RangeError('no room')
    const copy = vi.spyOn(sharedLlhttp().octets, 'set').mockImplementationOnce(() => {
      throw cause
    })
    const [broken, other] = [reading(GET), reading(GET)]
    const fault = thrownBy(() => broken.next())
    copy.mockRestore()
    expect(fault).toMatchObject({ name: 'RequestError', code: 'PARSER_FAILURE', status: 500, cause })
    expect(thrownBy(() => broken.next())).toBe(fault)
    expect(take(other, 'head')).toMatchObject({ method: 'GET' })
  })

  test('an incomplete request is a fault without an answer', () => {
    const reader = reading('GET / HT')
    reader.receiveEnd()
    expect(thrownBy(() => reader.next())).toMatchObject({ code: 'INCOMPLETE', status: 0, offset: 8 })
  })
})

describe('what the driver may ask', () => {
  test('unparsedBytes counts octets that no event has told', () => {
    const reader = reading(
      'P / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
      '1\r\na\r\n1\r\nb\r\n0\r\n\r\nXY',
    )
    expect(reader.unparsedBytes).toBe(72)
    take(reader, 'head')
    expect(reader.unparsedBytes).toBe(19)
    take(reader, 'chunk')
    expect(reader.unparsedBytes).toBe(10)
    take(reader, 'chunk')
    expect(reader.unparsedBytes).toBe(2)
    take(reader, 'end')
    expect(reader.next()).toBe(NEED_DATA)
    expect(reader.unparsedBytes).toBe(0)
  })

  test('requestBegun is true from the first octet of a verb to the head', () => {
    const reader = reading('\r\n')
    expect([reader.next(), reader.requestBegun]).toEqual([NEED_DATA, false])
    reader.receive(Buffer.from('G'))
    expect([reader.next(), reader.requestBegun]).toEqual([NEED_DATA, true])
    reader.receive(Buffer.from(GET.slice(1, 20)))
    expect([reader.next(), reader.requestBegun]).toEqual([NEED_DATA, true])
    reader.receive(Buffer.from(GET.slice(20)))
    take(reader, 'head')
    expect(reader.requestBegun).toBe(false)
  })

  test('a Host is required when nothing else is said', () => {
    expect(thrownBy(() => reading('GET / HTTP/1.1\r\n\r\n').next())).toMatchObject({ code: 'BAD_HOST' })
  })

  test('a Host may be required or not from one request to the next', () => {
    const reader = reading('GET / HTTP/1.1\r\n\r\n'.repeat(2))
    reader.requireHost = false
    take(reader, 'head')
    take(reader, 'end')
    reader.requireHost = true
    expect(thrownBy(() => reader.next())).toMatchObject({ code: 'BAD_HOST' })
  })

  test('octets behind the last request of a connection are never parsed', () => {
    const reader = reading(`GET / HTTP/1.0\r\n\r\n${GET}`)
    take(reader, 'head')
    expect(take(reader, 'end')).toMatchObject({ keepsAlive: false })
    expect(reader.next()).toBe(null)
    reader.receive(Buffer.from(GET))
    expect([reader.next(), reader.unparsedBytes]).toEqual([null, 0])
  })

  test('a released reader tells nothing more and takes nothing more', () => {
    const reader = reading(GET.slice(0, 20))
    expect(reader.next()).toBe(NEED_DATA)
    reader.release()
    reader.release()
    reader.receive(Buffer.from(GET))
    expect([reader.next(), reader.unparsedBytes]).toEqual([null, 0])
  })
})

test('a body leaves nothing of itself behind, however long it is', () => {
  const octets = Buffer.alloc(1_000_000)
  const reader = reading('P / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000000\r\n\r\n')
  take(reader, 'head')
  const before = process.memoryUsage().heapUsed
  for (let times = 0; times < 199; times++) {
    reader.receive(octets)
    while (reader.next() !== NEED_DATA);
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000)
  reader.release()
})

describe('handing the stream over', () => {
  const REST = 'GET \0\r\n'

  test.each([1, 2, 3, 5, 17, 100])('the octets behind an upgrade are handed over, cut every %i octets', (step) => {
    const octets = Buffer.from(`${UPGRADE}${REST}`)
    const reader = reading()
    let told = false
    for (let at = 0; at < octets.length; at += step) {
      reader.receive(octets.subarray(at, at + step))
      if (!told) told = reader.next() !== NEED_DATA
    }
    expect(reader.takeRest().toString()).toBe(REST)
    expect(reader.next()).toBe(null)
  })

  test('they are the same whether the end of the upgrade was told or not', () => {
    const reader = reading(UPGRADE, REST)
    take(reader, 'head')
    take(reader, 'end')
    expect(reader.takeRest().toString()).toBe(REST)
  })

  test('a tunnel begins right behind CONNECT', () => {
    const reader = reading(`CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n${REST}`)
    expect(take(reader, 'head')).toMatchObject({ upgrade: true })
    expect(reader.takeRest().toString()).toBe(REST)
  })

  test('the body of an upgrade is read first', () => {
    const reader = reading(
      `P / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n${REST}`,
    )
    take(reader, 'head')
    take(reader, 'chunk')
    take(reader, 'end')
    expect(reader.takeRest().toString()).toBe(REST)
  })

  test('a request that ends the connection can be followed by another protocol', () => {
    const reader = reading(`GET / HTTP/1.0\r\n\r\n${REST}`)
    take(reader, 'head')
    take(reader, 'end')
    expect(reader.takeRest().toString()).toBe(REST)
  })

  test('an unread body of a known length is handed over with the rest', () => {
    const reader = reading(`P / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc${REST}`)
    take(reader, 'head')
    expect(reader.takeRest().toString()).toBe(`abc${REST}`)
  })

  test.each(['GE', 'GET / HTTP/1.1\r\nHo'])(
    'the stream can not be handed over in the middle of a head: %j',
    (begun) => {
      const reader = reading(begun)
      reader.next()
      expect(() => reader.takeRest()).toThrow('octets of the next head were read already')
    },
  )
})
