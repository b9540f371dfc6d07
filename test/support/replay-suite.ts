/**
 * Turns recorded exchanges into tests: one rig per file, exchanges replayed side by side, one test per exchange that
 * waits for its own outcome.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Expectation, Exchange } from './replay.js'
import { loadExchanges, replay } from './replay.js'
import { INSTANCE_NAMES, type InstanceName, type Rig, type RigOptions, startRig } from './rig/instances.js'

/** Exchanges replayed at once: most of their time is waiting for silence. */
const SIDE_BY_SIDE = 16

export interface ReplayOptions {
  /** What an exchange is to be answered with. */
  readonly expected: (exchange: Exchange) => Expectation
  /** How that is, for the title: `as recorded`. */
  readonly manner: (exchange: Exchange) => string
  readonly rig?: RigOptions
  /** Leaves out what this says false to. */
  readonly only?: (exchange: Exchange) => boolean
}

/** Declares the tests of some groups of `test/vectors/wire-*.json`. */
export function replayGroups(groups: readonly string[], { expected, manner, rig, only }: ReplayOptions): void {
  const chosen = groups.flatMap(loadExchanges).filter((exchange) => only?.(exchange) ?? true)
  const runnable = chosen.filter((exchange) => isInstance(exchange.server))
  const outcomes = new Map<Exchange, PromiseWithResolvers<string | null>>()
  let running: Rig | undefined

  beforeAll(async () => {
    running = await startRig({ only: instancesOf(runnable), ...rig })
    const { ports } = running
    void inParallel(runnable, (exchange) => replayOne(exchange, ports, expected), outcomes)
  })

  afterAll(async () => {
    await Promise.all(Array.from(outcomes.values(), ({ promise }) => promise))
    await running?.stop()
  })

  for (const exchange of runnable) outcomes.set(exchange, withResolvers())
  for (const group of groups) {
    describe(`the recorded exchanges of ${group}`, () => {
      for (const exchange of chosen.filter((candidate) => candidate.group === group)) {
        test.skipIf(!isInstance(exchange.server))(`${exchange.name} is answered ${manner(exchange)}`, async () => {
          const difference = await outcomes.get(exchange)?.promise
          // As the message, not as a value: a difference is read line by line.
          if (difference !== null) expect.fail(difference)
        })
      }
    })
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** An outcome, never a rejection: what went wrong with one exchange is that exchange's difference. */
async function replayOne(
  exchange: Exchange,
  ports: Rig['ports'],
  expected: ReplayOptions['expected'],
): Promise<string | null> {
  try {
    return await replay(exchange, ports[exchange.server as InstanceName] as number, expected(exchange))
  } catch (error) {
    return `${exchange.group}/${exchange.name}: ${error instanceof Error ? error.message : String(error)}`
  }
}

async function inParallel(
  exchanges: readonly Exchange[],
  run: (exchange: Exchange) => Promise<string | null>,
  outcomes: ReadonlyMap<Exchange, PromiseWithResolvers<string | null>>,
): Promise<void> {
  const queue = exchanges.values()
  const worker = async (): Promise<void> => {
    for (const exchange of queue) outcomes.get(exchange)?.resolve(await run(exchange))
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker))
}

function instancesOf(exchanges: readonly Exchange[]): InstanceName[] {
  const needed = new Set(exchanges.map((exchange) => exchange.server))
  return INSTANCE_NAMES.filter((name) => needed.has(name))
}

function isInstance(name: string): name is InstanceName {
  return INSTANCE_NAMES.some((candidate) => candidate === name)
}
