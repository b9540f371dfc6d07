/**
 * The only file that knows llhttp's WebAssembly: it loads the module, owns its memory and hides its addresses. The rest
 * sees one {@link LlhttpParser} per connection, which is given octets and tells where things begin and end in them.
 * It knows nothing of requests, limits or events.
 *
 * Nothing but a few assignments may happen while llhttp executes: see {@link LlhttpSink}.
 */
import { createRequire } from 'node:module'
import { OK, PAUSED, PAUSED_UPGRADE } from './error-codes.js'

// Not imported: Node.js would read all of their text for names that CommonJS might export, and one of them is enough.
const require = createRequire(import.meta.url)
const simdOctets = require('undici/lib/llhttp/llhttp_simd-wasm.js') as Buffer

/** llhttp's parser types. Its third one, "both", would accept responses on a server. */
export const REQUEST = 1
export const RESPONSE = 2

/** Most octets that one `execute` is given; the area in WASM memory that all parsers share has this size. */
export const SCRATCH_BYTES = 65_536

/**
 * Room in front of the scratch area for a method that is written over octets before the chunk: CONNECT has 7, whose last
 * may stand right before the chunk. A write before this room would silently corrupt llhttp's allocator.
 */
const HEADROOM_BYTES = 64

/**
 * What llhttp tells while it executes, as offsets into the loaded chunk. An implementation only records: it must not
 * throw (the parser would roll back and replay), must not execute or release a parser, and returns 0 to go on, 21 to
 * stop behind this octet, -1 to fail; `onHeadersComplete` also 1 (no body follows) and 2 (another protocol follows).
 */
export interface LlhttpSink {
  /** A piece of a field name; a name may come in several, the last one possibly empty. */
  onFieldName(offset: number, length: number): number
  /** A piece of a field value, in the same manner. Blanks in front are left out, blanks behind are not. */
  onFieldValue(offset: number, length: number): number
  onHeadersComplete(status: number, upgrade: boolean, keepsAlive: boolean): number
  onBody(offset: number, length: number): number
  onMessageComplete(): number
}

interface LlhttpExports {
  readonly memory: WebAssembly.Memory
  malloc(size: number): number
  llhttp_alloc(type: number): number
  llhttp_free(parser: number): void
  llhttp_execute(parser: number, octets: number, length: number): number
  llhttp_finish(parser: number): number
  llhttp_resume(parser: number): void
  llhttp_resume_after_upgrade(parser: number): void
  llhttp_should_keep_alive(parser: number): number
  llhttp_get_error_pos(parser: number): number
  llhttp_set_lenient_version(parser: number, on: number): void
}

const EXPORT_NAMES = [
  'malloc',
  'llhttp_alloc',
  'llhttp_free',
  'llhttp_execute',
  'llhttp_finish',
  'llhttp_resume',
  'llhttp_resume_after_upgrade',
  'llhttp_should_keep_alive',
  'llhttp_get_error_pos',
  'llhttp_set_lenient_version',
] as const satisfies readonly (keyof LlhttpExports)[]

const NO_OCTETS: Uint8Array = new Uint8Array(0)

/** One instance of llhttp with its memory. A process needs one; tests make more. */
export class Llhttp {
  readonly memory: WebAssembly.Memory
  readonly exports: LlhttpExports
  /** Address of a loaded chunk's first octet. */
  readonly base: number
  /** The parser that executes right now: callbacks belong to it, and nobody else may execute or release. */
  running: LlhttpParser | null = null
  /** The parser whose chunk is in the scratch area. */
  scratchOwner: LlhttpParser | null = null
  /** View on {@link memory}; dead as soon as the memory has grown, so it is only used through {@link octets}. */
  #view = new Uint8Array(0)

  constructor(wasm: Uint8Array) {
    const module = new WebAssembly.Module(wasm)
    const callbacks = this.#callbacks()
    requireNames(
      'import',
      WebAssembly.Module.imports(module).map(({ name }) => name),
      Object.keys(callbacks),
    )
    this.exports = checkedExports(new WebAssembly.Instance(module, { env: callbacks }).exports)
    this.memory = this.exports.memory
    const area = this.exports.malloc(HEADROOM_BYTES + SCRATCH_BYTES)
    if (area === 0) throw new Error('llhttp has no memory for its scratch area')
    this.base = area + HEADROOM_BYTES
  }

