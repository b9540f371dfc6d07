/**
 * The language faults speak: what is to be done on the wire, in order. A stage takes the octets of one response, part by
 * part, and gives actions instead; stages stand in a row, each taking what the one in front of it gives. No socket, no
 * clock: whoever performs the actions has those.
 */
import { Buffer } from 'node:buffer'

/**
 * What some octets are to the response they belong to. Given by the framer, before any fault; octets keep their part
 * whatever a fault makes of them, so that the next one still finds its way.
 */
export type Part =
  /** Head of a 1xx response in front of the response, whole. */
  | 'interim'
  /** Status line, field lines and the empty line, whole. */
  | 'head'
  /** Content that is not chunked, or octets that are no HTTP at all. */
  | 'body'
  /** Size line of a chunk, whole. */
  | 'chunkLine'
  | 'chunkData'
  /** Line end behind a chunk's data, whole. */
  | 'chunkEnd'
  /** Size line of the last chunk, trailers and the empty line, whole. */
  | 'lastChunk'
  /** Octets of another protocol, after the stream was taken over. */
  | 'tunnel'
  /** Added by a fault. */
  | 'inserted'

export interface Send {
  readonly kind: 'send'
  readonly part: Part
  readonly octets: Buffer
}

/** `Infinity`: until the client is gone. */
export interface Wait {
  readonly kind: 'wait'
  readonly ms: number
}

/**
 * How the connection ends: `close` in good order, with close_notify under TLS; `truncate` without it; `reset` by a TCP
 * reset. Nothing is performed behind one of these.
 */
export interface Ending {
  readonly kind: 'close' | 'truncate' | 'reset'
}

export type WireAction = Send | Wait | Ending

/** Made anew for each response. Actions are taken from it one by one, so that it may give them without end. */
export interface Stage {
  take(send: Send): Iterable<WireAction>
  /** The response has ended as far as the handler is concerned. */
  finish(): Iterable<WireAction>
}

/** What a stage may know of the exchange. */
export interface StageContext {
  /** Verb of the request; empty when it is not known. */
  readonly command: string
}

export function send(part: Part, octets: Buffer | string): Send {
  return { kind: 'send', part, octets: typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets }
}

export function wait(ms: number): Wait {
  return { kind: 'wait', ms }
}

/** Stages in a row, as one stage. */
export class Pipeline implements Stage {
  readonly #stages: readonly Stage[]

  constructor(stages: readonly Stage[]) {
    this.#stages = stages
  }

  take(given: Send): Iterable<WireAction> {
    return this.#takeFrom(0, given)
  }

  *finish(): Iterable<WireAction> {
    for (const [place, stage] of this.#stages.entries()) {
      for (const action of stage.finish()) yield* this.#pass(place + 1, action)
    }
  }

  *#takeFrom(place: number, given: Send): Iterable<WireAction> {
    const stage = this.#stages[place]
    if (stage === undefined) yield given
    else for (const action of stage.take(given)) yield* this.#pass(place + 1, action)
  }

  /** Only octets concern the stages behind; what is done to the wire is done. */
  *#pass(place: number, action: WireAction): Iterable<WireAction> {
    if (action.kind === 'send') yield* this.#takeFrom(place, action)
    else yield action
  }
}
