/**
 * What a fault is: a name, checked parameters, and a stage that does it to one response. A definition makes the function
 * by which programs ask for it, and is what the docs are made of.
 */
import type { Random } from '../random.js'
import type { Stage, StageContext } from './action.js'
import { type ParametersOf, showValue } from './parameters.js'

/** What a fault acts on: a response's head, body, octets as they come, end; a WebSocket's frames; a TLS handshake. */
export type FaultSubject = 'octets' | 'head' | 'body' | 'end' | 'webSocket' | 'handshake'

interface NamedFault {
  /** As a program asks for it. */
  readonly name: string
  /** All parameters, defaults included. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** As a program would write it: `cutAfter({ after: 10 })`. */
  toString(): string
}

/** Acts on the responses of a handler. */
export interface Fault extends NamedFault {
  /** What it acts on. */
  readonly subject: Exclude<FaultSubject, 'handshake'>
  /** The fault as it acts on one response. */
  begin(context: StageContext): Stage
}

/** How a handshake is slowed down. */
export interface HandshakeParameters {
  /** Pause in front of each piece, in milliseconds; Infinity: until the client is gone. */
  ms: number
  /** Length of a piece. */
  octets: number
}

/** Acts on a connection before any handler exists: the server's half of a TLS handshake. */
export interface HandshakeFault extends NamedFault {
  /** What it acts on. */
  readonly subject: 'handshake'
  /** All parameters, defaults included. */
  readonly parameters: Readonly<HandshakeParameters>
}

interface Description<P> {
  readonly name: string
  /** What it does, as a sentence for the docs. */
  readonly does: string
  readonly parameters: ParametersOf<P>
}

export interface FaultDefinition<P> extends Description<P> {
  readonly subject: Fault['subject']
  readonly begin: (parameters: Readonly<P>, context: StageContext) => Stage
}

/** Asks for a fault. @throws TypeError for a parameter it does not have, or a value that is none. */
export interface FaultMaker<P> {
  (parameters?: Partial<P>): Fault
  /** What it does, and what its parameters mean. */
  readonly definition: FaultDefinition<P>
  /** With parameters drawn by chance. */
  draw(random: Random): Fault
}

/** A description of what happens before any handler exists. */
interface HandshakeFaultDefinition<P> extends Description<P> {
  readonly subject: 'handshake'
}

/** Asks for a fault of a handshake. @throws TypeError for a parameter it does not have, or a value that is none. */
export interface HandshakeFaultMaker<P> {
  /** The fault, with defaults for what is left out. */
  (parameters?: Partial<P>): HandshakeFault
  /** What it does, and what its parameters mean. */
  readonly definition: HandshakeFaultDefinition<P>
}

export function defineFault<P extends object>(definition: FaultDefinition<P>): FaultMaker<P> {
  const made = (given: Partial<P> = {}): Fault => {
    const parameters = completed(definition, given)
    const { name, subject } = definition
    return named({ name, subject, parameters, begin: (context: StageContext) => definition.begin(parameters, context) })
  }
  return Object.assign(made, { definition, draw: (random: Random) => made(drawn(definition.parameters, random)) })
}

export function defineHandshakeFault<P extends HandshakeFault['parameters']>(
  definition: Description<P>,
): HandshakeFaultMaker<P> {
  const made = (given: Partial<P> = {}): HandshakeFault =>
    named({ name: definition.name, subject: 'handshake' as const, parameters: completed(definition, given) })
  return Object.assign(made, { definition: { ...definition, subject: 'handshake' as const } })
}

function completed<P extends object>({ name, parameters }: Description<P>, given: Partial<P>): Readonly<P> {
  const values = new Map<string, unknown>()
  for (const key of keysOf(parameters)) values.set(key, parameters[key].default)
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (!values.has(key)) throw new TypeError(`${name} has no parameter ${key}`)
    const parameter = parameters[key as keyof P & string]
    if (!parameter.admits(value)) throw new TypeError(`${name}: ${key} is ${parameter.kind}, not ${showValue(value)}`)
    values.set(key, value)
  }
  return Object.freeze(Object.fromEntries(values)) as P
}

function drawn<P extends object>(parameters: ParametersOf<P>, random: Random): Partial<P> {
  return Object.fromEntries(keysOf(parameters).map((key) => [key, parameters[key].draw(random)])) as Partial<P>
}

function keysOf<P extends object>(parameters: ParametersOf<P>): (keyof P & string)[] {
  return Object.keys(parameters) as (keyof P & string)[]
}

function named<T extends { readonly name: string; readonly parameters: object }>(fault: T): T & NamedFault {
  const values = Object.entries(fault.parameters).map(([key, value]) => `${key}: ${showValue(value)}`)
  const shown = values.length === 0 ? `${fault.name}()` : `${fault.name}({ ${values.join(', ')} })`
  const parameters = fault.parameters as Readonly<Record<string, unknown>>
  return Object.freeze({ ...fault, parameters, toString: () => shown })
}
