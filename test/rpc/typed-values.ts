/**
 * The values of the vectors, which mark by a tag what JSON has no form for, as the JavaScript values that a serializer reads
 * and writes. A Python int is a number as far as numbers are exact, then a bigint.
 */
import { Temporal } from 'temporal-polyfill'
import { MessagePackExtension } from '../../src/rpc/message-pack-extension.js'

type Tagged = Record<string, unknown>

const UNTAG: Record<string, (content: never) => unknown> = {
  $int: (digits: string) => BigInt(digits),
  $float: (repr: string) => Number(repr.replace('inf', 'Infinity').replace('nan', 'NaN')),
  $bytes: (hex: string) => Buffer.from(hex, 'hex'),
  $map: (entries: [unknown, unknown][]) => mapOf(entries.map(([key, value]) => [untag(key), untag(value)])),
  $datetime: (text: string) => Temporal.PlainDateTime.from(text),
  $date: (text: string) => Temporal.PlainDate.from(text),
  $time: (text: string) => Temporal.PlainTime.from(text),
  $ext: ([type, hex]: [number, string]) => new MessagePackExtension(type, Buffer.from(hex, 'hex')),
}

export function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag)
  if (typeof value !== 'object' || value === null) return value
  const [tag, content] = Object.entries(value as Tagged)[0] as [string, never]
  const convert = UNTAG[tag]
  if (convert === undefined) throw new Error(`a tag that is not known: ${tag}`)
  return convert(content)
}

function mapOf(entries: [unknown, unknown][]): unknown {
  if (!entries.every(([key]) => typeof key === 'string')) return new Map(entries)
  return Object.assign(Object.create(null) as object, Object.fromEntries(entries as [string, unknown][]))
}

/** A value as something that `toEqual` compares: Temporal objects have no properties of their own. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable)
  if (value instanceof Map) return { map: [...value].map(([key, item]) => [comparable(key), comparable(item)]) }
  if (value instanceof Uint8Array) return { octets: Buffer.from(value).toString('hex') }
  if (value instanceof MessagePackExtension) return { extension: value.type, data: comparable(value.data) }
  if (typeof value !== 'object' || value === null) return value
  const tag: unknown = Reflect.get(value, Symbol.toStringTag)
  if (typeof tag === 'string') return { tag, text: (value as { toString(): string }).toString() }
  return { record: Object.keys(value).map((key) => [key, comparable(Reflect.get(value, key))]) }
}
