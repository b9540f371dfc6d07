/** `wfile` on a stream of its own: what it takes and refuses, what it gives the stream when, and what it tells of itself. */
import { Socket } from 'node:net'
import { Duplex, PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ResponseOutput } from '../../src/net/response-output.js'

const LARGEST_BATCH_BYTES = 262_144
const OF_FIVE = { contentLength: 5, bodiless: false, interim: false, chunked: false }
const CHUNKED = { contentLength: -1, bodiless: false, interim: false, chunked: true }
const UNTIL_CLOSE = { contentLength: -1, bodiless: false, interim: false, chunked: false }
const OF_HEAD = { contentLength: 5, bodiless: true, interim: false, chunked: false }

/** An output on a stream that takes what it is given when it is told to, and what was heard of both. */
function output({ takes = false, holds = 100, writes = 100 } = {}) {
  const given: string[] = []
  const waits: boolean[] = []
  const dones: (() => void)[] = []
  const owner = {
    answersFault: false,
    outputWaits: (is: boolean) => void waits.push(is),
    outputBroken: () => void broken.push(1),
  }
  const broken: number[] = []
  const stream = new Duplex({
    highWaterMark: holds,
    read() {},
    write(octets: Buffer, _encoding, done) {
      given.push(octets.toString('latin1'))
      if (takes) done()
      else dones.push(done)
    },
  })
  stream.on('error', () => {})
  const take = async () => {
    while (dones.length > 0) {
      dones.shift()?.()
      await turn()
    }
  }
  return { wfile: new ResponseOutput(stream, owner, writes), stream, owner, given, waits, broken, dones, take }
}

function heard(): { told: unknown[]; tell: (error?: Error | null) => void } {
  const told: unknown[] = []
  return { told, tell: (error) => void told.push((error as { code?: string } | null | undefined)?.code ?? 'well') }
}

