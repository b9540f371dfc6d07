/** Octets in general: latin-1 text, damage to it, and the pieces that a network may cut it into. */
import * as fc from 'fast-check'

/** Characters that syntax turns on. */
const DAMAGE = ['\r', '\n', '\0', ' ', '\t', ':', ',', ';', '\x7f', '\x80', '\r\n', '"', '0', 'f']

export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

type Damage = readonly [kind: 'insert' | 'replace' | 'delete' | 'double' | 'truncate', place: number, text: string]

const damage: fc.Arbitrary<Damage> = fc.tuple(
  fc.constantFrom('insert', 'replace', 'delete', 'double', 'truncate'),
  fc.nat(),
  fc.constantFrom(...DAMAGE),
)

/** The text with one to three small damages. */
export function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(text, fc.array(damage, { minLength: 1, maxLength: 3 }))
    .map(([sound, damages]) => damages.reduce(applyDamage, sound))
}

function applyDamage(text: string, [kind, anywhere, inserted]: Damage): string {
  if (text === '') return inserted
  const place = anywhere % text.length
  const before = text.slice(0, place)
  switch (kind) {
    case 'insert':
      return before + inserted + text.slice(place)
    case 'replace':
      return before + inserted + text.slice(place + 1)
    case 'delete':
      return before + text.slice(place + 1)
    case 'double':
      return before + text.slice(place, place + 9) + text.slice(place)
    default:
      return before
  }
}

/** Where a stream is cut: at every octet, or at some places, taken modulo the stream's length. */
export type Cuts = 'everywhere' | readonly number[]

export const cuts: fc.Arbitrary<Cuts> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('everywhere' as const) },
  { weight: 4, arbitrary: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }) },
)

export function cutInto(octets: Buffer, where: Cuts): Buffer[] {
  const places =
    where === 'everywhere'
      ? Array.from(octets.keys())
      : where.map((place) => place % (octets.length + 1)).sort((one, other) => one - other)
  return [0, ...places].map((place, index) => octets.subarray(place, places[index] ?? octets.length))
}
