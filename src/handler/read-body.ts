/** Collects a request body in memory, up to a limit that is checked before anything is read when a length was announced. */
import type { Buffer } from 'node:buffer'
import { RequestError } from '../http/errors.js'
import { joined } from '../http/octets.js'
import type { WaitOptions } from './abortable.js'
import type { BodyReader, RequestBody } from './connection.js'
import { mayBeLeft } from './may-be-left.js'

/** How a body is collected. */
export interface ReadBodyOptions extends WaitOptions {
  /** Most bytes; `limits.collected_body_bytes` by default. */
  readonly limit?: number | undefined
}

/** Where a body comes from. */
export interface CollectableBody {
  readonly rfile: RequestBody
  /** As that of a {@link Connection}; missing where the stream is not the connection's own. */
  readBodyTo?(reader: BodyReader): boolean
}

/**
 * @param announcedBytes - What Content-Length says; -1 when the body is chunked.
 * @returns The body if all of it is here, else a promise that may be left alone: see {@link mayBeLeft}. It rejects with a
 * RequestError `BODY_TOO_LARGE` (413) when the body is, or says it is, longer than the limit; with the signal's reason.
 */
export function collectBody(
  source: CollectableBody,
  announcedBytes: number,
  limitBytes: number,
  signal?: AbortSignal,
): Promise<Buffer> | Buffer {
  if (signal?.aborted === true) return rejected(signal.reason)
  if (announcedBytes > limitBytes) return rejected(tooLarge(limitBytes))
  const collection = new Collection(source, limitBytes)
  if (source.readBodyTo?.(collection) !== true) collection.readEvents()
  return collection.whole ?? mayBeLeft(awaitCollection(source, collection, signal))
}

async function awaitCollection(source: CollectableBody, collection: Collection, signal?: AbortSignal): Promise<Buffer> {
  const leave = (): void => void source.rfile.destroy(signal?.reason as Error)
  signal?.addEventListener('abort', leave)
  try {
    return await collection.settled()
  } finally {
    signal?.removeEventListener('abort', leave)
  }
}

/** What has come of a body, until all of it has. */
class Collection implements BodyReader {
  /** The body, once it is complete. */
  whole: Buffer | null = null
  readonly #source: CollectableBody
  readonly #limitBytes: number
  #pieces: Buffer[] = []
  #bytes = 0
  /** Why it will never be complete; null while it may. */
  #failure: Error | null = null
  #settle: () => void = ignore

  constructor(source: CollectableBody, limitBytes: number) {
    this.#source = source
    this.#limitBytes = limitBytes
  }

  takePiece(octets: Buffer): void {
    this.#bytes += octets.length
    if (this.#bytes > this.#limitBytes) this.#source.rfile.destroy(tooLarge(this.#limitBytes))
    else this.#pieces.push(octets)
  }

  takeEnd(): void {
    const pieces = this.#pieces
    this.#pieces = []
    try {
      this.whole = joined(pieces)
    } catch (error) {
      // There may be no memory for so much in one piece.
      return this.takeFailure(error as Error)
    }
    this.#settle()
  }

  takeFailure(error: Error | null): void {
    this.#failure = error ?? cutShort()
    this.#pieces = []
    this.#settle()
  }

  /** The complete body, now or later. @throws what ended it early. */
  async settled(): Promise<Buffer> {
    if (this.whole === null && this.#failure === null) {
      await new Promise<void>((resolve) => {
        this.#settle = resolve
      })
    }
    if (this.#failure !== null) throw this.#failure
    return this.whole as Buffer
  }

  /** Reads a stream that somebody else has begun to read, or that is none of the connection's own. */
  readEvents(): void {
    const body = this.#source.rfile
    if (body.readableEnded) return this.takeEnd()
    if (body.destroyed) return this.takeFailure(body.errored)
    body.on('data', (octets: Buffer) => this.takePiece(octets))
    // A class may give a stream of its own, whose error nobody else hears.
    body.once('error', (error: Error) => this.takeFailure(error))
    body.once('end', () => this.takeEnd())
    body.once('close', () => {
      if (!body.readableEnded) this.takeFailure(body.errored)
    })
  }
}

/** Somebody has destroyed the body, and said no reason. */
function cutShort(): RequestError {
  return new RequestError('INCOMPLETE', 'the body was given up before its end', 0)
}

function tooLarge(limitBytes: number): RequestError {
  return new RequestError('BODY_TOO_LARGE', `the body is longer than ${limitBytes} bytes`, 413)
}

function rejected(reason: unknown): Promise<never> {
  return mayBeLeft(Promise.reject(reason as Error))
}

function ignore(): void {}
