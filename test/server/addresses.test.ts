/** Which addresses a server would bind, and what it refuses to. */
import { describe, expect, it } from 'vitest'
import { resolveAddresses } from '../../src/server/addresses.js'

const asRoot = process.getuid?.() === 0

describe('the addresses of a server', () => {
  it('are those given, TLS only where it is asked for', () => {
    const addresses = [['127.0.0.1', 8080] as const, ['::1', 0, true] as const]
    expect(resolveAddresses({ addresses, ssl_certfile: 'a.pem' })).toEqual([
      ['127.0.0.1', 8080, false],
      ['::1', 0, true],
    ])
  })

  it('may be one in the deprecated form, with TLS when there is a certificate', () => {
    expect(resolveAddresses({ address: ['127.0.0.1', 1] })).toEqual([['127.0.0.1', 1, false]])
    expect(resolveAddresses({ address: ['127.0.0.1', 1], ssl_certfile: 'a.pem' })).toEqual([['127.0.0.1', 1, true]])
  })

  it('are all interfaces when none is given, at the port of the protocol that may be bound', () => {
    expect(resolveAddresses({})).toEqual([['0.0.0.0', asRoot ? 80 : 8080, false]])
    expect(resolveAddresses({ ssl_certfile: 'a.pem' })).toEqual([['0.0.0.0', asRoot ? 443 : 8443, true]])
  })

  it.each([
    ['an empty list', { addresses: [] }, /addresses is empty/],
    ['a port beyond 65535', { addresses: [['127.0.0.1', 65_536] as const] }, /not a port: 65536/],
    ['a port that is no whole number', { addresses: [['127.0.0.1', 80.5] as const] }, /not a port: 80.5/],
    ['TLS without a certificate', { addresses: [['127.0.0.1', 0, true] as const] }, /127\.0\.0\.1:0 wants TLS/],
  ])('are refused: %s', (_name, options, message) => {
    expect(() => resolveAddresses(options)).toThrow(TypeError)
    expect(() => resolveAddresses(options)).toThrow(message)
  })
})
