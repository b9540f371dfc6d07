/** A chunked body and the output below it, which many bodies share one after the other. */
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { ChunkedBody } from '../../src/handler/chunked-body.js'
import type { ResponseOutput } from '../../src/index.js'

function output(): ResponseOutput {
  const stream = new Writable({ write: (_octets, _encoding, callback) => callback() })
  return Object.assign(stream, { flush: () => Promise.resolve() })
}

it('leaves nothing behind at the output when it has ended, as a connection sends many', async () => {
  const shared = output()
  const before = shared.listenerCount('close')
  for (let response = 0; response < 20; response += 1) {
    const body = new ChunkedBody(shared, true)
    body.end('octets')
    await once(body, 'close')
  }
  expect(shared.listenerCount('close')).toBe(before)
})

it('ends with an output that is destroyed', async () => {
  const shared = output()
  const body = new ChunkedBody(shared, true)
  shared.destroy()
  await once(body, 'close')
  expect(body.destroyed).toBe(true)
})
