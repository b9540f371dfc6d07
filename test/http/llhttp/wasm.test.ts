/** llhttp's WebAssembly and what we rely on: its octets, its names, its memory, and who may run it when. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import simdOctets from 'undici/lib/llhttp/llhttp_simd-wasm.js'
import plainOctets from 'undici/lib/llhttp/llhttp-wasm.js'
import { NEED_DATA } from '../../../src/http/events.js'
import { DEFAULT_LIMITS } from '../../../src/http/limits.js'
import { OK, PAUSED, USER } from '../../../src/http/llhttp/error-codes.js'
import { RequestReader } from '../../../src/http/llhttp/request-reader.js'
import {
  Llhttp,
  LlhttpParser,
  type LlhttpSink,
  REQUEST,
  RESPONSE,
  SCRATCH_BYTES,
  sharedLlhttp,
} from '../../../src/http/llhttp/wasm.js'

const CALLBACKS = [
  'wasm_on_body',
  'wasm_on_header_field',
  'wasm_on_header_value',
  'wasm_on_headers_complete',
  'wasm_on_message_begin',
  'wasm_on_message_complete',
  'wasm_on_status',
  'wasm_on_url',
]

/** A sink that goes on whatever it is told, with some answers replaced. */
function sink(answers: Partial<LlhttpSink> = {}): LlhttpSink {
  return {
    onFieldName: () => OK,
    onFieldValue: () => OK,
    onHeadersComplete: () => OK,
    onBody: () => OK,
    onMessageComplete: () => OK,
    ...answers,
  }
}

function loaded(text: string, answers: Partial<LlhttpSink> = {}, llhttp = sharedLlhttp()): LlhttpParser {
  const parser = new LlhttpParser(REQUEST, sink(answers), llhttp)
  parser.load(Buffer.from(text))
  return parser
}

const GET = 'GET / HTTP/1.1\r\nA: 1\r\n\r\n'

describe('the build', () => {
  test.each([
    ['with SIMD', simdOctets, '2434215e1f7fa0163f22ce895ddbeb83984fa0aa51e123164e053213e5aca028'],
    ['without SIMD', plainOctets, '57184a16144b5bc880e29105fa35d75c93dd318563e1b743e110de845e2ab661'],
  ])('%s is the one that was examined', (_name, octets, digest) => {
    expect(createHash('sha256').update(octets).digest('hex')).toBe(digest)
    const module = new WebAssembly.Module(octets)
    expect(
      WebAssembly.Module.imports(module)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(CALLBACKS)
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['memory', 'malloc', 'llhttp_alloc', 'llhttp_execute', 'llhttp_get_error_pos']),
    )
  })

  test('another module is refused by name', () => {
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
    expect(() => new Llhttp(empty)).toThrow("undici's llhttp is not the build this library knows")
  })
})

