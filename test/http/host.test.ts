import { expect, test } from 'vitest'
import { isHost, isHostWithPort } from '../../src/http/host.js'

test.each(['', 'a', 'a.b-c_d~e', 'a:', ':80', 'a:80', '1.2.3.4', '[::1]', '[::1]:8', '[v1.a]', 'a%2Fb', "!$&'()*+,;="])(
  '%j is a host',
  (text) => expect(isHost(text)).toBe(true),
)

test.each([
  'a b',
  'a/b',
  'a@b',
  'a:b',
  'a:1:2',
  '[',
  '[]',
  '[::1',
  '[::1]x',
  '[a b]',
  'a]',
  'a%',
  'a%2',
  'a%zz',
  '%',
  '%zz',
  'a"',
  '\xe9',
  'a\0',
])('%j is no host', (text) => expect(isHost(text)).toBe(false))

test.each([
  ['a:1', true],
  ['[::1]:443', true],
  ['[::1]443', false],
  ['a', false],
  ['a:', false],
  [':1', false],
  ['/a:1', false],
  ['http://a:1', false],
])('%j has a host and a port: %s', (text, hasBoth) => expect(isHostWithPort(text)).toBe(hasBoth))
