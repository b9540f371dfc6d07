/** Which requests a stream holds, as the request reader alone tells them: what a server on top of it has to answer. */
import { RequestError } from '../../../src/http/errors.js'
import { type BodyChunk, type MessageEnd, NEED_DATA, type RequestHead } from '../../../src/http/events.js'
import type { Limits } from '../../../src/http/limits.js'
import { RequestReader } from '../../../src/http/llhttp/request-reader.js'

export interface Held {
  readonly head: RequestHead
  /** All of it is there, its body included. */
  complete: boolean
  /** Octets of its body, as far as they are there. */
  bodyBytes: number
}

export interface Requests {
  readonly held: readonly Held[]
  /** Why the stream is none that holds requests, or null. */
  readonly fault: RequestError | null
  /** Those that decided what is a fault. */
  readonly limits: Readonly<Limits>
}

export function requestsIn(octets: Buffer, limits: Readonly<Limits>): Requests {
  const reader = new RequestReader({ limits })
  const held: Held[] = []
  try {
    reader.receive(octets)
    for (let event = reader.next(); event !== NEED_DATA && event !== null; event = reader.next()) {
      if (event.kind === 'head') held.push({ head: event, complete: false, bodyBytes: 0 })
      else note(held.at(-1) as Held, event)
    }
    return { held, fault: null, limits }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    return { held, fault: error, limits }
  } finally {
    reader.release()
  }
}

function note(request: Held, event: BodyChunk | MessageEnd): void {
  if (event.kind === 'end') request.complete = true
  else request.bodyBytes += event.octets.length
}

/** Whether nothing is to follow the request (RFC 9112 9.3), by rules of its own: the reader's are under test. */
export function asksToClose({ headers, minorVersion }: RequestHead): boolean {
  const options = headers
    .items()
    .filter(([name]) => /^connection$/i.test(name))
    .flatMap(([, value]) => value.split(','))
    .map((option) => option.replace(/^[ \t]+|[ \t]+$/g, '').toLowerCase())
  return options.includes('close') || (minorVersion === 0 && !options.includes('keep-alive'))
}
