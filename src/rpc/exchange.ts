/**
 * The server's side of one remote call, from the octets of the request's body to those of the answer. Knows nothing of
 * handlers and connections: who calls it finds the function, sends the reply, and writes the log.
 * Source: AdvancedHTTPServer `RequestHandler.do_RPC`.
 */
import { ArgumentError, bindArguments } from './call.js'
import { type RemoteException, SerializerError } from './errors.js'
import type { RPCLimits } from './limits.js'
import type { Callee } from './parameters.js'
import { Serializer } from './serializer.js'
import { isThenable } from './thenable.js'
import { className, emptyRecord } from './values.js'

/** The function that a path stands for, and how it is called. */
export interface RPCMethod {
  callee: Callee
  /** What `this` is in the call. */
  self: unknown
  /** Arguments in front of the peer's: the handler, for a function that is no method. */
  leading: readonly unknown[]
}

/** Answer with `send_error(status, reason)`: the request is not a call. */
export interface RPCRefusal {
  kind: 'refusal'
  status: 400 | 411
  /** undefined: the phrase that belongs to the status. */
  reason: string | undefined
}

/** Answer with `respond_server_error(status, undefined, message)`: the call could not be made, or not answered. */
export interface RPCFailure {
  kind: 'failure'
  status: 500 | 501
  /** undefined: the phrase that belongs to the status. */
  message: string | undefined
  /** Why the result could not be written; undefined when there is no such function. */
  error: unknown
}

/** Answer 200 with these octets: the function returned or raised. */
export interface RPCAnswer {
  kind: 'answer'
  status: 200
  content_type: string
  body: Buffer
  /** What the function raised, for the log; undefined when it returned. */
  error: unknown
}

export type RPCReply = RPCRefusal | RPCFailure | RPCAnswer

export interface RPCRequest {
  /** Value of the Content-Type field. */
  content_type: string
  body: Uint8Array
  limits: Readonly<RPCLimits>
  /** Finds the function, once the arguments are known to be readable; null when there is none. */
  resolve: () => RPCMethod | null
}

/**
 * What is wrong with the head of a call, in Python's order; null when its body can be read.
 *
 * @param framed - Whether the request has a Content-Length or is chunked.
 */
export function refuseRPCHead(framed: boolean, content_type: string | null): RPCRefusal | null {
  if (!framed) return { kind: 'refusal', status: 411, reason: undefined }
  return content_type === null ? refusal('Missing Header: Content-Type') : null
}

/**
 * Reads the arguments, calls the function and writes its result or exception. An async function is awaited.
 *
 * @throws whatever `resolve` throws; a function's own exception becomes part of the answer.
 */
export function answerRPC(request: RPCRequest): RPCReply | Promise<RPCReply> {
  const serializer = serializerFor(request)
  if (serializer === null) return refusal('Invalid Content-Type')
  const call = readCall(serializer, request.body)
  if (call === null) return refusal('Invalid Data')
  const method = request.resolve()
  if (method === null) return { kind: 'failure', status: 501, message: undefined, error: undefined }
  const outcome = perform(method, call)
  if (outcome instanceof Promise) return outcome.then((settled) => writeAnswer(serializer, settled, request.limits))
  return writeAnswer(serializer, outcome, request.limits)
}

/** Arguments as they were sent; what they are is looked at when the call is made. */
interface Call {
  args: unknown
  keywords: unknown
}

interface Outcome {
  envelope: { result: unknown; exception_occurred: boolean; exception?: RemoteException }
  error: unknown
}

function serializerFor({ content_type, limits }: RPCRequest): Serializer | null {
  try {
    return Serializer.from_content_type(content_type, { limits })
  } catch (error) {
    if (error instanceof SerializerError) return null
    throw error
  }
}

/** null when the octets are no list of arguments and no map with `args` and `kwargs`. */
function readCall(serializer: Serializer, body: Uint8Array): Call | null {
  try {
    return callIn(serializer.loads(body))
  } catch (error) {
    if (error instanceof SerializerError) return null
    throw error
  }
}

/**
 * Differs from Python: a text, octets or a map as `args` are no arguments. Python would pass each character, octet or key
 * as one.
 */
