import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type HandlerMap, createHandlerMap, matchHandler } from '../../src/handler/handler-map.js'
import { PatternError, compilePattern } from '../../src/handler/pattern.js'

type Handler = () => string

/** A handler that answers with its label. */
function labelled(label: string): Handler {
  return () => label
}

function answer(map: HandlerMap<Handler>, path: string): string | undefined {
  return matchHandler(map, path)?.()
}

describe('a handler map', () => {
  test('is written like an object and keeps the order of writing, whatever the keys look like', () => {
    const map = createHandlerMap<Handler>()
    map['b'] = labelled('first')
    map['1'] = labelled('second')
    map['0'] = labelled('third')
    map['b'] = labelled('first, changed')
    expect(Object.keys(map)).toEqual(['b', '1', '0'])
    expect(Object.entries(map).map(([key, handler]) => [key, handler()])).toEqual([
      ['b', 'first, changed'],
      ['1', 'second'],
      ['0', 'third'],
    ])
    expect(map['1']?.()).toBe('second')
  })

  test('the first match in the order of writing answers', () => {
    const map = createHandlerMap<Handler>()
    map['^a'] = labelled('prefix')
    map['^ab$'] = labelled('exact')
    expect(answer(map, 'ab')).toBe('prefix')
    delete map['^a']
    expect(answer(map, 'ab')).toBe('exact')
    map['^a'] = labelled('prefix, now behind')
    expect(answer(map, 'ab')).toBe('exact')
    expect(answer(map, 'abc')).toBe('prefix, now behind')
    expect(answer(map, 'b')).toBeUndefined()
  })

  test('has no keys but those written to it', () => {
    const map = createHandlerMap<Handler>()
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'clear'])
      expect(name in map).toBe(false)
    expect(map['constructor']).toBeUndefined()
    expect(Object.getPrototypeOf(map)).toBeNull()
    map['__proto__'] = labelled('proto')
    expect(Object.keys(map)).toEqual(['__proto__'])
    expect(answer(map, '__proto__')).toBe('proto')
  })

  test('can be used like a Map', () => {
    const map = createHandlerMap<Handler>([['^a$', labelled('a')]])
    map.set('^b$', labelled('b'))
    expect(map.get('^b$')?.()).toBe('b')
    expect(map.has('^a$')).toBe(true)
    expect(map.size).toBe(2)
    expect(map.keys()).toEqual(['^a$', '^b$'])
    expect([...map].map(([key, handler]) => [key, handler()])).toEqual([
      ['^a$', 'a'],
      ['^b$', 'b'],
    ])
    expect(map.values().map((handler) => handler())).toEqual(['a', 'b'])
    expect(map.delete('^a$')).toBe(true)
    expect(map.delete('^a$')).toBe(false)
    map.clear()
    expect([...map.entries()]).toEqual([])
    expect(answer(map, 'b')).toBeUndefined()
  })

  test('a key hides the method of its name, and is a pattern like any other', () => {
    const map = createHandlerMap<Handler>()
    map['clear'] = labelled('clear')
    expect(map['clear']()).toBe('clear')
    expect(answer(map, 'clearing')).toBe('clear')
  })

  test('works with for-in, in, Object.assign and delete', () => {
    const map = createHandlerMap<Handler>()
    Object.assign(map, { '^a$': labelled('a'), '^b$': labelled('b') })
    const keys: string[] = []
    for (const key in map) keys.push(key)
    expect(keys).toEqual(['^a$', '^b$'])
    expect('^a$' in map).toBe(true)
    delete map['^a$']
    expect('^a$' in map).toBe(false)
    expect(delete map['^never$']).toBe(true)
  })

  test('refuses a pattern that does not compile and a handler that is no function, and stays as it was', () => {
    const map = createHandlerMap<Handler>([['^a$', labelled('a')]])
    expect(() => {
      map['(b'] = labelled('b')
    }).toThrow(PatternError)
    expect(() => {
      map['^b$'] = undefined as unknown as Handler
    }).toThrow('the handler of "^b$" must be a function, got undefined')
    expect(() => Object.defineProperty(map, '^b$', { value: labelled('b') })).toThrow(TypeError)
    expect(Object.keys(map)).toEqual(['^a$'])
  })

  test('shows its patterns when inspected', () => {
    expect(inspect(createHandlerMap<Handler>([['^a$', labelled('a')]]))).toBe(
      "HandlerMap(1) { '^a$' => [Function (anonymous)] }",
    )
  })

  test('maps filled alike have handlers of their own', () => {
    const first = createHandlerMap<Handler>([['^own$', labelled('first')]])
    const second = createHandlerMap<Handler>([['^own$', labelled('second')]])
    expect(answer(first, 'own')).toBe('first')
    expect(answer(second, 'own')).toBe('second')
    second.clear()
    expect(answer(first, 'own')).toBe('first')
  })
})

describe('the index of routes', () => {
  const key = fc
    .tuple(
      fc.constantFrom('', '^', '\\A', '(?i)', '(?s)'),
      fc.array(
        fc.constantFrom(
          'a',
          'b',
          'ab',
          '/',
          '.',
          '\\.',
          'a?',
          'b*',
          'a+',
          '(a|b)',
          '|',
          '[ab]',
          '(?:b)',
          '\\w',
          '$',
          '{,1}',
          'A',
          '(?=b)',
        ),
        { maxLength: 5 },
      ),
      fc.constantFrom('', '$', '\\Z'),
    )
    .map(([start, parts, end]) => start + parts.join('') + end)
    .filter(compiles)
  const path = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '/', '.', '\n'), maxLength: 6 })
  const change = fc.oneof(
    { arbitrary: fc.tuple(fc.constant('set' as const), key), weight: 5 },
    fc.tuple(fc.constant('delete' as const), key),
  )

  test('answers as if all patterns were tried in order, however the map came to be', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), fc.array(path, { minLength: 1 }), (changes, paths) => {
        const map = createHandlerMap<Handler>()
        const naive = new Map<string, string>()
        for (const [place, [action, pattern]] of changes.entries()) {
          if (action === 'set') {
            map[pattern] = labelled(`${place}`)
            naive.set(pattern, `${place}`)
          } else {
            delete map[pattern]
            naive.delete(pattern)
          }
          const looked = paths[place % paths.length] as string
          expect(answer(map, looked)).toBe(tryInOrder(naive, looked))
        }
        for (const looked of paths) expect(answer(map, looked)).toBe(tryInOrder(naive, looked))
      }),
      { numRuns: 500 },
    )
  })

  test('finds any of a thousand literal routes', () => {
    const names = Array.from({ length: 1_000 }, (_, number) => `route/${number}`)
    const map = createHandlerMap<Handler>(names.map((name) => [`^${name}$`, labelled(name)]))
    for (const name of names) expect(answer(map, name)).toBe(name)
    expect(answer(map, 'route/1000')).toBeUndefined()
  })
})

function compiles(key: string): boolean {
  try {
    compilePattern(key)
    return true
  } catch {
    return false
  }
}

/** What the index must agree with: each whole expression at the start of the path, without knowing what is literal in it. */
function tryInOrder(routes: ReadonlyMap<string, string>, path: string): string | undefined {
  for (const [pattern, label] of routes) {
    const { regexp } = compilePattern(pattern)
    regexp.lastIndex = 0
    if (regexp.test(path)) return label
  }
  return undefined
}
