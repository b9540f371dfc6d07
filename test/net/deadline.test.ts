/** One timer for everything a connection waits for, on a clock that the test moves. */
import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Deadline, type Phase } from '../../src/net/deadline.js'

describe('a deadline', () => {
  let expired: Phase[]
  let deadline: Deadline

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    vi.spyOn(performance, 'now').mockImplementation(() => Date.now())
    expired = []
    deadline = new Deadline({ expired: (phase) => expired.push(phase) })
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  it('tells its phase when the time is over, and once', () => {
    deadline.start('head', 50)
    vi.advanceTimersByTime(49)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(1_000)
    expect(expired).toEqual(['head'])
    expect(deadline.phase).toBe('none')
  })

  it('tells nothing of a phase that was ended or followed by another', () => {
    deadline.start('head', 50)
    deadline.stop()
    vi.advanceTimersByTime(100)
    deadline.start('head', 50)
    deadline.start('idle', 200)
    vi.advanceTimersByTime(199)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(1)
    expect(expired).toEqual(['idle'])
  })

  it('has one timer whatever it waits for, and none when it is disposed', () => {
    deadline.start('body', 50)
    deadline.startWrite(20)
    deadline.startHandler(80)
    for (let times = 0; times < 10; times += 1) deadline.start('body', 50 + times)
    expect(vi.getTimerCount()).toBe(1)
    deadline.dispose()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(1_000)
    expect(expired).toEqual([])
  })

  it('keeps apart what is waited for side by side', () => {
    deadline.start('body', 50)
    deadline.startWrite(20)
    deadline.startHandler(80)
    vi.advanceTimersByTime(100)
    expect(expired).toEqual(['write', 'body', 'handler'])
  })

  it('waits for the peer and the handler on, when room for octets has been found', () => {
    deadline.start('body', 50)
    deadline.startWrite(20)
    deadline.startHandler(80)
    deadline.stopWrite()
    vi.advanceTimersByTime(100)
    expect(expired).toEqual(['body', 'handler'])
  })

  it('starts a wait anew when it is started again', () => {
    deadline.startWrite(50)
    vi.advanceTimersByTime(40)
    deadline.startWrite(50)
    vi.advanceTimersByTime(49)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(1)
    expect(expired).toEqual(['write'])
  })

  it('waits for ever where there is no limit', () => {
    deadline.start('idle', Infinity)
    deadline.startWrite(Infinity)
    deadline.startHandler(Infinity)
    expect(vi.getTimerCount()).toBe(0)
    expect(deadline.phase).toBe('idle')
  })

  it('waits longer than a timer of the system can', () => {
    const tenWeeks = 10 * 7 * 24 * 3_600_000
    deadline.start('idle', tenWeeks)
    vi.advanceTimersByTime(tenWeeks - 1)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(1)
    expect(expired).toEqual(['idle'])
  })

  it('is shortened to what is said, and not further', () => {
    deadline.start('head', 100)
    deadline.shorten(10)
    vi.advanceTimersByTime(8)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(2)
    expect(expired).toEqual(['head'])
  })

  it('is never lengthened', () => {
    deadline.start('head', 100)
    deadline.shorten(500)
    vi.advanceTimersByTime(100)
    expect(expired).toEqual(['head'])
  })

  it('is over at once when no time is left', () => {
    deadline.start('head', 100)
    deadline.shorten(-5)
    vi.advanceTimersByTime(1)
    expect(expired).toEqual(['head'])
  })

  it('that nobody has started can not be over', () => {
    deadline.shorten(10)
    vi.advanceTimersByTime(1_000)
    expect(expired).toEqual([])
  })

  it('still waits for the handler when the peer has gone', () => {
    deadline.start('body', 20)
    deadline.startWrite(20)
    deadline.startHandler(50)
    deadline.endPeer()
    vi.advanceTimersByTime(100)
    expect(expired).toEqual(['handler'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('may be started by whoever hears that it is over', () => {
    deadline = new Deadline({
      expired(phase) {
        expired.push(phase)
        if (expired.length < 3) deadline.start('idle', 10)
      },
    })
    deadline.start('idle', 10)
    vi.advanceTimersByTime(100)
    expect(expired).toEqual(['idle', 'idle', 'idle'])
  })
})
