/**
 * Every length of time the library waits for a peer, with its default. Milliseconds unless the name says otherwise;
 * `Infinity` switches one off.
 */

export interface Timeouts {
  /** TLS handshake, from accept. */
  handshake_ms: number
  /** A request head, from its first octet to its last; for the first request from accept. */
  head_ms: number
  /** Between two reads of a body somebody waits for. */
  body_idle_ms: number
  /** While the peer takes nothing of what was written. */
  write_idle_ms: number
  /** Between two requests on a connection. */
  idle_ms: number
  /** A handler, from its start; off by default. */
  handler_ms: number
  /** How long octets are read and dropped after the last answer, so that a reset does not destroy it on its way. */
  linger_ms: number
  /** Octets a second that a body must average, judged from the tenth second on; 0 switches it off. */
  body_bytes_per_second: number
}

export const DEFAULT_TIMEOUTS: Readonly<Timeouts> = Object.freeze({
  handshake_ms: 10_000,
  head_ms: 20_000,
  body_idle_ms: 30_000,
  write_idle_ms: 30_000,
  idle_ms: 75_000,
  handler_ms: Infinity,
  linger_ms: 2_000,
  body_bytes_per_second: 240,
})

/**
 * The defaults with the given ones in their place.
 *
 * @throws RangeError naming the timeout when a value is negative or no number.
 * @throws TypeError naming the key when there is no such timeout.
 */
export function resolveTimeouts(
  given: Partial<Timeouts> | undefined,
  base: Readonly<Timeouts> = DEFAULT_TIMEOUTS,
): Timeouts {
  const timeouts: Timeouts = { ...base }
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(DEFAULT_TIMEOUTS, name)) throw new TypeError(`unknown timeout: ${name}`)
    if (value === undefined) continue
    if (typeof value !== 'number' || Number.isNaN(value) || value < 0) {
      throw new RangeError(`timeouts.${name} must be a number from 0 up, or Infinity; got ${String(value)}`)
    }
    timeouts[name as keyof Timeouts] = value
  }
  return timeouts
}
