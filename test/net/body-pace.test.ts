/** When a body is too slow, on a clock that the test moves. */
import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BodyPace } from '../../src/net/body-pace.js'

describe('the pace of a body', () => {
  let now = 0
  beforeEach(() => {
    now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  /** Whether a body of so many octets at a time, after so long a wait each time, is still fast enough at the end. */
  function keepsUp(pace: BodyPace, bytes: number, waitMs: number, times: number): boolean {
    let outcome = true
    for (let time = 0; time < times; time += 1) {
      pace.waitBegins()
      now += waitMs
      outcome = pace.keepsUp(bytes)
    }
    return outcome
  }

  it('is not judged before ten seconds of waiting', () => {
    expect(keepsUp(new BodyPace(240), 1, 999, 10)).toBe(true)
    expect(keepsUp(new BodyPace(240), 1, 1_000, 10)).toBe(false)
  })

  it('is an average: bursts make up for pauses', () => {
    const pace = new BodyPace(240)
    expect(keepsUp(pace, 10_000, 1, 1)).toBe(true)
    expect(keepsUp(pace, 1, 1_000, 40)).toBe(true)
    expect(keepsUp(pace, 1, 1_000, 2)).toBe(false)
  })

  it('counts only the time that somebody waited', () => {
    const pace = new BodyPace(240)
    for (let time = 0; time < 100; time += 1) {
      now += 60_000
      expect(keepsUp(pace, 1, 1, 1)).toBe(true)
    }
  })

  it('of nothing a second is always enough', () => {
    expect(keepsUp(new BodyPace(0), 0, 60_000, 10)).toBe(true)
  })
})
