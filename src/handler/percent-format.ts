/**
 * Python's `%` operator for the few conversions its http.server uses in messages and pages: `%s`, `%d`, `%r`, `%%`, and
 * the same by name, `%(code)d`. Kept because `log_message` and `error_message_format` are public and written in it.
 */
import { pythonRepr } from './python-repr.js'

const CONVERSION = /%(?:\((\w+)\))?([sdr%])/g

/**
 * @param values - A list for conversions in order, an object for conversions by name.
 * @remarks A conversion without a value stays as it is written: a log line must not fail for its format.
 */
export function percentFormat(format: string, values: readonly unknown[] | Readonly<Record<string, unknown>>): string {
  let next = 0
  return format.replace(CONVERSION, (written, name: string | undefined, kind: string) => {
    if (kind === '%') return '%'
    const value = valueOf(values, name, () => next++)
    if (value === undefined) return written
    return kind === 'r' && typeof value === 'string' ? pythonRepr(value) : String(value)
  })
}

/** Whatever else a program gives is written as JavaScript writes it. */
type Value = string | number | boolean | undefined

function valueOf(values: object, name: string | undefined, next: () => number): Value {
  if (name === undefined) return Array.isArray(values) ? (values as Value[])[next()] : undefined
  return Object.hasOwn(values, name) ? (values as Record<string, Value>)[name] : undefined
}
