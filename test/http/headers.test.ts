/** Field lines as a handler sees them: kept as they came, found whatever their case, never shown where they are secret. */
import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Headers } from '../../src/http/headers.js'

const LINES: [string, string][] = [
  ['Host', 'a'],
  ['X-Twice', '1'],
  ['x-twice', '2'],
  ['X-Other', 'b'],
  ['X-TWICE', ''],
]

describe('field lines', () => {
  test.each([
    ['pairs', LINES],
    ['one list', LINES.flat()],
    ['an iterable of pairs', LINES.values()],
    ['other headers', new Headers(LINES)],
  ])('given as %s are kept in order, with their case and duplicates', (_, given) => {
    const headers = new Headers(given)
    expect(headers.items()).toEqual(LINES)
    expect([...headers]).toEqual(LINES)
    expect(headers.keys()).toEqual(LINES.map(([name]) => name))
    expect(headers.values()).toEqual(LINES.map(([, value]) => value))
    expect(headers.length).toBe(LINES.length)
  })

  test.each([[undefined], [[]]])('may be none at all: %j', (given) => {
    const headers = new Headers(given)
    expect(headers.length).toBe(0)
    expect(headers.items()).toEqual([])
    expect(headers.get('Host')).toBeNull()
  })
})

describe('a name', () => {
  const headers = new Headers(LINES)

  test.each(['X-Twice', 'x-twice', 'X-TWICE', 'x-tWICE'])('as %s finds the first line in any case', (name) => {
    expect(headers.get(name)).toBe('1')
    expect(headers.get_all(name)).toEqual(['1', '2', ''])
    expect(headers.has(name)).toBe(true)
  })

  test('of the first line is found like any other', () => {
    expect(headers.get('host')).toBe('a')
    expect(headers.get_all('HOST')).toEqual(['a'])
    expect(headers.has('host')).toBe(true)
  })

  test.each(['', 'X', 'X-Twice ', 'X_Twice', 'Hose', 'a', 'b'])('such as %j, that no line has, finds none', (name) => {
    expect(headers.get(name)).toBeNull()
    expect(headers.get(name, 7)).toBe(7)
    expect(headers.get_all(name)).toEqual([])
    expect(headers.has(name)).toBe(false)
  })

  test('finds what a look at every line finds', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '-', 'é', 'É'), maxLength: 3 })
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string({ maxLength: 2 }))), name, (lines, wanted) => {
        const found = lines.filter(([given]) => given.toLowerCase() === wanted.toLowerCase()).map(([, value]) => value)
        const searched = new Headers(lines)
        expect(searched.get_all(wanted)).toEqual(found)
        expect(searched.get(wanted, null)).toBe(found[0] ?? null)
        expect(searched.has(wanted)).toBe(found.length > 0)
      }),
    )
  })
})

describe('inspected headers', () => {
  test('show names and values', () => {
    expect(inspect(new Headers([['X-Sum', '1']]))).toBe("Headers [ [ 'X-Sum', '1' ] ]")
  })

  test.each(['Authorization', 'PROXY-AUTHORIZATION', 'cookie', 'Set-Cookie'])('hide the value of %s', (name) => {
    const shown = inspect(new Headers([[name, 'secret']]))
    expect(shown).toContain(name)
    expect(shown).not.toContain('secret')
  })
})