function callIn(data: unknown): Call | null {
  if (Array.isArray(data)) return { args: data, keywords: emptyRecord() }
  if (!isMapping(data)) return null
  const args = memberOf(data, 'args', [])
  if (typeof args === 'string' || args instanceof Uint8Array || isMapping(args)) return null
  return { args, keywords: memberOf(data, 'kwargs', emptyRecord()) }
}

type Mapping = Record<string, unknown> | Map<unknown, unknown>

/** What `loads` gives for a map: anything else that is an object has a class of its own. */
function isMapping(value: unknown): value is Mapping {
  return value instanceof Map || (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null)
}

function memberOf(data: Mapping, name: string, fallback: unknown): unknown {
  const value = data instanceof Map ? data.get(name) : data[name]
  return value === undefined ? fallback : value
}

function perform({ callee, self, leading }: RPCMethod, { args, keywords }: Call): Outcome | Promise<Outcome> {
  try {
    if (!Array.isArray(args)) throw new ArgumentError(`${callee.name}() argument after * must be a list`)
    if (!isMapping(keywords)) throw new ArgumentError(`${callee.name}() argument after ** must be a map`)
    const bound = bindArguments(callee, [...leading, ...(args as unknown[])], keywords)
    const result: unknown = Reflect.apply(callee, self, bound)
    return isThenable(result) ? Promise.resolve(result).then(returned, raised) : returned(result)
  } catch (error) {
    return raised(error)
  }
}

function returned(result: unknown): Outcome {
  return { envelope: { result: result ?? null, exception_occurred: false }, error: undefined }
}

function raised(error: unknown): Outcome {
  return { envelope: { result: null, exception_occurred: true, exception: remoteException(error) }, error }
}

function writeAnswer(serializer: Serializer, { envelope, error }: Outcome, limits: Readonly<RPCLimits>): RPCReply {
  try {
    const { content_type, body } = writePayload(serializer, envelope, limits)
    return { kind: 'answer', status: 200, content_type, body, error }
  } catch (failure) {
    return { kind: 'failure', status: 500, message: 'Failed To Pack Response', error: failure }
  }
}

/** A charset that can be read but not written is answered in UTF-8, and the Content-Type says so. */
function writePayload(serializer: Serializer, value: unknown, limits: Readonly<RPCLimits>) {
  try {
    return { content_type: serializer.content_type, body: serializer.dumps(value) }
  } catch (error) {
    if (!(error instanceof SerializerError && error.code === 'UNKNOWN_CHARSET')) throw error
    const { name, compression } = serializer
    const utf8 = new Serializer(name, { compression, limits })
    return { content_type: utf8.content_type, body: utf8.dumps(value) }
  }
}

/** JavaScript's own error classes, by the name Python's class has. */
const BUILTIN_NAMES = new Map<unknown, string>([
  [Error, 'Exception'],
  [AggregateError, 'AggregateError'],
  [EvalError, 'EvalError'],
  [RangeError, 'RangeError'],
  [ReferenceError, 'ReferenceError'],
  [SyntaxError, 'SyntaxError'],
  [TypeError, 'TypeError'],
  [URIError, 'URIError'],
])

/**
 * How an exception is told to the peer: the dotted `name` that an error may carry (`rig.CustomError`), `builtins.` and the
 * name of JavaScript's own classes, else the name of the class. Never a stack.
 */
export function remoteException(error: unknown): RemoteException {
  if (!(error instanceof Error)) {
    return { name: 'builtins.Exception', message: typeof error === 'string' && error !== '' ? error : null }
  }
  return { name: exceptionName(error), message: exceptionMessage(error) }
}

function exceptionName(error: Error): string {
  const { name } = error
  if (typeof name === 'string' && name.includes('.')) return name
  const builtin = BUILTIN_NAMES.get(error.constructor)
  return builtin === undefined ? className(error) : `builtins.${builtin}`
}

/** Python's own exceptions have no `message`, its TypeError for wrong arguments neither. */
function exceptionMessage(error: Error): string | null {
  const { message } = error
  return error instanceof ArgumentError || typeof message !== 'string' || message === '' ? null : message
}

function refusal(reason: string): RPCRefusal {
  return { kind: 'refusal', status: 400, reason }
}
