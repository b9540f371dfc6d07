/** The steps of a script: what to do about one request, or one connection, and what to expect of it. */
import type { Fault } from './faults/fault.js'
import type { Octets } from './octets.js'
import type { Expectation } from './script-expectation.js'

/** What every step may be told. */
export interface StepOptions {
  /** What the client should have sent; held against the request when it is whole. */
  readonly expect?: Expectation
  /** Wait for so long, in milliseconds, before answering. */
  readonly delayMs?: number
  /** Act on the answer. */
  readonly faults?: readonly Fault[]
}

/** Field lines by name; a list of values is as many lines. */
export type HeaderFields = Readonly<Record<string, string | number | readonly string[]>>

/** What a response may be told. */
export interface ResponseOptions extends StepOptions {
  /** The status code's own by default. */
  readonly reason?: string
  /** Sent as they are and in this order; Content-Length follows them unless one tells the body's end. */
  readonly headers?: HeaderFields
  /** Strings are sent as UTF-8. */
  readonly body?: string | Uint8Array
  /** Close the connection afterwards, without saying so. A field `Connection: close` has the same effect. */
  readonly close?: boolean
}

/** What octets may be told. */
export interface RawOptions extends StepOptions {
  /** Close the connection afterwards. */
  readonly close?: boolean
}

/** What to do about one request, or one connection. */
export type Step = Readonly<StepOptions> &
  (
    | { readonly kind: 'response'; readonly status: number; readonly options: ResponseOptions }
    | { readonly kind: 'raw'; readonly octets: Octets; readonly close: boolean }
    | { readonly kind: 'close' | 'reset' | 'hang' | 'refuse' }
  )

/** How a step was written. */
export function describeStep(step: Step): string {
  return step.kind === 'response' ? `respond(${step.status})` : `${step.kind}()`
}
