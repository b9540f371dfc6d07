/**
 * What the loop found: one file per kind of fault, with the smallest input that shows it. Two faults are of one kind when
 * they say the same, numbers and quoted parts left out, at the same place in the library.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { shrink } from './shrink.js'
import type { Target } from './target.js'

/** Runs of the target that shrinking one finding may take. */
const SHRINK_RUNS = 400
/** How long it may take: an input that waits for what never comes takes seconds each time. */
const SHRINK_MS = 12_000

export class Findings {
  readonly #folder: string
  readonly #kinds = new Map<string, string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** A line for each finding. */
  get lines(): string[] {
    return [...this.#kinds.values()]
  }

  isKnown(error: unknown): boolean {
    return this.#kinds.has(kindOf(error))
  }

  /** Shrinks the input and keeps it. */
  async add(target: Target, input: Buffer, error: unknown): Promise<void> {
    const kind = kindOf(error)
    if (this.#kinds.has(kind)) return
    this.#kinds.set(kind, kind)
    const endsAt = performance.now() + SHRINK_MS
    const smallest = await shrink(input, SHRINK_RUNS, async (candidate) => {
      return performance.now() < endsAt && kindOf(await faultOf(target, candidate)) === kind
    })
    this.write(smallest, error)
  }

  /** Keeps an input as it is. */
  write(input: Buffer, error: unknown): void {
    const kind = kindOf(error)
    const name = createHash('sha256').update(kind).digest('hex').slice(0, 12)
    mkdirSync(this.#folder, { recursive: true })
    writeFileSync(join(this.#folder, `${name}.input`), input)
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    writeFileSync(join(this.#folder, `${name}.txt`), `${text}\n\n${JSON.stringify(input.toString('latin1'))}\n`)
    this.#kinds.set(kind, `${name} ${kind}`)
  }
}

/** What running the target on the input throws, cut in all ways; null when it throws nothing. */
async function faultOf(target: Target, input: Buffer): Promise<unknown> {
  try {
    await target.run(input)
    await target.check(input)
    return null
  } catch (error) {
    return error
  }
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const place = /(?:src|fuzz)\/[\w/-]+\.js/.exec(error.stack ?? '')?.[0] ?? ''
  const [claimed = ''] = error.message.split(': ')
  return `${error.name} ${claimed.replaceAll(/\d+|".*"/g, '#')} ${place}`
}