describe('what is written', () => {
  it.each<[string, unknown[], string]>([
    ['text, as UTF-8', ['é'], 'Ã©'],
    ['text, as UTF-8 before a callback', ['é', () => {}], 'Ã©'],
    ['text in latin-1', ['é', 'latin1'], 'é'],
    ['text in latin-1, by its other name', ['é', 'binary'], 'é'],
    ['text in hexadecimal', ['6869', 'hex'], 'hi'],
    ['octets', [Buffer.from('hi')], 'hi'],
    ['a part of other memory', [new Uint8Array([1, 104, 105, 2]).subarray(1, 3)], 'hi'],
  ])('may be %s', async (_title, written, expected) => {
    const { wfile, given } = output({ takes: true })
    wfile.write(...(written as [string]))
    await turn()
    expect(given.join('')).toBe(expected)
    const ended = output({ takes: true })
    ended.wfile.end(...written)
    await turn()
    expect(ended.given.join('')).toBe(expected)
  })

  it('is nothing but text and octets', () => {
    expect(() => output().wfile.write(5)).toThrow(TypeError)
    expect(() => output().wfile.write(5)).toThrow('wfile.write takes a string')
  })

  it('is over when its writer says so, who hears of it once all was given', async () => {
    for (const end of [[], [null], ['!']]) {
      const { wfile, given } = output({ takes: true })
      const { told, tell } = heard()
      wfile.on('finish', () => told.push(given.join('')))
      wfile.write('octets')
      wfile.end(...end, tell)
      await turn()
      expect(new Set(told)).toEqual(new Set([`octets${end[0] ?? ''}`, 'well']))
      expect(told).toHaveLength(2)
      expect(wfile.whole).toBe(true)
    }
  })

  it('goes nowhere behind the head of a response without body, and its writer hears that it is done', async () => {
    const { wfile, given } = output({ takes: true })
    const { told, tell } = heard()
    wfile.writeHead('head', OF_HEAD)
    expect(wfile.write('octets', tell)).toBe(true)
    expect(wfile.write('octets')).toBe(true)
    expect(told).toEqual([])
    await turn()
    expect([given, told]).toEqual([['head'], ['well']])
  })

  it('is joined when it is little, and given at once when it is much', async () => {
    const { wfile, given } = output({ holds: 1e6, writes: 1e6, takes: true })
    wfile.write('a')
    wfile.write('b')
    wfile.writeInterim('c')
    expect(given).toEqual([])
    await turn()
    expect(given).toEqual(['abc'])
    wfile.write('x'.repeat(16_383))
    expect(given).toHaveLength(1)
    wfile.write('y')
    expect(given.join('')).toHaveLength(3 + 16_384)
  })

  it('is given on request before the tick is over', () => {
    const { wfile, given } = output()
    wfile.write('a')
    wfile.sendPending()
    expect(given).toEqual(['a'])
  })

  it('is given in batches, the next when the stream has taken the last one', async () => {
    const { wfile, stream, take } = output({ holds: 1e9, writes: 1e9 })
    wfile.write(Buffer.alloc(LARGEST_BATCH_BYTES + 5))
    expect(stream.writableLength).toBe(LARGEST_BATCH_BYTES)
    expect(wfile.idle).toBe(false)
    await take()
    expect(wfile.idle).toBe(true)
    wfile.write(Buffer.alloc(LARGEST_BATCH_BYTES))
    expect(stream.writableLength).toBe(LARGEST_BATCH_BYTES)
  })

  it('counts all that is under way against a batch, and keeps its writer waiting for a full one', async () => {
    const { wfile, stream, take } = output({ holds: 1e9, writes: 1e9 })
    const { told, tell } = heard()
    wfile.write(Buffer.alloc(200_000))
    wfile.write(Buffer.alloc(200_000))
    expect(stream.writableLength).toBe(LARGEST_BATCH_BYTES)
    wfile.write('more', tell)
    await turn()
    expect(told).toEqual([])
    await take()
    expect(told).toEqual(['well'])
  })

  it('is given tick by tick', async () => {
    const { wfile, given } = output({ takes: true })
    for (const octets of ['a', 'b', 'c']) {
      wfile.write(octets)
      await turn()
    }
    expect(given).toEqual(['a', 'b', 'c'])
  })

  it('is not all on its way while some of it is corked', async () => {
    const { wfile } = output({ takes: true })
    wfile.cork()
    wfile.write('octets')
    await turn()
    expect(wfile.idle).toBe(false)
    wfile.uncork()
    await turn()
    expect(wfile.idle).toBe(true)
  })

  it('is given whatever the stream holds when the stream is handed over', () => {
    const { wfile, stream } = output({ holds: 10, writes: 10 })
    wfile.write(Buffer.alloc(LARGEST_BATCH_BYTES + 5))
    wfile.write('more')
    wfile.handOver()
    expect(stream.writableLength).toBe(LARGEST_BATCH_BYTES + 9)
    expect(wfile.write('late')).toBe(false)
  })

  it('waits when the stream holds enough, and its writer hears when there is room', async () => {
    const { wfile, waits, take } = output({ holds: 4, writes: 4 })
    const { told, tell } = heard()
    wfile.on('drain', () => told.push('drain'))
    wfile.write('octets', tell)
    await turn()
    expect(wfile.write('and more', tell)).toBe(false)
    await turn()
    expect([told, wfile.idle, waits.at(-1)]).toEqual([['well'], false, true])
    await take()
    expect([told, wfile.idle, waits.at(-1)]).toEqual([['well', 'drain', 'well'], true, false])
  })

  it('waits on while the stream, which has taken some of it, is as full as before', async () => {
    const { wfile, dones } = output({ holds: 4, writes: 4 })
    const { told, tell } = heard()
    wfile.write('octets')
    await turn()
    wfile.write('and more', tell)
    await turn()
    dones.shift()?.()
    await turn()
    expect(told).toEqual([])
    dones.shift()?.()
    await turn()
    expect(told).toEqual(['well'])
  })

  it('is in the next batch although a part of this one was taken', async () => {
    const { wfile, stream, dones } = output({ holds: 1e9, writes: 1e9 })
    wfile.write(Buffer.alloc(20_000))
    wfile.write(Buffer.alloc(LARGEST_BATCH_BYTES))
    expect(stream.writableLength).toBe(LARGEST_BATCH_BYTES)
    dones.shift()?.()
    await turn()
    expect(stream.writableLength).toBe(LARGEST_BATCH_BYTES - 20_000)
    dones.shift()?.()
    await turn()
    expect(stream.writableLength).toBe(20_000)
  })
})

describe('what is written too late', () => {
  it('is refused once the output is sealed', async () => {
    const { wfile, given } = output({ takes: true })
    const { told, tell } = heard()
    wfile.write('octets')
    await wfile.seal()
    expect(wfile.write('late')).toBe(false)
    expect(wfile.write('late', tell)).toBe(false)
    wfile.writeHead('late', OF_FIVE)
    wfile.writeInterim('late')
    await turn()
    expect([given, told]).toEqual([['octets'], ['ERR_STREAM_DESTROYED']])
    expect(wfile.account.whole).toBe(null)
  })

  it('is refused between two exchanges, but for the answer to what is no request', async () => {
    const { wfile, owner, given } = output({ takes: true })
    wfile.bar()
    expect(wfile.write('late')).toBe(false)
    owner.answersFault = true
    expect(wfile.write('fault;')).toBe(true)
    owner.answersFault = false
    wfile.admit()
    expect(wfile.write('next')).toBe(true)
    await turn()
    expect(given.join('')).toBe('fault;next')
  })
})

