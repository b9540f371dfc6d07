/** Collects a request body in memory, up to a limit that is checked before anything is read when a length was announced. */
import { RequestError } from '../http/errors.js'
import type { WaitOptions } from './abortable.js'
import type { RequestBody } from './connection.js'

/** How a body is collected. */
export interface ReadBodyOptions extends WaitOptions {
  /** Most bytes; `limits.collected_body_bytes` by default. */
  readonly limit?: number | undefined
}

/**
 * @param announcedBytes - What Content-Length says; -1 when the body is chunked.
 * @throws RequestError `BODY_TOO_LARGE` (413) when the body is, or says it is, longer than the limit; the signal's reason.
 */
export async function collectBody(
  body: RequestBody,
  announcedBytes: number,
  limitBytes: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  signal?.throwIfAborted()
  if (announcedBytes > limitBytes) throw tooLarge(limitBytes)
  const whole = body.takeWhole?.(limitBytes) ?? null
  if (whole !== null) return whole
  const leave = (): void => void body.destroy(signal?.reason as Error)
  signal?.addEventListener('abort', leave)
  try {
    return await collect(body, limitBytes)
  } finally {
    signal?.removeEventListener('abort', leave)
  }
}

/** By events: an iterator over a stream costs several times what a short body does. */
function collect(body: RequestBody, limitBytes: number): Promise<Buffer> {
  if (body.readableEnded) return Promise.resolve(Buffer.alloc(0))
  if (body.destroyed) return Promise.reject(body.errored ?? cutShort())
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let bytes = 0
    body.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes > limitBytes) body.destroy(tooLarge(limitBytes))
      else pieces.push(piece)
    })
    // A class may give a stream of its own, whose error nobody else hears.
    body.once('error', reject)
    body.once('end', () => resolve(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, bytes)))
    body.once('close', () => {
      if (!body.readableEnded) reject(body.errored ?? cutShort())
    })
  })
}

/** Somebody has destroyed the body, and said no reason. */
function cutShort(): RequestError {
  return new RequestError('INCOMPLETE', 'the body was given up before its end', 0)
}

function tooLarge(limitBytes: number): RequestError {
  return new RequestError('BODY_TOO_LARGE', `the body is longer than ${limitBytes} bytes`, 413)
}
