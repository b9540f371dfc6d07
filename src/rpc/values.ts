/**
 * What kinds of JavaScript objects are data to both formats, and how data that a peer named is kept: in objects without a
 * prototype, where `__proto__` and `constructor` are names like any other.
 */
import { SerializerError } from './errors.js'

/** A map whose keys are all texts, as it is read: without a prototype. */
export type DataRecord = Record<string, unknown>

export function emptyRecord(): DataRecord {
  return Object.create(null) as DataRecord
}

/** Whether an object is plain data: a literal or an object without a prototype, from whatever realm. */
export function isRecord(value: object): value is DataRecord {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** The properties of a record that are written: those that are not undefined, as JSON.stringify does. */
export function writtenEntries(record: DataRecord): [name: string, value: unknown][] {
  return Object.entries(record).filter(([, value]) => value !== undefined)
}

export function notSerializable(value: unknown): SerializerError {
  const what = typeof value === 'object' && value !== null ? `an instance of ${className(value)}` : `a ${typeof value}`
  return new SerializerError('NOT_SERIALIZABLE', `${what} has no form in this format`)
}

/** Name of an object's class, or `object`. */
export function className(value: object): string {
  const constructor: unknown = Reflect.get(value, 'constructor')
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'object'
}