describe('sealing an output', () => {
  it('is done when the stream has taken all there is, also what was corked', async () => {
    const { wfile, given, waits, take } = output()
    wfile.cork()
    wfile.write('octets')
    let isSealed = false
    void wfile.seal().then(() => (isSealed = true))
    await turn()
    expect([given, isSealed, waits]).toEqual([['octets'], false, [true]])
    await take()
    expect([isSealed, waits.at(-1)]).toEqual([true, false])
  })

  it('is not done while the last of several writes is under way', async () => {
    const { wfile, given, dones, take } = output()
    wfile.write('one')
    await turn()
    wfile.write('other')
    let isSealed = false
    void wfile.seal().then(() => (isSealed = true))
    dones.shift()?.()
    await turn()
    expect([given, isSealed]).toEqual([['one', 'other'], false])
    await take()
    expect(isSealed).toBe(true)
  })

  it('lets the one go on who waited for room', async () => {
    const { wfile } = output({ holds: 4, writes: 4 })
    const { told, tell } = heard()
    wfile.write('octets')
    await turn()
    wfile.write('more', tell)
    await turn()
    expect(told).toEqual([])
    void wfile.seal()
    await turn()
    expect(told).toEqual(['well'])
  })
})

describe('a stream that is gone', () => {
  it('is heard of when the connection tells, and not before', async () => {
    const { wfile, stream, broken } = output()
    stream.destroy()
    wfile.write('octets')
    await turn()
    expect([wfile.errored, wfile.idle]).toEqual([null, false])
    wfile.fail(() => new Error('gone'))
    expect([wfile.errored?.message, broken]).toEqual(['gone', [1]])
  })

  it('is heard of at once when somebody has ended it', async () => {
    const { wfile, stream } = output()
    const { told, tell } = heard()
    stream.end()
    wfile.write('octets', tell)
    await turn()
    expect(told).toEqual(['ERR_STREAM_DESTROYED'])
  })

  it.each(['destroy', 'end'] as const)('gets nothing that was written before its %s', async (how) => {
    const { wfile, stream, given } = output({ takes: true })
    wfile.write('octets')
    stream[how]()
    await turn()
    expect([given, wfile.idle]).toEqual([[], true])
  })

  it('has taken nothing of what it lost, whoever waits for that', async () => {
    const { wfile, dones } = output()
    wfile.write('octets')
    const flushed = wfile.flush()
    const lose = dones.shift() as (error: Error) => void
    lose(new Error('lost'))
    await turn()
    wfile.fail(() => new Error('gone'))
    await expect(flushed).rejects.toThrow('gone')
  })

  it('fails an output that was not sealed, although it holds nothing', () => {
    const { wfile } = output()
    wfile.fail(() => new Error('gone'))
    expect(wfile.errored?.message).toBe('gone')
  })

  it('breaks no response that was whole', async () => {
    const { wfile, broken } = output({ takes: true })
    wfile.end('octets')
    await turn()
    wfile.destroy()
    await turn()
    expect(broken).toEqual([])
  })
})

describe('what an output tells of its response', () => {
  it.each([
    ['in chunks', CHUNKED, true, null, false],
    ['that lasts until the connection closes', UNTIL_CLOSE, false, null, false],
  ])('of one %s', (_title, framing, whole, fault, secretlyCut) => {
    const { wfile } = output()
    wfile.writeHead('head', framing)
    expect([wfile.whole, wfile.fault, wfile.secretlyCut]).toEqual([whole, fault, secretlyCut])
    wfile.destroy()
    expect(wfile.whole).toBe(false)
  })

  it.each([
    ['in chunks', CHUNKED, false],
    ['that lasts until the connection closes', UNTIL_CLOSE, true],
  ])('of one %s while a stream is piped into it', async (_title, framing, isCut) => {
    const { wfile } = output({ takes: true })
    const source = new PassThrough()
    wfile.writeHead('head', framing)
    source.pipe(wfile)
    const left = 'did not wait for the stream that it sends'
    expect([wfile.whole, wfile.fault, wfile.secretlyCut]).toEqual([false, left, isCut])
    source.end()
    await turn()
    await turn()
    expect([wfile.fault, wfile.secretlyCut]).toEqual([null, false])
  })

  it('of one whose octets are counted, whoever is piped into it', () => {
    const { wfile } = output()
    new PassThrough().pipe(wfile)
    wfile.writeHead('head', OF_FIVE)
    expect(wfile.fault).toBe('announced 5 octets and sent 0')
    wfile.write('octet')
    expect([wfile.whole, wfile.fault, wfile.secretlyCut]).toEqual([true, null, false])
  })

  it('that its stream copies octets, when that is a socket', () => {
    const socket = new Socket()
    const { owner, wfile } = output()
    expect([new ResponseOutput(socket, owner, 100).copiesOctets, wfile.copiesOctets]).toEqual([true, false])
    socket.destroy()
  })
})
