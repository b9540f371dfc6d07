/**
 * The part of the library's limits that bounds an RPC payload, and what both formats share to keep to it. A payload is
 * held against them while it is read, before anything of the refused size exists.
 */
import type { Limits } from '../http/limits.js'
import { SerializerError } from './errors.js'

/** Size, depth and number of values of a payload; see {@link Limits}. */
export type RPCLimits = Pick<Limits, 'rpc_inflated_bytes' | 'rpc_depth' | 'rpc_elements'>

/** Counts the values of one payload as they are read. */
export class ValueCount {
  readonly #limit: number
  #count = 0

  constructor(limits: Readonly<RPCLimits>) {
    this.#limit = limits.rpc_elements
  }

  /** @throws SerializerError `TOO_MANY_ELEMENTS` when there are now too many. */
  add(values: number): void {
    this.#count += values
    if (this.#count > this.#limit) {
      throw new SerializerError('TOO_MANY_ELEMENTS', `more than ${this.#limit} values`)
    }
  }
}

/** Circular data has no end: it is noticed by its depth. */
export function tooDeep(): SerializerError {
  return new SerializerError('TOO_DEEP', 'nested too deep, or circular')
}
