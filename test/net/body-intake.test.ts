/** The body of a request between its reader and whoever reads it, or reads it away: limits, waits, and who is too late. */
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { RequestError } from '../../src/http/errors.js'
import { DEFAULT_LIMITS, DEFAULT_TIMEOUTS } from '../../src/index.js'
import { BodyIntake } from '../../src/net/body-intake.js'
import { Deadline } from '../../src/net/deadline.js'
import { OctetIntake } from '../../src/net/octet-intake.js'
import { duplexPair } from '../support/duplex-pair.js'

const OF_FIVE = 'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n'
const CHUNKED = 'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'

/** A body that has begun, and what its client has sent so far. */
async function begun(octets: string) {
  const [here, there] = duplexPair()
  const deadline = new Deadline({ expired: () => {} })
  const intake = new OctetIntake(there, DEFAULT_LIMITS)
  const bodies = new BodyIntake(intake, deadline, DEFAULT_TIMEOUTS)
  here.write(octets)
  await turn()
  expect(intake.next()).toMatchObject({ kind: 'head' })
  bodies.begin()
  return { here, intake, deadline, bodies, [Symbol.dispose]: () => (intake.stop(), deadline.dispose()) }
}

function gone(): RequestError {
  return new RequestError('PEER_GONE', 'gone', 0)
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a body that is read away', () => {
  it.each([
    ['as many octets as may be', 5, true],
    ['more octets than may be', 4, false],
  ])('is so with %s', async (_title, limitBytes, expected) => {
    using body = await begun(`${OF_FIVE}hello`)
    expect(body.bodies.drain(limitBytes)).toBe(expected)
    expect(body.bodies.ended).toBe(expected)
  })

  it('has nothing to read away before the first request', async () => {
    const [, there] = duplexPair()
    const deadline = new Deadline({ expired: () => {} })
    const intake = new OctetIntake(there, DEFAULT_LIMITS)
    const bodies = new BodyIntake(intake, deadline, DEFAULT_TIMEOUTS)
    expect(bodies.drain(0)).toBe(true)
    expect(bodies.endKeepsAlive).toBe(true)
    bodies.rfile.resume()
    await once(bodies.rfile, 'end')
    intake.stop()
  })

  it('is waited for, and has its own time for each part', async () => {
    using body = await begun(`${OF_FIVE}he`)
    const drained = body.bodies.drain(5)
    expect(body.deadline.phase).toBe('body')
    body.here.write('l')
    await turn()
    expect(body.deadline.phase).toBe('body')
    body.here.write('lo')
    expect(await drained).toBe(true)
    expect(body.deadline.phase).toBe('none')
  })

  it.each<[string, (body: Awaited<ReturnType<typeof begun>>) => void, boolean]>([
    ['its client ends', ({ here }) => here.end(), true],
    ['its time is up', ({ bodies }) => bodies.timeIsUp(), true],
    ['there is nothing more to come', ({ bodies }) => bodies.gaveUp(null), false],
    ['more comes than may be', ({ here }) => here.write('l'), false],
  ])('is not whole when %s', async (_title, happen, isFaulted) => {
    using body = await begun(`${OF_FIVE}he`)
    const drained = body.bodies.drain(2)
    happen(body)
    expect(await drained).toBe(false)
    expect(body.deadline.phase).toBe('none')
    expect(body.intake.faulted).toBe(isFaulted)
  })

  it('is not whole when it goes on as no body does', async () => {
    using body = await begun(`${CHUNKED}2\r\nhe\r\nzz`)
    expect(body.bodies.drain(100)).toBe(false)
  })
})

