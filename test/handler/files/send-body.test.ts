import { appendFileSync, openSync, truncateSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Writable } from 'node:stream'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BodyPart } from '../../../src/handler/files/byteranges.js'
import { OpenFile } from '../../../src/handler/files/open-file.js'
import { FileChangedError, readSlice, sendBody } from '../../../src/handler/files/send-body.js'
import { TemporaryTree } from './temporary-tree.js'

const tree = new TemporaryTree()
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, place) => place % 251))
const path = tree.write('content.bin', CONTENT) as string

function openContent(at = path): OpenFile {
  return new OpenFile(at, openSync(at, 'r'))
}

/** A file of its own, for tests that change it. */
function openCopy(name: string): OpenFile {
  return openContent(tree.write(name, CONTENT) as string)
}

/** Takes one write at a time, and the next only when told to. */
class SlowSink extends Writable {
  readonly taken: Buffer[] = []
  #done: ((error?: Error | null) => void) | null = null
  #arrival: (() => void) | null = null

  override _write(octets: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.taken.push(octets)
    this.#done = done
    this.#arrival?.()
  }

  /** Resolves when a write waits to be let through. */
  async arrival(): Promise<void> {
    if (this.#done === null) await new Promise<void>((resolve) => (this.#arrival = resolve))
    this.#arrival = null
  }

  letThrough(): void {
    const done = this.#done
    this.#done = null
    done?.()
  }

  get octets(): Buffer {
    return Buffer.concat(this.taken)
  }
}

/** Copies what it is given, as a socket does, and remembers in what memory it came. */
class CopyingSink extends Writable {
  readonly copiesOctets = true
  readonly copies: Buffer[] = []
  readonly memory = new Set<ArrayBufferLike>()
  #arrival: (() => void) | null = null

  override _write(octets: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.memory.add(octets.buffer)
    this.copies.push(Buffer.from(octets))
    this.#arrival?.()
    setImmediate(done)
  }

  flush(): Promise<void> {
    return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  }

