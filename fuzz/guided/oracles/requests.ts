/** Which requests a stream holds, as the request reader alone tells them: what a server on top of it has to answer. */
import { RequestError } from '../../../src/http/errors.js'
import { NEED_DATA, type RequestHead } from '../../../src/http/events.js'
import type { Limits } from '../../../src/http/limits.js'
import { RequestReader } from '../../../src/http/llhttp/request-reader.js'

export interface Held {
  readonly head: RequestHead
  /** All of it is there, its body included. */
  complete: boolean
}

export interface Requests {
  readonly held: readonly Held[]
  /** Why the stream is none that holds requests, or null. */
  readonly fault: RequestError | null
}

export function requestsIn(octets: Buffer, limits: Readonly<Limits>): Requests {
  const reader = new RequestReader({ limits })
  const held: Held[] = []
  try {
    reader.receive(octets)
    for (let event = reader.next(); event !== NEED_DATA && event !== null; event = reader.next()) {
      if (event.kind === 'head') held.push({ head: event, complete: false })
      else if (event.kind === 'end') (held.at(-1) as Held).complete = true
    }
    return { held, fault: null }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    return { held, fault: error }
  } finally {
    reader.release()
  }
}
