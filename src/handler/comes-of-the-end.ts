/** Failures that are nobody's: a handler that hears of its client's end by an error has done nothing wrong. */

/** What Node's streams and promises say when the other end is gone, or an `AbortSignal` was heeded. */
const CODES: ReadonlySet<string> = new Set([
  'ABORT_ERR',
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
])

/**
 * Whether an error only says that the client has gone, or that the handler was told to stop.
 *
 * @param signal - That of the exchange.
 */
export function comesOfTheEnd(error: unknown, { aborted, reason }: AbortSignal): boolean {
  if (!aborted) return false
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return error === reason || (typeof code === 'string' && CODES.has(code))
}
