import { expect, test } from 'vitest'
import { DEFAULT_LIMITS, resolveLimits } from '../../src/http/limits.js'

test('limits that are not given, or given as undefined, are the defaults', () => {
  expect(resolveLimits(undefined)).toEqual(DEFAULT_LIMITS)
  expect(resolveLimits(Object.fromEntries([['header_bytes', undefined]]))).toEqual(DEFAULT_LIMITS)
})

test('limits are laid over those of a base, which stay as they are', () => {
  const base = resolveLimits({ header_bytes: 1_000, body_bytes: 5 })
  expect(resolveLimits({ body_bytes: 6 }, base)).toEqual({ ...DEFAULT_LIMITS, header_bytes: 1_000, body_bytes: 6 })
  expect(base.body_bytes).toBe(5)
})
