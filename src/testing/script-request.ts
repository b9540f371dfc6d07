/** A request as a script keeps it: all of it, with where and when it came. */
import type { RequestHead } from '../http/events.js'
import type { Headers } from '../http/headers.js'

/** A request that the client under test has sent. */
export interface ReceivedRequest {
  /** Counted from 1, over all connections. */
  readonly number: number
  /** Connections are counted from 1. */
  readonly connection: number
  /** Whether it is the first request on its connection. */
  readonly first: boolean
  /** As received, without its line end. */
  readonly requestLine: string
  /** Verb. */
  readonly method: string
  /** Target. */
  readonly target: string
  /** As received: `HTTP/1.1`. */
  readonly httpVersion: string
  /** Field lines, as received. */
  readonly headers: Headers
  /** Decoded from chunks. */
  readonly body: Buffer
}

/** What a head tells of its request. */
export function describedBy(
  head: RequestHead,
): Pick<ReceivedRequest, 'requestLine' | 'method' | 'target' | 'httpVersion' | 'headers'> {
  const { requestLine, method, target, httpVersion, headers } = head
  return { requestLine, method, target, httpVersion, headers }
}
