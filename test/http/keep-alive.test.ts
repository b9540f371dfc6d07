import { expect, test } from 'vitest'
import { hasConnectionOption, keepsAlive } from '../../src/http/keep-alive.js'

test.each([
  [1, null, true],
  [0, null, false],
  [1, 'keep-alive', true],
  [0, 'keep-alive', true],
  [0, 'Keep-Alive', true],
  [0, 'upgrade', false],
  [1, 'close', false],
  [1, 'CLOSE', false],
  [1, 'x, close\t,y', false],
  [0, 'keep-alive,close', false],
  [1, 'closed', true],
  [1, '', true],
  [9, 'foo', true],
])('HTTP/1.%i with Connection %j goes on: %s', (minorVersion, connection, goesOn) => {
  expect(keepsAlive(minorVersion, connection)).toBe(goesOn)
})

test('an option is found in any case and place, and only as a whole', () => {
  expect(hasConnectionOption('a, UPGRADE ', 'upgrade')).toBe(true)
  expect(hasConnectionOption('upgraded', 'upgrade')).toBe(false)
  expect(hasConnectionOption(null, 'upgrade')).toBe(false)
})
