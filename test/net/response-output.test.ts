/** `wfile` beside a plain Writable that is written to in the same way: whoever writes can't tell them apart. */
import * as fc from 'fast-check'
import { Duplex, Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ResponseOutput } from '../../src/net/response-output.js'

const HIGH_WATER_MARK = 100

/** One thing that is done to both. */
type Step = { readonly write: string; readonly asks: boolean } | 'cork' | 'uncork' | 'turn' | 'end'

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ write: fc.string({ maxLength: 120 }), asks: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>('cork', 'uncork', 'turn') },
)

/** Does the steps and writes down all that the writer hears. */
async function story(output: Writable, steps: readonly Step[]): Promise<string[]> {
  const heard: string[] = []
  for (const event of ['drain', 'finish']) output.on(event, () => heard.push(event))
  for (const [place, one] of [...steps, 'end' as const].entries()) {
    if (one === 'turn') await turn()
    else if (typeof one === 'string') output[one]()
    else {
      const written = one.asks
        ? output.write(one.write, 'latin1', (error) => heard.push(`${place} done ${error ?? 'well'}`))
        : output.write(one.write, 'latin1')
      heard.push(`${place} ${written} ${output.writableLength} ${output.writableNeedDrain}`)
    }
  }
  await turn()
  return heard
}

/** A sink that writes down what it takes, at once. */
function taking(heard: string[]): (octets: Buffer, encoding: BufferEncoding, done: () => void) => void {
  return (octets, _, done) => {
    heard.push(octets.toString('latin1'))
    done()
  }
}

describe('wfile', () => {
  it('answers each write as a plain Writable does, and gives the stream the same octets', async () => {
    const asLatin1 = fc.array(step, { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(asLatin1, async (steps) => {
        const plain: string[] = []
        const sent: string[] = []
        const reference = new Writable({ highWaterMark: HIGH_WATER_MARK, write: taking(plain) })
        const stream = new Duplex({ read() {}, write: taking(sent) })
        const owner = { answersFault: false, outputWaits() {}, outputBroken() {} }
        const output = new ResponseOutput(stream, owner, HIGH_WATER_MARK)
        expect(await story(output, steps)).toEqual(await story(reference, steps))
        expect(sent.join('')).toBe(plain.join(''))
      }),
    )
  })
})

describe('an output whose connection is gone', () => {
  it.each([
    ['is closed without an error when all was said and taken', true, null],
    ['fails when octets had yet to be taken', false, 'gone'],
  ])('%s', async (_title, isTaken, expected) => {
    const stream = new Duplex({ read() {}, write: (_octets, _encoding, done) => void (isTaken && done()) })
    const output = new ResponseOutput(stream, { answersFault: false, outputWaits() {}, outputBroken() {} }, 100)
    output.write('all')
    const sealed = output.seal()
    if (isTaken) await sealed
    output.fail(() => new Error('gone'))
    expect(output.destroyed).toBe(true)
    expect(output.errored?.message ?? null).toBe(expected)
  })
})
