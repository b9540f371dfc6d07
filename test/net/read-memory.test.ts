import { Buffer } from 'node:buffer'
import { expect, it, vi } from 'vitest'
import { Listener } from '../../src/net/listener.js'

it('one block is given up for all listeners, and none larger than what glibc takes into account', async () => {
  const allocated = vi.spyOn(Buffer, 'allocUnsafeSlow')
  for (let count = 0; count < 2; count += 1) {
    const listener = new Listener({ accepted: (socket) => void socket.destroy(), acceptFailed: () => {} })
    await listener.listen('127.0.0.1', 0)
    listener.stop()
  }
  expect(allocated).toHaveBeenCalledOnce()
  expect(allocated.mock.calls[0]?.[0]).toBeLessThan(32 * 2 ** 20)
})
