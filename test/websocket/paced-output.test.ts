import { Duplex } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { PacedOutput } from '../../src/websocket/paced-output.js'

/** Takes what it is given only when the test says so. */
class Sink extends Duplex {
  /** Sizes of the writes, joined ones as one list. */
  readonly batches: number[][] = []
  #callback: ((error?: Error | null) => void) | null = null

  get size(): number {
    return this.batches.flat().reduce((sum, size) => sum + size, 0)
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.batches.push([chunk.length])
    this.#callback = callback
  }

  override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    this.batches.push(chunks.map(({ chunk }) => chunk.length))
    this.#callback = callback
  }

  /** Takes what is there, and lets whoever waits for that go on. */
  async takeAll(error?: Error): Promise<void> {
    const callback = this.#callback
    this.#callback = null
    callback?.(error)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function output() {
  const sink = new Sink({ highWaterMark: 1 })
  sink.on('error', () => {})
  return { sink, paced: new PacedOutput(sink, Infinity, () => {}) }
}

/** What a write is told of its octets, in that turn or the next. */
async function toldOf(paced: PacedOutput): Promise<unknown[]> {
  const told: unknown[] = []
  paced.write(Buffer.alloc(10), (error) => told.push(error?.message))
  await new Promise((resolve) => setImmediate(resolve))
  return told
}

describe('octets on their way out', () => {
  it('go one block at a time, the next when the last was taken', async () => {
    const { sink, paced } = output()
    const done: string[] = []
    paced.write(Buffer.alloc(150_000), () => done.push('large'))
    expect(sink.batches).toEqual([[65_536]])
    await sink.takeAll()
    expect(sink.batches).toEqual([[65_536], [65_536]])
    expect(done).toEqual([])
    await sink.takeAll()
    await sink.takeAll()
    expect(sink.size).toBe(150_000)
    expect(done).toEqual(['large'])
  })

  it('that wait together leave together', async () => {
    const { sink, paced } = output()
    for (let count = 0; count < 4; count += 1) paced.write(Buffer.alloc(10))
    await sink.takeAll()
    expect(sink.batches).toEqual([[10], [10, 10, 10]])
  })

  it('written while corked leave together', () => {
    const { sink, paced } = output()
    paced.cork()
    paced.write(Buffer.alloc(2))
    paced.write(Buffer.alloc(5))
    expect(sink.batches).toEqual([])
    paced.uncork()
    expect(sink.batches).toEqual([[2, 5]])
  })

  it('of thousands of waiting writes come out whole and in order', async () => {
    const { sink, paced } = output()
    const order: number[] = []
    for (let count = 0; count < 5_000; count += 1) paced.write(Buffer.alloc(100), () => order.push(count))
    while (order.length < 5_000) await sink.takeAll()
    expect(sink.size).toBe(500_000)
    expect(order).toEqual(Array.from({ length: 5_000 }, (_, count) => count))
  })

  it('that are taken at once are reported at once, and those written behind them leave together', async () => {
    const batches: number[][] = []
    const quick = new Duplex({
      highWaterMark: 1,
      read() {},
      write(chunk: Buffer, _encoding, callback) {
        batches.push([chunk.length])
        callback()
      },
      writev(chunks, callback) {
        batches.push(chunks.map(({ chunk }) => (chunk as Buffer).length))
        callback()
      },
    })
    const paced = new PacedOutput(quick, Infinity, () => {})
    const done: number[] = []
    for (const size of [1, 2, 3]) paced.write(Buffer.alloc(size), () => done.push(size))
    expect(done).toEqual([1])
    await new Promise((resolve) => setImmediate(resolve))
    expect(done).toEqual([1, 2, 3])
    expect(batches).toEqual([[1], [2, 3]])
  })

  it.each([
    ['was destroyed', (stream: Duplex) => stream.destroy()],
    ['has ended', (stream: Duplex) => stream.end()],
  ])('on a stream that %s are not reported as taken', async (_state, bring) => {
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, callback) => callback() })
    stream.on('error', () => {})
    bring(stream)
    const paced = new PacedOutput(stream, Infinity, () => {})
    const told: (Error | null | undefined)[] = []
    paced.write(Buffer.alloc(10), (error) => told.push(error))
    expect(told).toEqual([])
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual([expect.any(Error)])
  })

  it('within whose writing everything fails are reported as lost, once', async () => {
    const stream = new Duplex({
      read() {},
      write(_chunk, _encoding, callback) {
        paced.fail(new Error('given up'))
        callback()
      },
    })
    const paced = new PacedOutput(stream, Infinity, () => {})
    expect(await toldOf(paced)).toEqual(['given up'])
  })

  it('within whose writing everything fails are waited for by no timer', () => {
    vi.useFakeTimers()
    try {
      const stream = new Duplex({ read() {}, write: () => paced.fail(new Error('given up')) })
      const paced = new PacedOutput(stream, 1_000, () => {})
      paced.cork()
      paced.write(Buffer.alloc(10))
      paced.uncork()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('that a stream fails on at once are not reported as taken', async () => {
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, callback) => callback(new Error('broken')) })
    stream.on('error', () => {})
    expect(await toldOf(new PacedOutput(stream, Infinity, () => {}))).toEqual(['broken'])
  })

  it('of a stream that fails are reported, those under way and those that wait, once', async () => {
    const { sink, paced } = output()
    const told: unknown[] = []
    for (let count = 0; count < 3; count += 1) paced.write(Buffer.alloc(10), (error) => told.push(error?.message))
    await sink.takeAll(new Error('broken'))
    expect(told).toEqual(['broken', 'broken', 'broken'])
    expect(paced.destroyed).toBe(true)
    paced.fail(new Error('again'))
    paced.write(Buffer.alloc(10), (error) => told.push(error?.message))
    paced.write(Buffer.alloc(10))
    await new Promise((resolve) => setImmediate(resolve))
    expect(told.slice(3)).toEqual(['broken'])
  })
})
