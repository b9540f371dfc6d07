/** How long one connection may go on before others are due, on a clock that the test moves. */
import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Turn } from '../../src/net/turn.js'

describe('the turn of a connection', () => {
  let now = 0
  beforeEach(() => {
    now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  /** Requests until others are due, each of which takes so long. */
  function length(turn: Turn, requestMs: number): number {
    let requests = 1
    while (!turn.isOver()) {
      requests += 1
      now += requestMs
    }
    return requests
  }

  it('is over after 64 requests', () => {
    expect(length(new Turn(), 0)).toBe(64)
  })

  it('is over after 10 milliseconds, however few requests those were', () => {
    expect(length(new Turn(), 5)).toBe(3)
    expect(length(new Turn(), 100)).toBe(2)
  })

  it('looks at the clock seldom while requests are quick', () => {
    length(new Turn(), 0)
    expect(vi.mocked(performance.now)).toHaveBeenCalledTimes(7)
  })

  it('begins anew when it is over, and when the connection has waited', () => {
    const turn = new Turn()
    length(turn, 0)
    expect(length(turn, 0)).toBe(64)
    for (let times = 0; times < 60; times += 1) turn.isOver()
    turn.begin()
    expect(length(turn, 0)).toBe(64)
  })
})