  /** Resolves when something was written. */
  async arrival(): Promise<void> {
    if (this.memory.size === 0) await new Promise<void>((resolve) => (this.#arrival = resolve))
  }
}

function collector(): Writable & { octets(): Buffer } {
  const chunks: Buffer[] = []
  const sink = new Writable({
    write(octets: Buffer, _encoding, done) {
      chunks.push(octets)
      setImmediate(done)
    },
  })
  return Object.assign(sink, { octets: () => Buffer.concat(chunks) })
}

describe('sendBody', () => {
  test('sends the parts in order and closes the file', async () => {
    const file = openContent()
    const sink = collector()
    const parts: BodyPart[] = [Buffer.from('head'), { start: 10, length: 70_000 }, { start: 0, length: 1 }]
    await sendBody(file, parts, sink)
    expect(sink.octets()).toEqual(Buffer.concat([Buffer.from('head'), CONTENT.subarray(10, 70_010), Buffer.from([0])]))
    expect(file.closed).toBe(true)
  })

  test('sends any slice exactly', async () => {
    const place = fc.nat(CONTENT.length)
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        const [start, end] = [Math.min(one, other), Math.max(one, other)]
        const sink = collector()
        await sendBody(openContent(), [{ start, length: end - start }], sink)
        expect(sink.octets().equals(CONTENT.subarray(start, end))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('takes a FileHandle as well', async () => {
    const handle = await open(path)
    const sink = collector()
    await sendBody(handle, [{ start: 0, length: 5 }], sink)
    expect(sink.octets()).toEqual(CONTENT.subarray(0, 5))
    expect(handle.fd).toBe(-1)
  })

  test('reads no further than the sink takes it', async () => {
    const sink = new SlowSink()
    const sent = sendBody(openContent(), [{ start: 0, length: CONTENT.length }], sink)
    await sink.arrival()
    await new Promise((resolve) => setImmediate(resolve))
    expect(sink.taken).toHaveLength(1)
    expect(sink.writableLength).toBe(131_072)
    while (sink.octets.length < CONTENT.length) {
      sink.letThrough()
      await sink.arrival()
    }
    sink.letThrough()
    await sent
    expect(sink.octets.equals(CONTENT)).toBe(true)
  })

  test('passes bodies through one buffer when the sinks copy what they get', async () => {
    const [first, second] = [new CopyingSink(), new CopyingSink()]
    await sendBody(openContent(), [{ start: 0, length: CONTENT.length }], first)
    await sendBody(openContent(), [{ start: 0, length: CONTENT.length }], second)
    expect(Buffer.concat(first.copies).equals(CONTENT)).toBe(true)
    expect(Buffer.concat(second.copies).equals(CONTENT)).toBe(true)
    expect(new Set([...first.memory, ...second.memory]).size).toBe(1)
  })

  test('does not use memory again that a stream may still hold', async () => {
    const stuck = new CopyingSink()
    stuck.flush = () => new Promise(() => {})
    const controller = new AbortController()
    const sent = sendBody(openContent(), [{ start: 0, length: 5 }], stuck, controller.signal)
    await stuck.arrival()
    controller.abort(new Error('gone'))
    await expect(sent).rejects.toThrow('gone')
    const next = new CopyingSink()
    await sendBody(openContent(), [{ start: 0, length: 5 }], next)
    expect(next.memory).not.toContain([...stuck.memory][0])
  })

  test('gives a sink that keeps what it gets new memory for each chunk', async () => {
    const sink = collector()
    const flushed = Object.assign(sink, { flush: () => Promise.resolve() })
    await sendBody(openContent(), [{ start: 0, length: CONTENT.length }], flushed)
    expect(sink.octets().equals(CONTENT)).toBe(true)
  })

  test('fails when the sink can not be flushed', async () => {
    const file = openContent()
    const sink = Object.assign(collector(), { copiesOctets: true, flush: () => Promise.reject(new Error('ended')) })
    await expect(sendBody(file, [{ start: 0, length: 5 }], sink)).rejects.toThrow('ended')
    expect(file.closed).toBe(true)
  })

  test('fails when the file loses octets under way, and has sent none that were not there', async () => {
    const file = openCopy('shrinking.bin')
    const sink = new SlowSink()
    const sent = sendBody(file, [{ start: 0, length: CONTENT.length }], sink)
    await sink.arrival()
    truncateSync(file.path, 200_000)
    const failed = expect(sent).rejects.toThrow(FileChangedError)
    sink.letThrough()
    await sink.arrival()
    sink.letThrough()
    await failed
    expect(sink.octets.equals(CONTENT.subarray(0, 200_000))).toBe(true)
    expect(file.closed).toBe(true)
  })

  test('sends what was announced of a file that gains octets under way', async () => {
    const file = openCopy('growing.bin')
    const sink = collector()
    appendFileSync(file.path, 'more')
    await sendBody(file, [{ start: 0, length: CONTENT.length }], sink)
    expect(sink.octets().equals(CONTENT)).toBe(true)
  })

  test('stops waiting for the sink when the signal aborts, and closes the file', async () => {
    const file = openContent()
    const sink = new SlowSink()
    const controller = new AbortController()
    const sent = sendBody(file, [{ start: 0, length: CONTENT.length }], sink, controller.signal)
    await sink.arrival()
    controller.abort(new Error('gone'))
    await expect(sent).rejects.toThrow('gone')
    expect(sink.taken).toHaveLength(1)
    expect(file.closed).toBe(true)
  })

  test('sends nothing after the signal has aborted', async () => {
    const file = openContent()
    const sink = collector()
    await expect(sendBody(file, [{ start: 0, length: 1 }], sink, AbortSignal.abort())).rejects.toThrow()
    expect(sink.octets()).toHaveLength(0)
    expect(file.closed).toBe(true)
  })

  test('fails with the sink, and closes the file', async () => {
    const file = openContent()
    const sink = new SlowSink().on('error', () => {})
    const sent = sendBody(file, [{ start: 0, length: CONTENT.length }], sink)
    await sink.arrival()
    sink.destroy(new Error('broken'))
    await expect(sent).rejects.toThrow('broken')
    expect(file.closed).toBe(true)
  })

  test('leaves no listener at the signal', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const counted = new Proxy(signal, {
      get(target, name) {
        if (name === 'addEventListener') listeners++
        if (name === 'removeEventListener') listeners--
        const member = Reflect.get(target, name, target) as unknown
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
    await sendBody(openContent(), [{ start: 0, length: 200_000 }], collector(), counted)
    expect(listeners).toBe(0)
  })
})

describe('readSlice', () => {
  test('reads a slice into memory', async () => {
    const file = openContent()
    expect(await readSlice(file, { start: 3, length: 4 })).toEqual(CONTENT.subarray(3, 7))
    file.close()
  })

  test('fails when the file ends before the slice', async () => {
    const file = openContent()
    const beyond = readSlice(file, { start: CONTENT.length - 1, length: 3 })
    await expect(beyond).rejects.toMatchObject({ name: 'FileChangedError', missing: 2 })
    file.close()
  })

  test('fails for a file that was closed, instead of reading what has its number now', async () => {
    const file = openContent()
    file.close()
    await expect(readSlice(file, { start: 0, length: 1 })).rejects.toThrow()
  })
})
