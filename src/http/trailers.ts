/**
 * Which trailer fields are worth keeping. A field that would have changed how its message is framed, routed or
 * authorised comes too late for that and is dropped, so that nothing can act on it (RFC 9110 6.5.1).
 */
import { Headers } from './headers.js'

const DROPPED: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** For the many messages without any. */
export const NO_TRAILERS = new Headers()

/** @param list - Names and values by turns, as received. */
export function keptTrailers(list: readonly string[]): Headers {
  const kept: string[] = []
  for (let place = 0; place < list.length; place += 2) {
    const name = list[place] as string
    if (!DROPPED.has(name.toLowerCase())) kept.push(name, list[place + 1] as string)
  }
  return new Headers(kept)
}
