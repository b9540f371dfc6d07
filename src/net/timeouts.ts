/** The defaults of all timeouts, and what may be put in their place. What each one is about is said at its type. */
import type { Timeouts } from '../handler/connection.js'

export type { Timeouts }

/** The lengths of time of a server that is told of no others; milliseconds. */
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

/** 0 means: not at all. Everywhere else it would end every connection at once. */
const MAY_BE_ZERO: ReadonlySet<string> = new Set(['idle_ms', 'linger_ms', 'body_bytes_per_second'])

/**
 * The defaults with the given ones in their place.
 *
 * @throws RangeError naming the timeout when a value is negative, no number, or 0 where that leaves no time at all.
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
    if (!isSensible(name, value)) throw new RangeError(`timeouts.${name} can't be ${String(value)}`)
    timeouts[name as keyof Timeouts] = value
  }
  return timeouts
}

function isSensible(name: string, value: unknown): boolean {
  if (typeof value !== 'number' || Number.isNaN(value)) return false
  // No body keeps up with an endless pace.
  if (name === 'body_bytes_per_second' && value === Infinity) return false
  return value > 0 || (value === 0 && MAY_BE_ZERO.has(name))
}