describe('a parser', () => {
  test('tells where it stopped, to the octet', () => {
    const parser = loaded(`${GET}xyz`, { onMessageComplete: () => PAUSED })
    expect(parser.execute(0)).toBe(PAUSED)
    expect(parser.position).toBe(GET.length)
    expect(parser.keepsAlive).toBe(true)
    parser.release()
  })

  test('fails when its sink refuses', () => {
    const parser = loaded(GET, { onFieldName: () => -1 })
    expect(parser.execute(0)).toBe(USER)
    parser.release()
  })

  test('can not execute, nor be released, below an execution', () => {
    const other = loaded(GET)
    const seen: unknown[] = []
    const attempt = (action: () => unknown) => {
      try {
        action()
      } catch (error) {
        seen.push((error as Error).message)
      }
      return OK
    }
    const parser = loaded(GET, {
      onFieldName: () => attempt(() => other.execute(0)),
      onHeadersComplete: () => attempt(() => parser.release()),
      onMessageComplete: () => attempt(() => parser.finish()),
    })
    expect(parser.execute(0)).toBe(OK)
    expect(seen).toEqual([
      'llhttp executes already',
      'llhttp can not be released while it executes',
      'llhttp executes already',
    ])
    expect(other.execute(0)).toBe(OK)
    parser.release()
    other.release()
  })

  test('lets others run after an exception in its sink', () => {
    const parser = loaded(GET, {
      onFieldName: () => {
        throw new Error('a defect')
      },
    })
    expect(() => parser.execute(0)).toThrow('a defect')
    const other = loaded(GET)
    expect(other.execute(0)).toBe(OK)
    parser.release()
    other.release()
  })

  test('is released once, and then does not execute', () => {
    const parser = loaded(GET)
    parser.release()
    parser.release()
    expect(parser.released).toBe(true)
    expect(() => parser.execute(0)).toThrow('llhttp was released')
  })

  test('takes no chunk that is longer than the scratch area', () => {
    const parser = loaded('')
    expect(() => parser.load(Buffer.alloc(SCRATCH_BYTES + 1))).toThrow(RangeError)
    parser.release()
  })

  test('refuses a stand-in that would reach below the scratch area', () => {
    const parser = loaded(GET)
    expect(() => parser.executeBehind(Buffer.alloc(80, 'A'), 3)).toThrow(RangeError)
    parser.release()
  })

  test('leaves the octets in front of its memory alone, and those of the chunk it was given', () => {
    const llhttp = new Llhttp(simdOctets)
    const parser = new LlhttpParser(REQUEST, sink(), llhttp)
    const before = Buffer.from(llhttp.octets.subarray(llhttp.base - 128, llhttp.base - 7))
    const chunk = Buffer.from(' a:1 HTTP/1.1\r\n\r\n')
    parser.load(chunk)
    expect(parser.executeBehind(Buffer.from('CONNECT'), 0)).toBe(22)
    expect(Buffer.from(llhttp.octets.subarray(llhttp.base - 128, llhttp.base - 7))).toEqual(before)
    expect(chunk.toString()).toBe(' a:1 HTTP/1.1\r\n\r\n')
  })

  test('completes a body that lasts until the end of the stream', () => {
    const parser = new LlhttpParser(RESPONSE, sink({ onMessageComplete: () => PAUSED }))
    parser.load(Buffer.from('HTTP/1.1 200 OK\r\n\r\nabc'))
    expect(parser.execute(0)).toBe(OK)
    expect(parser.finish()).toBe(true)
    parser.release()
  })
})

describe('the memory', () => {
  test('may grow between two executions', () => {
    const llhttp = new Llhttp(simdOctets)
    const parser = loaded(GET, {}, llhttp)
    expect(parser.execute(0)).toBe(OK)
    const before = llhttp.memory.buffer
    llhttp.memory.grow(1)
    expect(llhttp.memory.buffer).not.toBe(before)
    parser.load(Buffer.from(GET))
    expect(parser.execute(0)).toBe(OK)
  })

  test('is refused cleanly when there is none left', () => {
    const llhttp = new Llhttp(simdOctets)
    const first = loaded(GET, {}, llhttp)
    // Up to 4 GiB of address space: nobody writes to it.
    for (let size = 2 ** 30; size >= 16; size /= 2) while (llhttp.exports.malloc(size) !== 0);
    expect(() => loaded(GET, {}, llhttp)).toThrow('llhttp has no memory for another parser')
    expect(first.execute(0)).toBe(OK)
    first.release()
    expect(loaded(GET, {}, llhttp).execute(0)).toBe(OK)
  })

  test('does not grow with the number of connections that came and went', () => {
    serveOnce()
    const before = sharedLlhttp().memory.buffer.byteLength
    for (let count = 0; count < 20_000; count++) serveOnce()
    expect(sharedLlhttp().memory.buffer.byteLength).toBe(before)
  })
})

function serveOnce(): void {
  const reader = new RequestReader({ limits: DEFAULT_LIMITS })
  reader.receive(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /'))
  while (reader.next() !== NEED_DATA);
  reader.release()
}