describe('a body whose reader waits', () => {
  it('fails when its time is up, and nothing more is parsed', async () => {
    using body = await begun(`${OF_FIVE}he`)
    const { rfile } = body.bodies
    rfile.resume()
    const failed = once(rfile, 'error')
    await turn()
    body.bodies.timeIsUp()
    expect((await failed)[0]).toMatchObject({ code: 'BODY_TIMEOUT', status: 408 })
    expect([body.intake.faulted, body.intake.isAwaitedBy(body.bodies)]).toEqual([true, false])
  })

  it('fails when it comes too slowly', async () => {
    using body = await begun(OF_FIVE)
    const { rfile } = body.bodies
    rfile.resume()
    const failed = once(rfile, 'error')
    await turn()
    const now = performance.now()
    vi.spyOn(performance, 'now').mockReturnValue(now + 3_600_000)
    body.here.write('h')
    expect((await failed)[0]).toMatchObject({ code: 'BODY_TIMEOUT' })
    expect(body.intake.faulted).toBe(true)
  })

  it('hears that there is nothing more to come, and why if that is known', async () => {
    for (const [error, code] of [
      [null, 'PEER_GONE'],
      [new RequestError('BODY_TIMEOUT', 'late', 408), 'BODY_TIMEOUT'],
    ] as const) {
      using body = await begun(OF_FIVE)
      body.bodies.rfile.resume()
      const failed = once(body.bodies.rfile, 'error')
      body.bodies.gaveUp(error)
      expect((await failed)[0]).toMatchObject({ code })
    }
  })

  it('is given the octets in front of a fault, and then the fault', async () => {
    using body = await begun(`${CHUNKED}2\r\nhe\r\nzz`)
    const heard: string[] = []
    body.bodies.rfile.on('data', (octets: Buffer) => heard.push(octets.toString()))
    expect((await once(body.bodies.rfile, 'error'))[0]).toMatchObject({ code: 'BAD_CHUNK' })
    expect(heard).toEqual(['he'])
  })
})

describe('a body whose reader leaves or fails', () => {
  it('is waited for by nobody when it leaves', async () => {
    using body = await begun(OF_FIVE)
    const { rfile } = body.bodies
    rfile.resume()
    await turn()
    expect([body.intake.isAwaitedBy(body.bodies), body.deadline.phase]).toEqual([true, 'body'])
    rfile.destroy()
    expect([body.intake.isAwaitedBy(body.bodies), body.deadline.phase]).toEqual([false, 'none'])
  })

  it('is of no more use when a listener throws', async () => {
    using body = await begun(OF_FIVE)
    const { rfile } = body.bodies
    rfile.on('data', () => {
      throw new Error('mine')
    })
    const failed = once(rfile, 'error')
    await turn()
    body.here.write('he')
    expect((await failed)[0]).toMatchObject({ message: 'mine' })
    expect(body.intake.faulted).toBe(true)
  })

  it('is given joined pieces up to the limit, and not beyond', async () => {
    const chunks = [1, 16_383, 16_384, 5].map((size) => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`)
    using body = await begun(`${CHUNKED}${chunks.join('')}0\r\n\r\n`)
    const sizes: number[] = []
    body.bodies.rfile.on('data', (octets: Buffer) => sizes.push(octets.length))
    await once(body.bodies.rfile, 'end')
    expect(sizes).toEqual([16_384, 16_384, 5])
  })
})

describe('a body for which nobody waits', () => {
  it('is not late when the time for something else is up', async () => {
    using body = await begun(`${OF_FIVE}he`)
    const { rfile } = body.bodies
    body.bodies.timeIsUp()
    expect([body.intake.faulted, rfile.destroyed]).toEqual([false, false])
  })

  it('may still be read when its peer has gone, if it has come whole', async () => {
    using whole = await begun(`${OF_FIVE}hello`)
    whole.bodies.rfile.once('readable', () => {})
    await turn()
    whole.bodies.peerIsGone(gone)
    expect(String(whole.bodies.rfile.read())).toBe('hello')

    using part = await begun(`${OF_FIVE}he`)
    part.bodies.rfile.once('readable', () => {})
    await turn()
    part.bodies.peerIsGone(gone)
    expect(part.bodies.rfile.errored).toMatchObject({ code: 'PEER_GONE' })
  })

  it('is empty for who asks when the exchange is over, and its end is not that of the next', async () => {
    using body = await begun(`${OF_FIVE}hello`)
    expect(body.bodies.used).toBe(false)
    expect(body.bodies.drain(5)).toBe(true)
    const late = body.bodies.rfile
    body.here.write(OF_FIVE)
    await turn()
    expect(body.intake.next()).toMatchObject({ kind: 'head' })
    body.bodies.begin()
    expect([body.bodies.used, body.bodies.ended]).toEqual([false, false])
    const next = body.bodies.rfile
    next.resume()
    await turn()
    late.resume()
    await once(late, 'close')
    expect(body.intake.isAwaitedBy(body.bodies)).toBe(true)
    body.here.write('again')
    await once(next, 'end')
    expect(body.bodies.ended).toBe(true)
  })
})
