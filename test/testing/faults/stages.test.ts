import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Faults } from '../../../src/testing/faults/faults.js'
import type { Fault } from '../../../src/testing/faults/fault.js'
import { commit } from './commit.js'

const HELLO = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
const HELLO_HEAD_BYTES = HELLO.length - 5
const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nEtag: 1\r\n\r\n'

describe('faults that count octets', () => {
  const rows: [string, Fault, string][] = [
    ['cuts after so many octets', Faults.cutAfter({ after: 12 }), 'HTTP/1.1 200[close]'],
    ['cuts behind the response when it is shorter', Faults.cutAfter(), `${HELLO}[close]`],
    ['resets in front of the first octet', Faults.reset(), '[reset]'],
    ['resets within the body', Faults.reset({ after: HELLO_HEAD_BYTES + 2 }), `${HELLO.slice(0, -3)}[reset]`],
    ['leaves the end of TLS out', Faults.truncateTls({ after: 4 }), 'HTTP[truncate]'],
    ['pauses for a time', Faults.pauseAt({ at: 4, ms: 30 }), `HTTP[30 ms]${HELLO.slice(4)}`],
    ['pauses for ever', Faults.pauseAt({ at: 4 }), `HTTP[Infinity ms]${HELLO.slice(4)}`],
    ['injects octets', Faults.injectAt({ at: 4, octets: '\xff\0' }), `HTTP\xff\0${HELLO.slice(4)}`],
    ['adds octets behind the response', Faults.extraOctets({ octets: 'more' }), `${HELLO}more`],
  ]
  it.each(rows)('%s', (_title, fault, wire) => {
    expect(commit([HELLO], [fault])).toBe(wire)
  })

  it('drips without a pause in front of the first piece', () => {
    const head = HELLO.slice(0, HELLO_HEAD_BYTES)
    expect(commit([HELLO], [Faults.drip({ octets: HELLO_HEAD_BYTES, ms: 5 })])).toBe(`${head}[5 ms]hello`)
    expect(commit(['HTTP/1.1 200 \r\n\r\nabc'], [Faults.drip({ octets: 20, ms: 5 })])).toBe('HTTP/1.1 200 \r\n\r\nabc')
  })

  it('counts interim responses with the response', () => {
    const interim = 'HTTP/1.1 103 Early Hints\r\n\r\n'
    expect(commit([interim + HELLO], [Faults.cutAfter({ after: interim.length + 4 })])).toBe(`${interim}HTTP[close]`)
  })
})

describe('faults of the head', () => {
  const rows: [string, Fault, string][] = [
    ['announces one octet too many', Faults.wrongContentLength(), HELLO.replace('5', '6')],
    ['announces fewer octets', Faults.wrongContentLength({ by: -2 }), HELLO.replace(': 5', ': 3')],
    ['announces what is no length', Faults.wrongContentLength({ value: '+5' }), HELLO.replace(': 5', ': +5')],
    ['doubles a field', Faults.duplicateField(), HELLO.replace('\r\n\r\n', '\r\nContent-Length: 5\r\n\r\n')],
    [
      'doubles a field with another value',
      Faults.duplicateField({ value: '9' }),
      HELLO.replace('\r\n\r\n', '\r\nContent-Length: 9\r\n\r\n'),
    ],
    ['folds a field', Faults.foldedField({ name: 'Content-Length' }), HELLO.replace(': 5', ': 5\r\n ')],
    ['folds a field of its own', Faults.foldedField(), HELLO.replace('\r\n\r\n', '\r\nX-Folded: one\r\n  two\r\n\r\n')],
    ['ends the lines of the head with LF', Faults.bareLf(), HELLO.replaceAll('\r\n', '\n')],
    [
      'replaces the status line',
      Faults.garbageStatusLine({ line: 'ICY 200' }),
      HELLO.replace('HTTP/1.1 200 OK', 'ICY 200'),
    ],
    [
      'sends interim responses in front',
      Faults.interimFlood({ count: 2, status: '100 Continue', ms: 1 }),
      `HTTP/1.1 100 Continue\r\n\r\n[1 ms]HTTP/1.1 100 Continue\r\n\r\n${HELLO}`,
    ],
  ]
  it.each(rows)('%s', (_title, fault, wire) => {
    expect(commit([HELLO], [fault])).toBe(wire)
  })

  it('announces a length for a response that has none', () => {
    expect(commit(['HTTP/1.1 200 OK\r\n\r\nabc'], [Faults.wrongContentLength({ by: 2 })])).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc',
    )
  })

  it('makes a head as large as it is told, and no larger than one line more', () => {
    const wire = commit([HELLO], [Faults.oversizedHead({ octets: 50_000 })])
    const size = wire.indexOf('\r\n\r\n') + 4
    expect(size).toBeGreaterThanOrEqual(50_000)
    expect(size).toBeLessThan(51_000)
  })

  it('never ends an endless head', () => {
    const wire = commit([HELLO], [Faults.endlessHead({ ms: 3 })], { most: 101 })
    expect(wire.match(/\[3 ms\]X-Filler: a+\r\n/g)).toHaveLength(50)
    expect(wire).not.toContain('\r\n\r\n')
  })

  it('leaves heads of interim responses alone', () => {
    const interim = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'
    expect(commit([interim, HELLO], [Faults.duplicateField({ name: 'Link' })])).toBe(
      interim + HELLO.replace('\r\n\r\n', '\r\nLink: x\r\n\r\n'),
    )
  })
})

