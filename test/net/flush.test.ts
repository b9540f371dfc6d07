/** `wfile.flush`: who waits may give up, and neither the octets nor anybody else who waits is the worse for it. */
import { getEventListeners } from 'node:events'
import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ResponseOutput } from '../../src/net/response-output.js'

/** More than the stream holds. */
const FULL = 'x'.repeat(20_000)

/** A stream that takes what it was given only when it is told to, and an output on it. */
function slowOutput() {
  const taken: string[] = []
  const waits: boolean[] = []
  let take: () => void = ignore
  const stream = new Duplex({
    read() {},
    write(octets: Buffer, _encoding, done) {
      take = () => {
        taken.push(octets.toString('latin1'))
        done()
      }
    },
  })
  stream.on('error', () => {})
  const owner = { answersFault: false, outputWaits: (is: boolean) => void waits.push(is), outputBroken() {} }
  return { output: new ResponseOutput(stream, owner, 100), stream, taken, waits, take: () => take() }
}

function ignore(): void {}

/** How a promise has settled so far. */
async function outcome(promise: Promise<void>): Promise<unknown> {
  let settled: unknown = 'waits'
  promise.then(
    () => (settled = 'taken'),
    (reason: unknown) => (settled = reason),
  )
  await turn()
  return settled
}

describe('wfile.flush', () => {
  it('rejects with the reason of its signal, and what was written goes its way', async () => {
    const { output, taken, take } = slowOutput()
    const controller = new AbortController()
    output.write('octets')
    const flushed = output.flush({ signal: controller.signal })
    expect(await outcome(flushed)).toBe('waits')
    controller.abort('enough')
    expect(await outcome(flushed)).toBe('enough')
    take()
    expect(taken).toEqual(['octets'])
  })

  it('does nothing with a signal that is aborted already', async () => {
    const { output, take, taken } = slowOutput()
    output.cork()
    output.write('octets')
    expect(await outcome(output.flush({ signal: AbortSignal.abort('no') }))).toBe('no')
    expect(output.writableCorked).toBe(1)
    output.uncork()
    await turn()
    take()
    expect(taken).toEqual(['octets'])
  })

  it('goes on for the others when one gives up, and nobody waits once the last one has', async () => {
    const { output, waits } = slowOutput()
    const [first, second] = [new AbortController(), new AbortController()]
    output.write('octets')
    const one = output.flush({ signal: first.signal })
    const other = output.flush({ signal: second.signal })
    first.abort('first')
    expect([await outcome(one), await outcome(other)]).toEqual(['first', 'waits'])
    expect(waits).toEqual([true, true])
    second.abort('second')
    expect(await outcome(other)).toBe('second')
    expect(waits).toEqual([true, true, false])
  })

  it('resolves at once when nothing was written, and when all was taken', async () => {
    const { output, waits, take } = slowOutput()
    expect(await outcome(output.flush())).toBe('taken')
    output.write('octets')
    await turn()
    take()
    expect(await outcome(output.flush())).toBe('taken')
    expect(waits).toEqual([])
  })

  it('given up leaves a writer waiting who waits for room', async () => {
    const { output, waits, take } = slowOutput()
    output.write(FULL)
    let isWritten = false
    output.write('more', () => (isWritten = true))
    await turn()
    const controller = new AbortController()
    const flushed = output.flush({ signal: controller.signal })
    controller.abort('enough')
    expect(await outcome(flushed)).toBe('enough')
    expect([isWritten, waits.at(-1)]).toEqual([false, true])
    take()
    await turn()
    take()
    await turn()
    expect(isWritten).toBe(true)
  })

  it('waits also for what the writer had to keep while the stream was full', async () => {
    const { output, taken, take } = slowOutput()
    output.write(FULL)
    output.write('more')
    const flushed = output.flush()
    take()
    expect(await outcome(flushed)).toBe('waits')
    expect(taken).toEqual([FULL])
    take()
    expect(await outcome(flushed)).toBe('taken')
    expect(taken).toEqual([FULL, 'more'])
  })

  it('resolves for who stays when another has given up', async () => {
    const { output, take } = slowOutput()
    const leaving = new AbortController()
    output.write('octets')
    const staying = output.flush({ signal: new AbortController().signal })
    const left = output.flush({ signal: leaving.signal })
    leaving.abort('left')
    take()
    expect([await outcome(left), await outcome(staying)]).toEqual(['left', 'taken'])
  })

  it('leaves no listener on its signal, however the wait has ended', async () => {
    const { output, stream, take } = slowOutput()
    const { signal } = new AbortController()
    output.write('octets')
    const flushed = output.flush({ signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    take()
    expect(await outcome(flushed)).toBe('taken')
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)

    output.write('more')
    const failed = output.flush({ signal })
    const gone = new Error('the peer is gone')
    stream.destroy()
    output.fail(() => gone)
    expect(await outcome(failed)).toBe(gone)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)

    const controller = new AbortController()
    const givenUp = output.flush({ signal: controller.signal })
    expect(await outcome(givenUp)).toBe(gone)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  it('says by a code that the connection has ended', async () => {
    const { output } = slowOutput()
    output.write('octets')
    output.destroy()
    expect(await outcome(output.flush())).toMatchObject({ code: 'ERR_STREAM_DESTROYED' })
  })

  it('does not end the process when nobody waits for what it gives', async () => {
    const { output } = slowOutput()
    const controller = new AbortController()
    output.write('octets')
    void output.flush({ signal: controller.signal })
    void output.flush({ signal: AbortSignal.abort('no') })
    controller.abort('nobody hears this')
    await turn()
  })
})
