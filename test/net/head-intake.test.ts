/** Heads between their reader and whoever waits for them: what each wait is timed as, and how it ends. */
import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { NEED_DATA, type RequestHead } from '../../src/http/events.js'
import { DEFAULT_LIMITS, DEFAULT_TIMEOUTS } from '../../src/index.js'
import { Deadline, type Phase } from '../../src/net/deadline.js'
import { HeadIntake, type HeadsOwner } from '../../src/net/head-intake.js'
import { OctetIntake } from '../../src/net/octet-intake.js'
import { duplexPair } from '../support/duplex-pair.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
const CLOSING = 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

/** A connection that has just begun, what its client does, and what its time was up for. */
function begun(headCame: HeadsOwner['headCame'] = () => {}) {
  const [here, there] = duplexPair()
  const expired: Phase[] = []
  const deadline = new Deadline({ expired: (phase) => expired.push(phase) })
  const intake = new OctetIntake(there, DEFAULT_LIMITS)
  const heads = new HeadIntake(intake, deadline, DEFAULT_TIMEOUTS, { headCame })
  const send = async (octets: string): Promise<void> => {
    here.write(octets)
    await turn()
  }
  const dispose = (): void => (intake.stop(), deadline.dispose())
  return { here, intake, deadline, expired, heads, send, [Symbol.dispose]: dispose }
}

/** One whose first request was served. */
async function served() {
  const connection = begun()
  await connection.send(GET)
  connection.heads.read()
  expect(connection.intake.next()).toMatchObject({ kind: 'end' })
  connection.deadline.stop()
  return connection
}

/** What comes of waiting for a head. */
function waited(heads: HeadIntake): Promise<RequestHead | null> {
  return new Promise((resolve, reject) => heads.wait({ requestCame: resolve, requestFailed: reject }))
}

/** So many turns of the loop. */
async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await turn()
}

/** What a promise has come to by now. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  return await Promise.race([promise, Promise.resolve('pending')])
}

/** A clock that stands still. @returns Lets so many milliseconds pass on it. */
function stopClock(): (ms: number) => void {
  let now = 5_000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  return (ms) => {
    now += ms
    vi.advanceTimersByTime(ms)
  }
}

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a head', () => {
  it('is told at once when it is here, to the owner first', async () => {
    const told: string[] = []
    using connection = begun((head) => told.push(head.requestLine))
    expect(connection.heads.read()).toBe(NEED_DATA)
    await connection.send(GET)
    expect(connection.heads.read()).toMatchObject({ kind: 'head', requestLine: told[0] })
  })

  it.each([
    ['is here', true],
    ['is waited for', false],
  ])('that the owner refuses is a fault of the connection when it %s', async (_title, isHere) => {
    const refusal = new Error('refused')
    using connection = begun(() => {
      throw refusal
    })
    if (isHere) {
      await connection.send(GET)
      expect(() => connection.heads.read()).toThrow(refusal)
    } else {
      const head = waited(connection.heads)
      connection.here.write(GET)
      await expect(head).rejects.toBe(refusal)
      expect(connection.deadline.phase).toBe('none')
    }
    expect(connection.intake.faulted).toBe(true)
  })

  it('does not come from a client that has ended, nor from one that has asked to close', async () => {
    using connection = begun()
    await connection.send(CLOSING)
    connection.heads.read()
    connection.intake.next()
    await connection.send(GET)
    expect(connection.heads.read()).toBe(NEED_DATA)
    const head = waited(connection.heads)
    connection.here.end()
    expect(await head).toBeNull()
    expect(connection.heads.read()).toBeNull()
  })

  it('that is none ends the wait for it', async () => {
    using connection = begun()
    const head = waited(connection.heads)
    connection.here.write('\0')
    await expect(head).rejects.toMatchObject({ code: 'BAD_VERB' })
    expect(connection.deadline.phase).toBe('none')
  })
})

