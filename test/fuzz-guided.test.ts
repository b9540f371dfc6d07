/** The guided fuzzer itself: that it is led by what inputs reach, finds what is planted, and can be run again by its seed. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { readInputs, smallestCover, writeInputs } from '../fuzz/guided/corpus.js'
import { Coverage } from '../fuzz/guided/coverage.js'
import { waysToCut } from '../fuzz/guided/cuts.js'
import { Findings } from '../fuzz/guided/findings.js'
import { COUNTERS } from '../fuzz/guided/instrument.js'
import { FuzzLoop } from '../fuzz/guided/loop.js'
import { Mutator } from '../fuzz/guided/mutator.js'
import { BrokenClaim, type Target } from '../fuzz/guided/target.js'
import { Random } from '../src/testing/random.js'

const folder = mkdtempSync(join(tmpdir(), 'guided-test-'))

afterEach(() => {
  Reflect.deleteProperty(globalThis, COUNTERS)
  rmSync(folder, { recursive: true, force: true })
})

/** As instrumented code has them: one branching with two ways on per letter of the password. */
function plantCounters(letters: number): Record<number, number[]> {
  const b = Object.fromEntries(Array.from({ length: letters }, (_, place) => [place, [0, 0]]))
  Reflect.set(globalThis, COUNTERS, { 'planted.js': { s: {}, f: {}, b } })
  return b
}

function passwordTarget(password: string): Target {
  const branches = plantCounters(password.length)
  const run = (input: Buffer): void => {
    for (const [place, letter] of password.split('').entries()) {
      const same = input[place + 1] === letter.charCodeAt(0)
      const ways = branches[place] as [number, number]
      ways[same ? 0 : 1] += 1
      if (!same) return
    }
    throw new BrokenClaim('nobody knows the password')
  }
  return { name: 'planted', seeds: [Buffer.from('@')], dictionary: [Buffer.from('-')], maxBytes: 32, run, check: run }
}

async function findPassword(seed: number): Promise<{ loop: FuzzLoop; findings: Findings }> {
  const findings = new Findings(folder)
  const target = passwordTarget('k7#')
  const over = (): boolean => findings.lines.length > 0 || loop.executions > 2_000_000
  const [coverage, random, begins] = [new Coverage(), new Random(seed), () => {}]
  const loop = new FuzzLoop({ target, coverage, random, findings, begins, over, breathe: async () => {} })
  await loop.run(target.seeds)
  return { loop, findings }
}

it('finds step by step what chance alone would not, and shrinks it', async () => {
  const { loop, findings } = await findPassword(5)
  expect(findings.lines).toHaveLength(1)
  expect(loop.executions).toBeLessThan(1_000_000)
  const [kept] = readdirSync(folder).filter((name) => name.endsWith('.input'))
  expect(readInputs(folder).map(String)).toContain('@k7#')
  expect(kept).toBeDefined()
})

it('takes the same way again from the same seed', async () => {
  const first = await findPassword(6)
  const second = await findPassword(6)
  expect(second.loop.executions).toBe(first.loop.executions)
})

it('tells news from what was seen, and counts of different sizes apart', () => {
  const branches = plantCounters(1)
  const coverage = new Coverage()
  coverage.scan()
  const taken = (count: number): number => {
    branches[0] = Object.assign(branches[0] ?? [], [count, 0])
    return coverage.news(coverage.take()).length
  }
  expect([1, 1, 2, 3, 4, 7, 8, 200, 5000].map(taken)).toEqual([1, 0, 1, 1, 1, 0, 1, 1, 0])
  expect(coverage.branches).toEqual({ reached: 1, known: 2 })
})

it('changes inputs within their bound, and never the parent', () => {
  const mutator = new Mutator(new Random(3), [Buffer.from('\r\n'), Buffer.from('word')], 64)
  const parent = Buffer.from('@GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc')
  const before = Buffer.from(parent)
  const children = Array.from({ length: 500 }, () => mutator.mutate(parent, parent))
  expect(children.every((child) => child.length <= 64)).toBe(true)
  expect(new Set(children.map(String)).size).toBeGreaterThan(400)
  expect(parent).toEqual(before)
})

it('keeps the smallest inputs that reach everything, in files named by content', () => {
  const entries = [
    { input: Buffer.from('long, with all'), features: [1, 2, 3] },
    { input: Buffer.from('a'), features: [1] },
    { input: Buffer.from('bb'), features: [1, 2] },
    { input: Buffer.from('ccc'), features: [2] },
  ]
  const cover = smallestCover(entries).map(({ input }) => input)
  expect(cover.map(String)).toEqual(['a', 'bb', 'long, with all'])
  writeInputs(folder, [Buffer.from('old')])
  writeInputs(folder, cover)
  expect(readInputs(folder).map(String).toSorted()).toEqual(cover.map(String).toSorted())
})

it('cuts an input the same way each time, and loses no octet', () => {
  const octets = new Random(1).octets(200)
  for (const pieces of waysToCut(octets)) expect(Buffer.concat(pieces)).toEqual(octets)
  expect(waysToCut(octets)).toEqual(waysToCut(octets))
})
