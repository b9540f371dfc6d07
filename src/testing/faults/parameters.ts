/**
 * The kinds of values faults are told: each with a default, a check, words for the docs, and a way to draw one by
 * chance. One description serves all four, so that they can't disagree.
 */
import type { Random } from '../random.js'
import { type Octets, quote } from '../octets.js'

export interface Parameter<T> {
  /** What the docs call the kind of value. */
  readonly kind: string
  readonly meaning: string
  readonly default: T
  /** Whether a value a program gave is one. */
  admits(value: unknown): boolean
  draw(random: Random): T
}

/** A description for each parameter of a fault. */
export type ParametersOf<P> = { readonly [Name in keyof P]: Parameter<P[Name]> }

/** A whole number from 0 up, or Infinity; `drawn` bounds those drawn by chance. */
export function count(standard: number, meaning: string, drawn = 64): Parameter<number> {
  return {
    kind: 'count',
    meaning,
    default: standard,
    admits: (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 0),
    draw: (random) => random.below(drawn),
  }
}

/** Drawn ones are short: chance should find more than time-outs. */
export function milliseconds(standard: number, meaning: string): Parameter<number> {
  return {
    kind: 'ms',
    meaning,
    default: standard,
    admits: (value) => typeof value === 'number' && value >= 0,
    draw: (random) => random.below(30),
  }
}

export function difference(standard: number, meaning: string): Parameter<number> {
  return {
    kind: 'integer',
    meaning,
    default: standard,
    admits: (value) => Number.isSafeInteger(value),
    draw: (random) => random.pick([-7, -1, 1, 7, 4_096]),
  }
}

export function octets(standard: Octets, meaning: string): Parameter<Octets> {
  return {
    kind: 'octets',
    meaning,
    default: standard,
    admits: isOctets,
    draw: (random) => random.octets(1 + random.below(16)),
  }
}

/** Octets, or null for what the meaning says. */
export function optionalOctets(meaning: string): Parameter<Octets | null> {
  return {
    kind: 'octets or null',
    meaning,
    default: null,
    admits: (value) => value === null || isOctets(value),
    draw: (random) => (random.below(2) === 0 ? null : random.octets(4)),
  }
}

/** Text of a field name or value, or null for what the meaning says. */
export function optionalText(meaning: string, drawn: readonly string[]): Parameter<string | null> {
  return {
    kind: 'text or null',
    meaning,
    default: null,
    admits: (value) => value === null || isText(value),
    draw: (random) => random.pick([null, ...drawn]),
  }
}

export function text(standard: string, meaning: string, drawn: readonly string[] = [standard]): Parameter<string> {
  return { kind: 'text', meaning, default: standard, admits: isText, draw: (random) => random.pick(drawn) }
}

export function choice<const T extends string | boolean>(choices: readonly T[], meaning: string): Parameter<T> {
  return {
    kind: choices.map(showValue).join(' or '),
    meaning,
    default: choices[0] as T,
    admits: (value) => choices.includes(value as T),
    draw: (random) => random.pick(choices),
  }
}

/** A whole number from 0 to the greatest, both included. */
export function upTo(greatest: number, standard: number, meaning: string): Parameter<number> {
  return {
    kind: `0 to ${greatest}`,
    meaning,
    default: standard,
    admits: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= greatest,
    draw: (random) => random.below(greatest + 1),
  }
}

/** A length that is announced instead of the real one, or null for the real one. */
export function optionalCount(meaning: string): Parameter<number | null> {
  return {
    kind: 'count or null',
    meaning,
    default: null,
    admits: (value) => value === null || (Number.isSafeInteger(value) && (value as number) >= 0),
    draw: (random) => random.pick([null, 0, 1, 126, 65_536]),
  }
}

/** How a value is written in a program. */
export function showValue(value: unknown): string {
  if (isOctets(value)) return quote(value, 40)
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && /^[\0-\xff]*$/.test(value)
}

function isOctets(value: unknown): value is Octets {
  return value instanceof Uint8Array || isText(value)
}
