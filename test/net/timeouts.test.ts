/** What a timeout can be. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_TIMEOUTS, resolveTimeouts } from '../../src/net/timeouts.js'

describe('timeouts', () => {
  it('take the place of single defaults', () => {
    const given: object = { head_ms: 5, idle_ms: undefined }
    expect(resolveTimeouts(given)).toEqual({ ...DEFAULT_TIMEOUTS, head_ms: 5 })
    expect(resolveTimeouts(undefined)).toEqual(DEFAULT_TIMEOUTS)
  })

  it('take the place of those they are laid over', () => {
    const base = resolveTimeouts({ head_ms: 5, idle_ms: 6 })
    expect(resolveTimeouts({ idle_ms: 7 }, base)).toEqual({ ...DEFAULT_TIMEOUTS, head_ms: 5, idle_ms: 7 })
  })

  it('may be endless', () => {
    const { body_bytes_per_second, ...lengths } = DEFAULT_TIMEOUTS
    expect(body_bytes_per_second).toBeGreaterThan(0)
    for (const name of Object.keys(lengths))
      expect(resolveTimeouts({ [name]: Infinity })).toHaveProperty(name, Infinity)
  })

  it.each(Object.keys(DEFAULT_TIMEOUTS))('refuse nonsense, naming it: %s', (name) => {
    for (const nonsense of [-1, NaN, '5', null, -Infinity, {}, true]) {
      expect(() => resolveTimeouts({ [name]: nonsense })).toThrow(RangeError)
      expect(() => resolveTimeouts({ [name]: nonsense })).toThrow(`timeouts.${name}`)
    }
  })

  it.each(['head_ms', 'body_idle_ms', 'write_idle_ms', 'handshake_ms', 'handler_ms'])('leave some time: %s', (name) => {
    expect(() => resolveTimeouts({ [name]: 0 })).toThrow(`timeouts.${name} can't be 0`)
  })

  it('may be 0 where that means: not at all', () => {
    const none = { idle_ms: 0, linger_ms: 0, body_bytes_per_second: 0 }
    expect(resolveTimeouts(none)).toMatchObject(none)
  })

  it('refuse a pace that no body can keep', () => {
    expect(() => resolveTimeouts({ body_bytes_per_second: Infinity })).toThrow('timeouts.body_bytes_per_second')
  })

  it.each(['headers_ms', '__proto__x', 'constructor'])('refuse a name that is none: %s', (name) => {
    expect(() => resolveTimeouts({ [name]: 1 })).toThrow(`unknown timeout: ${name}`)
  })
})
