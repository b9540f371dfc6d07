/**
 * Arbitrary data as fast-check generates it: what each format carries there and back unchanged. Left out is what JSON can't
 * tell apart: an object with the two keys of a date, and Map keys other than text.
 */
import * as fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { MessagePackExtension } from '../../src/rpc/message-pack-extension.js'

const datetime = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
const microsecond = fc.integer({ min: 0, max: 999 })

const times = fc.tuple(datetime, microsecond).chain(([date, micro]) => {
  const value = Temporal.PlainDateTime.from(date.toISOString().slice(0, -1)).with({ microsecond: micro })
  return fc.constantFrom(value, value.toPlainDate(), value.toPlainTime())
})

const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger(), fc.integer())
const beyondExact = (value: bigint) => !Number.isSafeInteger(Number(value))
const names = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', '1', '__complex_type__x'))

function dataOf(scalars: fc.Arbitrary<unknown>, maps: (value: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>[]) {
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalars,
      fc.array(tie('value'), { maxLength: 5 }),
      fc.array(fc.tuple(names, tie('value')), { maxLength: 5 }).map(recordOf),
      ...maps(tie('value')),
    ),
  })).value
}

function recordOf(entries: [string, unknown][]): object {
  const record = Object.create(null) as Record<string, unknown>
  for (const [name, value] of entries) record[name] = value
  return record
}

export const jsonData: fc.Arbitrary<unknown> = dataOf(
  fc.oneof(
    fc.constantFrom(null, true, false),
    numbers,
    fc.bigInt().filter(beyondExact),
    fc.string({ unit: 'binary' }),
    // Half surrogate pairs: JSON has an escape for them.
    fc.string({ unit: fc.integer({ min: 0xd7f0, max: 0xe00f }).map((code) => String.fromCharCode(code)) }),
    times,
  ),
  () => [],
)

export const messagePackData: fc.Arbitrary<unknown> = dataOf(
  fc.oneof(
    fc.constantFrom(null, true, false, Infinity, -Infinity),
    numbers,
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).filter(beyondExact),
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((octets) => Buffer.from(octets)),
    times,
    fc
      .tuple(fc.integer({ min: -128, max: 9 }), fc.uint8Array())
      .map(([type, data]) => new MessagePackExtension(type, data)),
  ),
  // One key at least is no text, so that it comes back as a Map.
  (value) => [
    fc
      .array(fc.tuple(fc.oneof(names, fc.integer(), fc.boolean()), value), { maxLength: 5 })
      .map((entries) => new Map<unknown, unknown>([[null, 0], ...entries])),
  ],
)
