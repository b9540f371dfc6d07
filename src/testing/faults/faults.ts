/** All faults by name: what programs ask for them with, and the table that the docs show. */
import { freshSeed, Random } from '../random.js'
import type { RequestHead } from '../../http/events.js'
import { contentLengthBesideChunked, malformedChunk, missingLastChunk } from './body-faults.js'
import type { Fault, FaultSubject } from './fault.js'
import { slowHandshake } from './handshake-faults.js'
import {
  bareLf,
  duplicateField,
  endlessHead,
  foldedField,
  garbageStatusLine,
  interimFlood,
  oversizedHead,
  wrongContentLength,
} from './head-faults.js'
import { cutAfter, drip, extraOctets, injectAt, pauseAt, reset, truncateTls } from './octet-faults.js'
import { type Parameter, showValue } from './parameters.js'
import { webSocketFrame } from './web-socket-faults.js'

/** Those that act on the responses of a handler. */
const RESPONSE_FAULTS = {
  cutAfter,
  reset,
  truncateTls,
  pauseAt,
  drip,
  injectAt,
  extraOctets,
  wrongContentLength,
  contentLengthBesideChunked,
  malformedChunk,
  missingLastChunk,
  duplicateField,
  foldedField,
  bareLf,
  garbageStatusLine,
  oversizedHead,
  endlessHead,
  interimFlood,
  webSocketFrame,
} as const

/** Those that act before any handler exists. */
const HANDSHAKE_FAULTS = { slowHandshake } as const

/**
 * Ways to misbehave on the wire. Each is asked for by name with its parameters, `Faults.cutAfter({ after: 10 })`, and given
 * to `withFaults`, `applyFaults`, a script or a test server. Several act one after the other, the first nearest the handler.
 */
export const Faults: Readonly<typeof RESPONSE_FAULTS & typeof HANDSHAKE_FAULTS> = Object.freeze({
  ...RESPONSE_FAULTS,
  ...HANDSHAKE_FAULTS,
})

/** Names of the faults that act on responses. */
export type FaultName = keyof typeof RESPONSE_FAULTS

/** One response that faults can be chosen for. */
export interface FaultyExchange {
  /** Counted from 0, over all connections of the handler class, in the order in which requests came. */
  readonly number: number
  /** What the client has asked. */
  readonly request: RequestHead
}

/** Chooses the faults of each response. */
export type FaultChooser = (exchange: FaultyExchange) => readonly Fault[]

/** What {@link randomFaults} chooses from. */
export interface RandomFaultsOptions {
  /** The same seed chooses the same faults for the same responses; one of its own by default. */
  readonly seed?: number
  /** Faults to choose from; all by default. */
  readonly among?: readonly FaultName[]
  /** Most faults of one response; 1 by default. */
  readonly most?: number
}

/** A chooser that tells its seed, as property and as text. */
export interface RandomFaults extends FaultChooser {
  /** What it was made with, or has made up. */
  readonly seed: number
  toString(): string
}

/**
 * Chooses faults and their parameters by chance, anew for each response: nothing depends on chance but on the seed and
 * the response's number, so that a run can be had again by the seed that it printed.
 */
export function randomFaults({
  seed = freshSeed(),
  among = faultNames(),
  most = 1,
}: RandomFaultsOptions = {}): RandomFaults {
  const choose = ({ number }: FaultyExchange): Fault[] => {
    const random = new Random(seed, number)
    const length = 1 + random.below(most)
    return Array.from({ length }, () => RESPONSE_FAULTS[random.pick(among)].draw(random))
  }
  return Object.assign(choose, { seed, toString: () => `randomFaults({ seed: ${seed} })` })
}

function faultNames(): FaultName[] {
  return Object.keys(RESPONSE_FAULTS) as FaultName[]
}

/** What there is to know of a parameter of a fault. */
export interface FaultParameterRow {
  /** As a program gives it. */
  readonly name: string
  /** Which values it may have, in words. */
  readonly kind: string
  /** What it is when it is left out, as TypeScript. */
  readonly default: string
  /** What it means, as a sentence. */
  readonly meaning: string
}

/** What there is to know of one fault. */
export interface FaultRow {
  /** As a program asks for it. */
  readonly name: string
  /** What it acts on. */
  readonly subject: FaultSubject
  /** What it does, as a sentence. */
  readonly does: string
  /** What can be said of it. */
  readonly parameters: readonly FaultParameterRow[]
}

/** What there is to know of each fault, in the order of {@link Faults}. */
export const FAULT_TABLE: readonly FaultRow[] = Object.values(Faults).map(({ definition }) => ({
  name: definition.name,
  subject: definition.subject,
  does: definition.does,
  parameters: parameterRows(definition.parameters),
}))

function parameterRows(parameters: Readonly<Record<string, Parameter<unknown>>>): FaultRow['parameters'] {
  return Object.entries(parameters).map(([name, parameter]) => ({
    name,
    kind: parameter.kind,
    default: showValue(parameter.default),
    meaning: parameter.meaning,
  }))
}
