/** Octets that came and that nobody waits for: how many of them are taken off the stream, and when it flows again. */
import type { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { NEED_DATA } from '../../src/http/events.js'
import { DEFAULT_LIMITS } from '../../src/index.js'
import { OctetIntake, type Waiter } from '../../src/net/octet-intake.js'
import { duplexPair } from '../support/duplex-pair.js'

const HEAD = 'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n'

function intakeOf(stream: Duplex) {
  const intake = new OctetIntake(stream, DEFAULT_LIMITS)
  return { intake, [Symbol.dispose]: () => intake.stop() }
}

/** A connection whose first head was read, so that whatever comes belongs to its body. */
async function inBody() {
  const [here, there] = duplexPair()
  const made = intakeOf(there)
  here.write(HEAD)
  await turn()
  expect(made.intake.next()).toMatchObject({ kind: 'head' })
  return { here, there, ...made }
}

/** Sends pieces of one octet, one a turn, until the other side is paused; at most so many. @returns how many it took. */
async function drip(here: Duplex, there: Duplex, most: number): Promise<number> {
  for (let sent = 0; sent < most; sent++) {
    if (there.isPaused()) return sent
    here.write('x')
    await turn()
  }
  return most
}

/** Writes down how often it was told, and of how many octets. */
function waiter(heard: number[], then = (): void => {}): Waiter {
  return {
    octetsCame(bytes) {
      heard.push(bytes)
      then()
    },
    gaveUp() {},
  }
}

describe('octets that nobody waits for', () => {
  it('pause the stream when one socket read of them is there', async () => {
    using connection = await inBody()
    const { here, there } = connection
    here.write(Buffer.alloc(32_768))
    await turn()
    expect(there.isPaused()).toBe(false)
    here.write(Buffer.alloc(32_768))
    await turn()
    expect(there.isPaused()).toBe(true)
  })

  it('pause the stream sooner when they come in many pieces, and none before that', async () => {
    using connection = await inBody()
    const { here, there } = connection
    const taken = await drip(here, there, 1_000)
    expect(taken).toBeGreaterThan(64)
    expect(taken).toBeLessThan(256)
  })

  it('are taken again once somebody waits, whose pieces are counted anew', async () => {
    using connection = await inBody()
    const { here, there, intake } = connection
    const first = await drip(here, there, 1_000)
    const heard: number[] = []
    while (intake.next() !== NEED_DATA);
    intake.wait(waiter(heard))
    expect(there.isPaused()).toBe(false)
    here.write('x')
    await turn()
    expect(heard).toEqual([1])
    expect(Math.abs((await drip(here, there, 1_000)) - first)).toBeLessThanOrEqual(2)
  })

  it('pause no stream for somebody who waits on', async () => {
    using connection = await inBody()
    const { here, there, intake } = connection
    const heard: number[] = []
    const waiting = waiter(heard, () => intake.wait(waiting))
    intake.wait(waiting)
    here.write(Buffer.alloc(100_000))
    await turn()
    expect(heard.reduce((sum, bytes) => sum + bytes, 0)).toBe(100_000)
    expect(there.isPaused()).toBe(false)
  })
})

describe('the end of a stream', () => {
  it('is told to whoever waits, without an octet', async () => {
    const [here, there] = duplexPair()
    using connection = intakeOf(there)
    const heard: number[] = []
    connection.intake.wait(waiter(heard))
    expect(connection.intake.peerEnded).toBe(false)
    here.end()
    await turn()
    expect(heard).toEqual([0])
    expect(connection.intake.peerEnded).toBe(true)
    expect(connection.intake.next()).toBeNull()
  })

  it('counts although it came before anybody listened', async () => {
    const [here, there] = duplexPair()
    here.end()
    there.resume()
    await turn()
    using connection = intakeOf(there)
    expect(connection.intake.peerEnded).toBe(true)
    expect(connection.intake.next()).toBeNull()
  })
})

describe('an intake that is stopped', () => {
  it('leaves the stream paused, and what comes on it to others', async () => {
    const [here, there] = duplexPair()
    const { intake } = intakeOf(there)
    const heard: number[] = []
    const waiting = waiter(heard)
    intake.wait(waiting)
    intake.stop()
    expect(there.isPaused()).toBe(true)
    const read: string[] = []
    there.on('data', (octets: Buffer) => read.push(octets.toString()))
    there.resume()
    here.end('later')
    await turn()
    expect(read).toEqual(['later'])
    expect([heard, intake.peerEnded]).toEqual([[], false])
    expect(intake.endWait()).toBe(waiting)
    expect(intake.endWait()).toBeNull()
  })
})
