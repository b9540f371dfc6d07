/**
 * Octets of an opened file on their way into a Writable: no faster than it takes them, and exactly as many as were
 * announced. A file that lost octets under way is an error (whoever announced a length has to end the connection);
 * what it gained is left alone.
 */
import { Buffer } from 'node:buffer'
import { read } from 'node:fs'
import type { Writable } from 'node:stream'
import type { BodyPart } from './byteranges.js'
import { OpenFile } from './open-file.js'
import type { Slice } from './ranges.js'

/** What is read of a file at a time, and so what one slow peer keeps in memory. Half of it costs a quarter more time per octet. */
const CHUNK_BYTES = 131_072

/** Buffers that bodies have passed through and no stream holds any more. Enough for a burst, 2 MiB together. */
const spareBuffers: Buffer[] = []
const MAX_SPARE_BUFFERS = 16

/** Where a body goes: any Writable, or one that lets a whole body pass through one buffer. */
export interface BodySink extends Writable {
  /** Whether the stream below has copied what was written once {@link flush} resolves, as sockets do. */
  readonly copiesOctets?: boolean
  /** Resolves when the stream below has taken all that was written. */
  flush?(): Promise<void>
}

/** Both our own `OpenFile` and Node's `FileHandle`. */
export interface FileSource {
  readonly fd: number
  close(): void | Promise<void>
}

/** The file has fewer octets than it had when its length was announced. */
export class FileChangedError extends Error {
  override readonly name = 'FileChangedError'
  constructor(readonly missing: number) {
    super(`the file became shorter while it was sent: ${missing} octets are missing`)
  }
}

/**
 * Writes the parts in order and closes the file, whatever happens. Resolves when the sink has taken the last octet into
 * its keeping.
 *
 * @throws FileChangedError when the file has become too short.
 * @throws the signal's reason when it aborts, the sink's error when it is destroyed.
 */
export async function sendBody(
  file: FileSource,
  parts: readonly BodyPart[],
  sink: BodySink,
  signal?: AbortSignal,
): Promise<void> {
  const transfer = new Transfer(sink, signal)
  try {
    for (const part of parts) {
      if (Buffer.isBuffer(part)) await transfer.write(part)
      else await sendSlice(file, part, transfer)
    }
  } finally {
    transfer.end()
    await file.close()
  }
}

/**
 * Reads a whole slice into memory, mostly with one read.
 *
 * @throws FileChangedError when the file ends before the slice does.
 */
export async function readSlice(file: FileSource, { start, length }: Slice): Promise<Buffer> {
  const octets = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const rest = filled === 0 ? octets : octets.subarray(filled)
    const direct = file instanceof OpenFile && file.recent
    const count = direct ? file.readDirectly(rest, start + filled) : await readInto(file, rest, start + filled)
    if (count === 0) throw new FileChangedError(length - filled)
    filled += count
  }
  return octets
}

async function sendSlice(file: FileSource, { start, length }: Slice, transfer: Transfer): Promise<void> {
  let position = start
  let missing = length
  while (missing > 0) {
    const chunk = transfer.buffer(Math.min(CHUNK_BYTES, missing))
    const count = await readInto(file, chunk, position)
    if (count === 0) throw new FileChangedError(missing)
    await transfer.write(count === chunk.length ? chunk : chunk.subarray(0, count))
    position += count
    missing -= count
  }
}

function readInto(file: FileSource, octets: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file.fd, octets, 0, octets.length, position, (error, count) =>
      error === null ? resolve(count) : reject(error),
    )
  })
}

/**
 * One body on its way into a sink: writes one at a time, and a wait that the signal and the end of the sink can cut short.
 * Both are listened to once for the whole body. A read is never given up, since its descriptor must not be closed under
 * it.
 */
class Transfer {
  readonly #sink: BodySink
  readonly #signal: AbortSignal | undefined
  /** Resolves when the sink has copied what was written; null when it keeps that, or can't tell. */
  readonly #copied: (() => Promise<void>) | null
  /** What every chunk is read into, when the sink copies it. */
  #reused: Buffer | null = null
  /** Ends the wait for the sink, when there is one. */
  #giveUp: ((reason: unknown) => void) | null = null

  constructor(sink: BodySink, signal: AbortSignal | undefined) {
    this.#sink = sink
    this.#signal = signal
    this.#copied = sink.copiesOctets === true && sink.flush !== undefined ? sink.flush.bind(sink) : null
    signal?.addEventListener('abort', this.#onAbort)
    // A stream that is destroyed owes no callback to the write it was busy with.
    sink.on('close', this.#onClose)
  }

  /** So many octets to read into; they are free again when the write of them has resolved. */
  buffer(length: number): Buffer {
    if (this.#copied === null) return Buffer.allocUnsafeSlow(length)
    this.#reused ??= spareBuffers.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)
    return this.#reused.subarray(0, length)
  }

  /** Resolves when the sink asks for more, and has copied the octets if it does that. */
  async write(octets: Buffer): Promise<void> {
    this.#signal?.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      this.#giveUp = reject
      if (this.#copied === null) {
        this.#sink.write(octets, (error) => (error ? reject(error) : resolve()))
      } else {
        this.#sink.write(octets)
        this.#copied().then(resolve, reject)
      }
    })
    this.#giveUp = null
  }

  end(): void {
    // After a write that was given up the stream may still hold the octets.
    const isFree = this.#reused !== null && this.#giveUp === null
    if (isFree && spareBuffers.length < MAX_SPARE_BUFFERS) spareBuffers.push(this.#reused as Buffer)
    this.#giveUp = null
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#sink.off('close', this.#onClose)
  }

  readonly #onAbort = (): void => this.#giveUp?.(this.#signal?.reason)

  readonly #onClose = (): void => this.#giveUp?.(this.#sink.errored ?? new Error('the sink was closed too early'))
}