describe('the wait for a head', () => {
  it('has the time of a head for the first one, from the beginning, however it comes', async () => {
    using connection = begun()
    expect(connection.deadline.phase).toBe('head')
    const start = vi.spyOn(connection.deadline, 'start')
    const head = waited(connection.heads)
    for (const octets of ['\r\n', 'GET /x HTTP/1.1\r\n', 'Host: a\r\n']) {
      await connection.send(octets)
      expect(connection.deadline.phase).toBe('head')
    }
    await connection.send('\r\n')
    expect(await head).toMatchObject({ requestLine: 'GET /x HTTP/1.1' })
    expect(connection.deadline.phase).toBe('none')
    expect(start).not.toHaveBeenCalled()
  })

  it('is idling for each further one until it begins, and neither starts anew with what drips', async () => {
    using connection = await served()
    const start = vi.spyOn(connection.deadline, 'start')
    const head = waited(connection.heads)
    for (const octets of ['\r\n', '\r\n', 'G', 'E', 'T /x HTTP/1.1\r\n']) await connection.send(octets)
    expect(start.mock.calls).toEqual([
      ['idle', DEFAULT_TIMEOUTS.idle_ms],
      ['head', DEFAULT_TIMEOUTS.head_ms],
    ])
    await connection.send('Host: a\r\n\r\n')
    expect(await head).toMatchObject({ requestLine: 'GET /x HTTP/1.1' })
  })

  it.each([
    ['with 408 when it has begun', 'G'],
    ['without a word when it has not', '\r\n'],
  ])('ends in time %s', async (_title, octets) => {
    using connection = begun()
    const head = waited(connection.heads)
    await connection.send(octets)
    connection.heads.timeIsUp('head')
    const outcome = await head.catch((error: unknown) => error)
    if (octets === 'G') expect(outcome).toMatchObject({ code: 'HEAD_TIMEOUT', status: 408 })
    else expect(outcome).toBeNull()
    expect(connection.intake.faulted).toBe(octets === 'G')
    expect(connection.deadline.phase).toBe('none')
  })

  it('is nothing that ends when nobody waits', async () => {
    using connection = begun()
    await connection.send(GET)
    connection.heads.read()
    connection.deadline.start('body', 1_000)
    connection.heads.timeIsUp('head')
    expect(connection.intake.faulted).toBe(false)
    expect(connection.deadline.phase).toBe('body')
  })
})

describe('a connection that is wound down', () => {
  it('is over when it has been served, and no further head is here', async () => {
    using connection = await served()
    const head = waited(connection.heads)
    connection.heads.windDown()
    expect(await stateOf(head)).toBe('pending')
    await turns(3)
    expect(await stateOf(head)).toBeNull()
  })

  it('is over for whoever waits afterwards, too', async () => {
    using connection = await served()
    connection.heads.windDown()
    await turns(3)
    const head = waited(connection.heads)
    expect(await stateOf(head)).toBe('pending')
    await turns(3)
    expect(await stateOf(head)).toBeNull()
  })

  it('still tells a head that comes at once, and leaves alone what is waited for after it', async () => {
    using connection = await served()
    const head = waited(connection.heads)
    connection.heads.windDown()
    connection.here.write(GET)
    expect(await head).toMatchObject({ requestLine: 'GET /x HTTP/1.1' })
    connection.deadline.start('body', 1_000)
    await turns(3)
    expect(connection.deadline.phase).toBe('body')
  })

  it('waits for its first request until it is a second old', async () => {
    const pass = stopClock()
    using connection = begun()
    const head = waited(connection.heads)
    pass(300)
    connection.heads.windDown()
    await turns(3)
    pass(690)
    expect(connection.expired).toEqual([])
    pass(10)
    expect(connection.expired).toEqual(['head'])
    expect(await stateOf(head)).toBe('pending')
    connection.heads.timeIsUp('head')
    expect(await head).toBeNull()
  })

  it('is over without a first request when it is older', async () => {
    const pass = stopClock()
    using connection = begun()
    const head = waited(connection.heads)
    pass(1_100)
    connection.heads.windDown()
    await turns(3)
    expect(await stateOf(head)).toBeNull()
    expect(connection.expired).toEqual([])
  })
})
