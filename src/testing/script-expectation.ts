/** What a script expects of a request, and what is wrong with one that does not meet it, in words. */
import { Buffer } from 'node:buffer'
import { inspect } from 'node:util'
import { quote } from './octets.js'
import type { ReceivedRequest } from './script-request.js'

/** A text, or a pattern found in it. */
export type Expected = string | RegExp

/** What a request has to be like; what is left out may be anything. */
export interface Expectation {
  /** Verb. */
  readonly method?: Expected
  /** Target. */
  readonly target?: Expected
  /** By field name, whatever its case: the value of the first such field; null for a field that must not be there. */
  readonly headers?: Readonly<Record<string, Expected | null>>
  /** Text is compared as UTF-8. */
  readonly body?: Expected | Uint8Array
  /** Whether the request came over a connection of its own, or over that of the request before it. */
  readonly connection?: 'new' | 'same'
  /** Whatever else: throws, with the reason as message, when the request does not meet it. */
  readonly check?: (request: ReceivedRequest) => void
}

/** One line for each thing that is wrong; none when the request is as expected. */
export function unmetBy(request: ReceivedRequest, expectation: Expectation): string[] {
  const { method, target, headers = {}, body, connection, check } = expectation
  const found = [
    compared('the method', method, request.method),
    compared('the target', target, request.target),
    ...Object.entries(headers).map(([name, value]) => compared(`the field ${name}`, value, request.headers.get(name))),
    body === undefined ? null : comparedBody(body, request.body),
    comparedConnection(connection, request.first),
    check === undefined ? null : checked(check, request),
  ]
  return found.filter((failure) => failure !== null)
}

function compared(what: string, expected: Expected | null | undefined, actual: string | null): string | null {
  if (expected === undefined || expected === actual) return null
  if (expected instanceof RegExp && actual !== null && actual.search(expected) >= 0) return null
  return `${what} is ${actual === null ? 'missing' : inspect(actual)}, expected ${expected === null ? 'none' : inspect(expected)}`
}

function comparedBody(expected: Expected | Uint8Array, actual: Buffer): string | null {
  if (expected instanceof RegExp) return compared('the body', expected, actual.toString())
  const octets = Buffer.from(expected as Uint8Array)
  return octets.equals(actual) ? null : `the body is ${quote(actual)}, expected ${quote(octets)}`
}

function comparedConnection(expected: 'new' | 'same' | undefined, first: boolean): string | null {
  if (expected === undefined || (expected === 'new') === first) return null
  return first ? 'it came over a new connection' : 'it came over the connection of an earlier request'
}

function checked(check: (request: ReceivedRequest) => void, request: ReceivedRequest): string | null {
  try {
    check(request)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
