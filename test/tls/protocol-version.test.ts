import { expect, test } from 'vitest'
import { resolve_ssl_protocol_version } from '../../src/tls/protocol-version.js'

test.each(['TLSv1_2', 'TLSv1_3'] as const)('%s means exactly that version', (name) => {
  const version = name.replace('_', '.')
  expect(resolve_ssl_protocol_version(name)).toEqual({ minVersion: version, maxVersion: version })
})

test.each([undefined, null, 'TLS', 'TLS_SERVER'])('%s means every version from 1.2 up', (name) => {
  expect(resolve_ssl_protocol_version(name)).toEqual({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' })
})

test.each(['TLSv1', 'TLSv1_1', 'SSLv3', 'TLSv1.2', 'tlsv1_2', '', '__proto__', 'constructor'])(
  '%j is refused by name',
  (name) => {
    expect(() => resolve_ssl_protocol_version(name)).toThrow(new RegExp(`^invalid ssl protocol version: ${name} `))
  },
)

test('a version that is no string is a TypeError', () => {
  expect(() => resolve_ssl_protocol_version(2 as unknown as string)).toThrow(TypeError)
})