  /** The memory's octets, also after it has grown. */
  get octets(): Uint8Array {
    // Growing detaches the old buffer, which leaves its views empty; asking the memory for its buffer is far dearer.
    if (this.#view.length === 0) this.#view = new Uint8Array(this.memory.buffer)
    return this.#view
  }

  #callbacks(): Record<string, (...args: number[]) => number> {
    const sink = (): LlhttpSink => (this.running as LlhttpParser).sink
    return {
      wasm_on_message_begin: () => OK,
      wasm_on_url: () => OK,
      wasm_on_status: () => OK,
      wasm_on_header_field: (_parser: number, at: number, length: number) => sink().onFieldName(at - this.base, length),
      wasm_on_header_value: (_parser: number, at: number, length: number) =>
        sink().onFieldValue(at - this.base, length),
      wasm_on_headers_complete: (_parser: number, status: number, upgrade: number, keepsAlive: number) =>
        sink().onHeadersComplete(status, upgrade !== 0, keepsAlive !== 0),
      wasm_on_body: (_parser: number, at: number, length: number) => sink().onBody(at - this.base, length),
      wasm_on_message_complete: () => sink().onMessageComplete(),
    }
  }
}

let shared: Llhttp | undefined

/** The process's instance, made on first use. */
export function sharedLlhttp(): Llhttp {
  shared ??= loadLlhttp()
  return shared
}

/** @throws Error when this Node.js can't run WebAssembly, or the module is not the one we were made for. */
function loadLlhttp(): Llhttp {
  if (typeof WebAssembly === 'undefined') {
    throw new Error(
      'advancedhttpserver needs WebAssembly for its HTTP parser; Node.js was started without it (--jitless)',
    )
  }
  try {
    return new Llhttp(simdOctets)
  } catch (error) {
    // A processor without 128-bit SIMD can't compile the module; llhttp is also there without.
    if (!(error instanceof WebAssembly.CompileError)) throw error
    return new Llhttp(require('undici/lib/llhttp/llhttp-wasm.js') as Buffer)
  }
}

function checkedExports(exports: Record<string, unknown>): LlhttpExports {
  requireNames('export', ['memory', ...EXPORT_NAMES], Object.keys(exports))
  return exports as unknown as LlhttpExports
}

function requireNames(kind: string, wanted: readonly string[], given: readonly string[]): void {
  const missing = wanted.filter((name) => !given.includes(name))
  if (missing.length > 0) {
    throw new Error(
      `undici's llhttp is not the build this library knows: unknown or missing ${kind} ${missing.join(', ')}`,
    )
  }
}

/**
 * One llhttp parser. `load` a chunk, `execute` from an offset of it, and after a result other than 0 read `position`;
 * after a pause `resume` before the next `execute`.
 */
export class LlhttpParser {
  readonly sink: LlhttpSink
  readonly #llhttp: Llhttp
  /** Address of llhttp's state; 0 after release. */
  #address: number
  #chunk = NO_OCTETS