describe('faults of chunked framing', () => {
  const chunkedHello = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'

  it('puts a response into chunks that its handler did not', () => {
    expect(commit([HELLO], [Faults.malformedChunk({ chunk: 0, line: '5;' })])).toBe(
      chunkedHello.replace('5\r\n', '5;\r\n'),
    )
  })

  it('leaves the last chunk out, and closes or does not', () => {
    const unfinished = chunkedHello.slice(0, -5)
    expect(commit([HELLO], [Faults.missingLastChunk()])).toBe(`${unfinished}[close]`)
    expect(commit([HELLO], [Faults.missingLastChunk({ ending: 'stay' })])).toBe(unfinished)
  })

  it('edits the chunk that was meant, the last one when there are fewer', () => {
    const edited = (chunk: number): string => commit([CHUNKED], [Faults.malformedChunk({ chunk, line: 'zz' })])
    expect(edited(0)).toBe(CHUNKED.replace('5\r\n', 'zz\r\n'))
    expect(edited(1)).toBe(CHUNKED.replace('3;x=y\r\n', 'zz\r\n'))
    expect(edited(2)).toBe(CHUNKED.replace('0\r\n', 'zz\r\n'))
    expect(edited(9)).toBe(edited(2))
  })

  it('takes the trailers away with the last chunk', () => {
    expect(commit([CHUNKED], [Faults.missingLastChunk({ ending: 'stay' })])).toBe(
      CHUNKED.slice(0, CHUNKED.indexOf('0\r\nEtag')),
    )
  })

  it("keeps the handler's length beside chunks, or announces one", () => {
    expect(commit([HELLO], [Faults.contentLengthBesideChunked()])).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    )
    expect(commit([CHUNKED], [Faults.contentLengthBesideChunked({ value: '7' })])).toBe(
      CHUNKED.replace('\r\n\r\n', '\r\nContent-Length: 7\r\n\r\n'),
    )
  })

  it('ends the lines of chunks with LF and leaves data and head alone', () => {
    const given = CHUNKED.replace('hello', 'h\r\nlo')
    const [head = '', framed = ''] = given.split(/(?<=\r\n\r\n)/, 2)
    const chunks = given.slice(head.length)
    const bent = chunks.replaceAll('\r\n', '\n').replace('h\nlo', 'h\r\nlo')
    expect(framed).not.toBe('')
    expect(commit([given], [Faults.bareLf({ where: 'chunks' })])).toBe(head + bent)
  })

  it('gives a response to HEAD no chunks', () => {
    const head = HELLO.slice(0, HELLO_HEAD_BYTES)
    expect(commit([head], [Faults.missingLastChunk({ ending: 'stay' })], { command: 'HEAD' })).toBe(head)
  })
})

describe('several faults', () => {
  it('act one after the other, the first nearest the handler', () => {
    const longer = Faults.oversizedHead({ octets: 500 })
    expect(commit([HELLO], [longer, Faults.cutAfter({ after: 100 })])).toHaveLength(100 + '[close]'.length)
    expect(commit([HELLO], [Faults.bareLf(), Faults.duplicateField({ value: '6' })])).toBe(
      'HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6\r\n\nhello',
    )
    expect(commit([HELLO], [Faults.malformedChunk(), Faults.missingLastChunk({ ending: 'stay' })])).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n',
    )
  })

  it('do nothing behind an end', () => {
    expect(commit([HELLO], [Faults.cutAfter({ after: 4 }), Faults.extraOctets()])).toBe('HTTP[close]')
  })
})

describe('what handlers write', () => {
  const faults = [
    Faults.wrongContentLength(),
    Faults.bareLf({ where: 'everywhere' }),
    Faults.malformedChunk({ chunk: 1 }),
    Faults.contentLengthBesideChunked(),
    Faults.injectAt({ at: 30, octets: '!' }),
    Faults.extraOctets(),
    Faults.cutAfter({ after: 60 }),
  ]

  it('means the same in whatever pieces it is written', () => {
    const octets = `HTTP/1.1 103 Early Hints\r\n\r\n${CHUNKED}`
    const places = fc.uniqueArray(fc.integer({ min: 1, max: octets.length - 1 }))
    fc.assert(
      fc.property(places, fc.subarray(faults, { minLength: 1 }), (cuts, chosen) => {
        expect(commit(cutAt(octets, cuts), chosen)).toBe(commit([octets], chosen))
      }),
      { numRuns: 300 },
    )
  })

  it('passes unchanged when it is no HTTP', () => {
    const untouched = [Faults.duplicateField(), Faults.malformedChunk(), Faults.garbageStatusLine()]
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary-ascii', minLength: 1 })), (writes) => {
        fc.pre(!writes.join('').startsWith('HTTP/'))
        expect(commit(writes, untouched)).toBe(writes.join(''))
      }),
    )
  })

  it('passes as far as it goes when its head or a chunk never ends', () => {
    const nothing = [Faults.injectAt({ at: 10_000, octets: '' })]
    for (let end = 0; end <= CHUNKED.length; end += 1) {
      expect(commit([CHUNKED.slice(0, end)], nothing)).toBe(CHUNKED.slice(0, end))
    }
  })
})

function cutAt(octets: string, cuts: readonly number[]): string[] {
  const bounds = [0, ...cuts.toSorted((one, other) => one - other), octets.length]
  return bounds.slice(1).map((to, index) => octets.slice(bounds[index], to))
}
