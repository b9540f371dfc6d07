import { Buffer } from 'node:buffer'
import { expect, it, vi } from 'vitest'
import { keepReadMemory } from '../../src/net/read-memory.js'

it('one block is given up, however many listeners there are, and smaller than the largest that glibc takes into account', () => {
  const allocated = vi.spyOn(Buffer, 'allocUnsafeSlow')
  keepReadMemory()
  keepReadMemory()
  expect(allocated).toHaveBeenCalledOnce()
  expect(allocated.mock.calls[0]?.[0]).toBeLessThan(32 * 2 ** 20)
})
