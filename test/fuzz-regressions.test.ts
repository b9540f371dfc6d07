/**
 * Replays what the guided fuzzer has kept: every input of its corpora, and the named ones that once broke a claim. On the
 * plain library, without counters, so that it takes seconds.
 */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readInputs } from '../fuzz/guided/corpus.js'
import type { Target } from '../fuzz/guided/target.js'
import { loadTarget, TARGET_NAMES } from '../fuzz/guided/targets/load.js'
import { GUIDED_REGRESSIONS } from '../fuzz/regressions/guided.js'

const PATIENCE_MS = 180_000

async function replay(target: Target, input: Buffer): Promise<void> {
  try {
    await target.run(input)
    await target.check(input)
  } catch (error) {
    throw new Error(`broken by ${JSON.stringify(input.toString('latin1'))}`, { cause: error })
  }
}

describe('every claim holds for', () => {
  for (const name of TARGET_NAMES) {
    it(
      `each input that the ${name} target has kept`,
      async () => {
        const inputs = readInputs(fileURLToPath(new URL(`../fuzz/corpus/${name}`, import.meta.url)))
        expect(inputs.length).toBeGreaterThan(20)
        const target = await loadTarget(name)
        for (const input of inputs) await replay(target, input)
      },
      PATIENCE_MS,
    )
  }

  for (const { target, name, input } of GUIDED_REGRESSIONS) {
    it(
      `${target}: ${name}`,
      async () => {
        await replay(await loadTarget(target), Buffer.from(input, 'latin1'))
      },
      PATIENCE_MS,
    )
  }
})