  /** @throws Error when llhttp has no memory left: the connection can't be served. */
  constructor(type: typeof REQUEST | typeof RESPONSE, sink: LlhttpSink, llhttp: Llhttp = sharedLlhttp()) {
    this.sink = sink
    this.#llhttp = llhttp
    this.#address = llhttp.exports.llhttp_alloc(type)
    // llhttp does not look at what its malloc gave.
    if (this.#address === 0) throw new Error('llhttp has no memory for another parser')
    // HTTP/1.2 and up are read as 1.1 (RFC 9110 2.5); the version is judged by our own checks.
    llhttp.exports.llhttp_set_lenient_version(this.#address, 1)
  }

  get released(): boolean {
    return this.#address === 0
  }

  /** The octets that the following calls of {@link execute} are about, at most {@link SCRATCH_BYTES}. */
  load(chunk: Uint8Array): void {
    if (chunk.length > SCRATCH_BYTES) throw new RangeError(`a chunk has at most ${SCRATCH_BYTES} octets`)
    this.#chunk = chunk
    if (this.#llhttp.scratchOwner === this) this.#llhttp.scratchOwner = null
  }

  /**
   * Executes from where `standIn` begins when its last octet is the one before `end`: llhttp reads the stand-in and then
   * the loaded chunk from `end` on, and every offset behind it stays that of the chunk.
   */
  executeBehind(standIn: Uint8Array, end: number): number {
    const begin = end - standIn.length
    if (begin < -HEADROOM_BYTES) throw new RangeError('a stand-in has no room in front of the chunk')
    this.#claimScratch(end)
    const { octets, base } = this.#llhttp
    for (let at = 0; at < standIn.length; at++) octets[base + begin + at] = standIn[at] as number
    return this.execute(begin)
  }

  /** Parses the loaded chunk from `offset` to its end or the next stop. Returns llhttp's result, 0 when all was parsed. */
  execute(offset: number): number {
    this.#claimScratch(offset)
    return this.#run(offset, this.#chunk.length - offset)
  }

  /** Offset in the chunk of the octet that the last stop or fault was at. Stale after a result of 0. */
  get position(): number {
    return this.#llhttp.exports.llhttp_get_error_pos(this.#address) - this.#llhttp.base
  }

  /** Whether the connection may go on. Only told at the stop behind a message: llhttp forgets it afterwards. */
  get keepsAlive(): boolean {
    return this.#llhttp.exports.llhttp_should_keep_alive(this.#address) !== 0
  }

  /** Ends a pause. Every `execute` behind a pause needs it first. */
  resume(): void {
    this.#llhttp.exports.llhttp_resume(this.#address)
  }

  /**
   * Ends a pause at `offset` and lets llhttp do all that needs no further octet: judge the framing that a head announced,
   * complete a message without a body. Returns as {@link execute} does.
   */
  resumeAt(offset: number): number {
    this.resume()
    return this.#run(offset, 0)
  }

  /** Goes on with HTTP behind a message that asked for another protocol. Called at the stop behind that message. */
  declineUpgrade(): void {
    const result = this.resumeAt(0)
    if (result !== PAUSED_UPGRADE) throw new Error(`llhttp did not offer an upgrade but gave ${result}`)
    this.#llhttp.exports.llhttp_resume_after_upgrade(this.#address)
  }

  /** Tells that the stream has ended. True when that completes a message, whose body lasts until then. */
  finish(): boolean {
    this.#begin()
    try {
      const result = this.#llhttp.exports.llhttp_finish(this.#address)
      return result === OK || result === PAUSED
    } finally {
      this.#llhttp.running = null
    }
  }

  /** Frees the parser. Later calls do nothing. */
  release(): void {
    if (this.#address === 0) return
    // Freed under a running execute, the address could be given to another connection, and the two would cross.
    if (this.#llhttp.running !== null) throw new Error('llhttp can not be released while it executes')
    this.#llhttp.exports.llhttp_free(this.#address)
    this.#address = 0
    if (this.#llhttp.scratchOwner === this) this.#llhttp.scratchOwner = null
  }

  /** Puts the chunk from `offset` on into the scratch area, unless it is still there from the last time. */
  #claimScratch(offset: number): void {
    const llhttp = this.#llhttp
    if (llhttp.scratchOwner === this) return
    // A view costs as much as copying some hundred octets that are not needed.
    const from = offset < 256 ? 0 : offset
    llhttp.octets.set(from === 0 ? this.#chunk : this.#chunk.subarray(from), llhttp.base + from)
    llhttp.scratchOwner = this
  }

  #run(offset: number, length: number): number {
    const llhttp = this.#llhttp
    this.#begin()
    try {
      return llhttp.exports.llhttp_execute(this.#address, llhttp.base + offset, length)
    } finally {
      llhttp.running = null
    }
  }

  /** Marks this parser as the one that callbacks belong to. */
  #begin(): void {
    if (this.#address === 0) throw new Error('llhttp was released')
    if (this.#llhttp.running !== null) throw new Error('llhttp executes already')
    this.#llhttp.running = this
  }
}
