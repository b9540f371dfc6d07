/** What the loop needs to know of a part of the library that it feeds, and how that part says that a claim is broken. */

export interface Target {
  readonly name: string
  /** Inputs to begin with. The first octet of an input picks settings, the rest is what the part reads. */
  readonly seeds: readonly Buffer[]
  /** Words that mean something to the part. */
  readonly dictionary: readonly Buffer[]
  /** Longer inputs are cut. */
  readonly maxBytes: number
  /**
   * Feeds one input, whole, and looks at what came of it.
   * @throws BrokenClaim, or whatever the library threw and should not have.
   */
  run(input: Buffer): Promise<void> | void
  /** As `run`, and compares with what comes of the same octets when they arrive in pieces. */
  check(input: Buffer): Promise<void> | void
}

/** A claim that does not hold for an input. The text names the claim first, so that findings can be told apart by it. */
export class BrokenClaim extends Error {
  override readonly name = 'BrokenClaim'
}

export function claim(holds: boolean, text: string, details?: unknown): asserts holds {
  if (!holds) throw new BrokenClaim(details === undefined ? text : `${text}: ${show(details)}`)
}

function show(details: unknown): string {
  return typeof details === 'string' ? details : JSON.stringify(details)
}
