/**
 * Date and time values on the wire: Python's `datetime.datetime`, `date` and `time` as the text of `isoformat()`, read with
 * the strictness of `strptime`. The only file that knows the Temporal package; formats wrap the text in their own way.
 */
import { createRequire } from 'node:module'
import type { Temporal } from 'temporal-polyfill'
import { SerializerError } from './errors.js'

/** Python's class, without its module. */
export type TimeKind = 'datetime' | 'date' | 'time'

export type TimeValue = Temporal.PlainDateTime | Temporal.PlainDate | Temporal.PlainTime

const require = createRequire(import.meta.url)

type TemporalClasses = Pick<typeof Temporal, 'PlainDate' | 'PlainDateTime' | 'PlainTime'>

/** The package, once somebody has read a date or a time: most servers never do, and it is a large one. */
let classes: TemporalClasses | null = null
// Before 20.19 and 22.12 Node.js can't load it when it is asked for. There it is on its way from the start.
if (!canRequireModules()) void import('temporal-polyfill').then(({ Temporal }) => (classes = Temporal))

/** A native Temporal and the polyfill's are different classes with the same tag, hence no `instanceof`. */
const KIND_BY_TAG = new Map<unknown, TimeKind>([
  ['Temporal.PlainDateTime', 'datetime'],
  ['Temporal.PlainDate', 'date'],
  ['Temporal.PlainTime', 'time'],
])

// What strptime's %Y-%m-%d, %H:%M:%S and .%f match: digits may be single, a day may have a blank for its first one, and
// letters match in any case. Differs from Python: digits of other scripts are refused.
const DATE = '(?<year>\\d{4})-(?<month>1[0-2]|0?[1-9])-(?<day>3[01]|[12]\\d|[0 ]?[1-9])'
const TIME = '(?<hour>2[0-3]|[01]?\\d):(?<minute>[0-5]?\\d):(?<second>[0-5]?\\d)(?:\\.(?<fraction>\\d{1,6}))?'
const READ: Readonly<Record<TimeKind, RegExp>> = {
  datetime: new RegExp(`^${DATE}[Tt]${TIME}$`),
  date: new RegExp(`^${DATE}$`),
  time: new RegExp(`^${TIME}$`),
}

/** What isoformat gives; years outside 0001 to 9999 do not match, Python has none. */
const WRITTEN: Readonly<Record<TimeKind, RegExp>> = {
  datetime: /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/,
  date: /^(?!0000)\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d:\d\d(\.\d{6})?$/,
}

/**
 * A `Temporal` value or a `Date` as Python's isoformat: six fraction digits, or none when they are all zero. A `Date` is
 * written as a datetime in UTC; what is finer than a microsecond is cut off.
 *
 * @returns null when the value is neither.
 * @throws SerializerError `NOT_SERIALIZABLE` for a year outside 1 to 9999 and for an invalid `Date`.
 */
export function writeTime(value: object): { kind: TimeKind; text: string } | null {
  const kind = value instanceof Date ? 'datetime' : KIND_BY_TAG.get(Reflect.get(value, Symbol.toStringTag))
  if (kind === undefined) return null
  const text = value instanceof Date ? dateText(value) : temporalText(value, kind)
  if (!WRITTEN[kind].test(text)) throw new SerializerError('NOT_SERIALIZABLE', `Python has no ${kind} like this`)
  return { kind, text }
}

/**
 * The value of a text that Python's strptime would read.
 *
 * @throws SerializerError `BAD_VALUE` when it would not, or the calendar has no such day.
 */
export function readTime(kind: TimeKind, text: unknown): TimeValue {
  const fields = typeof text === 'string' ? READ[kind].exec(text)?.groups : undefined
  if (fields === undefined || fields['year'] === '0000') {
    throw new SerializerError('BAD_VALUE', `not the text of a ${kind}`)
  }
  const available = temporal()
  try {
    return timeOf(kind, fields, available)
  } catch (cause) {
    throw new SerializerError('BAD_VALUE', `no such ${kind}`, { cause })
  }
}

function timeOf(
  kind: TimeKind,
  fields: Record<string, string | undefined>,
  { PlainDate, PlainDateTime, PlainTime }: TemporalClasses,
): TimeValue {
  const fraction = (fields['fraction'] ?? '').padEnd(6, '0')
  const parts = {
    year: Number(fields['year']),
    month: Number(fields['month']),
    day: Number(fields['day']),
    hour: Number(fields['hour']),
    minute: Number(fields['minute']),
    second: Number(fields['second']),
    millisecond: Number(fraction.slice(0, 3)),
    microsecond: Number(fraction.slice(3)),
  }
  if (kind === 'date') return PlainDate.from(parts, { overflow: 'reject' })
  if (kind === 'time') return PlainTime.from(parts, { overflow: 'reject' })
  return PlainDateTime.from(parts, { overflow: 'reject' })
}

function temporal(): TemporalClasses {
  classes ??= (require('temporal-polyfill') as typeof import('temporal-polyfill')).Temporal
  return classes
}

function canRequireModules(): boolean {
  return (process.features as { readonly require_module?: boolean }).require_module === true
}

function temporalText(value: object, kind: TimeKind): string {
  const options = { fractionalSecondDigits: 6, roundingMode: 'trunc', calendarName: 'never' } as const
  const text = (value as { toString(options?: object): string }).toString(
    kind === 'date' ? { calendarName: 'never' } : options,
  )
  return withoutZeroFraction(text)
}

function dateText(value: Date): string {
  if (Number.isNaN(value.getTime())) throw new SerializerError('NOT_SERIALIZABLE', 'an invalid Date')
  return withoutZeroFraction(value.toISOString().replace('Z', '000'))
}

function withoutZeroFraction(text: string): string {
  return text.endsWith('.000000') ? text.slice(0, -7) : text
}
