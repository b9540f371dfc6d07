import { describe, expect, test } from 'vitest'
import { PatternError, compilePattern, matchesBehindPrefix, patternKey } from '../../src/handler/pattern.js'
import { pureVectors } from '../support/pure-vectors.js'

function matches(key: string, path: string): boolean {
  const pattern = compilePattern(key)
  return path.startsWith(pattern.prefix) && matchesBehindPrefix(pattern, path)
}

describe('matching at the start of a path', () => {
  const { cases } = pureVectors<{ pattern: string; path: string; match: boolean }>('regex')

  test.each(cases.filter(({ deviation_id }) => deviation_id === undefined))(
    '$pattern against $path: $match, as re.match',
    ({ pattern, path, match }) => {
      expect(matches(pattern, path)).toBe(match)
    },
  )

  test('the dollar means the end of the path, not also the place before a last newline', () => {
    expect(matches('^a$', 'a')).toBe(true)
    expect(matches('^a$', 'a\n')).toBe(false)
    expect(matches('^a$|^b$', 'a\n')).toBe(false)
  })

  test("Python's spellings are understood", () => {
    expect(matches('^(?P<word>\\w+)-(?P=word)$', 'ab-ab')).toBe(true)
    expect(matches('(?im)\\Ab\\Z', 'B')).toBe(true)
    expect(matches('(?im)\\Ab\\Z', 'B\nb')).toBe(false)
    expect(matches('(?s)^a.b$', 'a\nb')).toBe(true)
    expect(matches('(?i)(?s)^A.b$', 'a\nb')).toBe(true)
    expect(matches('^a{,2}$', 'aa')).toBe(true)
    expect(matches('^a{,2}$', 'aaa')).toBe(false)
  })

  test('a spelling that is escaped or in a character class is left alone', () => {
    expect(matches('^\\(\\?P<x$', '(?P<x')).toBe(true)
    expect(matches('^[(?P<]+$', '(?P<')).toBe(true)
    expect(matches('^\\\\A$', '\\A')).toBe(true)
    expect(matches('^[{,2}]+$', '{,2}')).toBe(true)
  })

  test('a match does not depend on the one before', () => {
    expect(matches('ab+', 'abbb')).toBe(true)
    expect(matches('ab+', 'ab')).toBe(true)
    expect(matches('ab+', 'ab')).toBe(true)
  })
})

describe('compilePattern', () => {
  test.each(['(a', '^a++b', '(?x) ^ a $', '[b-a]', 'a(?#comment)b', '(?P<n>a)(?P<n>b)'])(
    'refuses %j with an error that names it',
    (key) => {
      expect(() => compilePattern(key)).toThrow(PatternError)
      expect(() => compilePattern(key)).toThrow(JSON.stringify(key))
    },
  )

  test('gives equal keys one pattern', () => {
    expect(compilePattern('^shared/\\d+$')).toBe(compilePattern('^shared/\\d+$'))
  })

  test.each([
    ['^hello$', 'hello', 'end'],
    ['hello$', 'hello', 'end'],
    ['\\Ahello\\Z', 'hello', 'end'],
    ['^a\\.b\\/c\\\\$', 'a.b/c\\', 'end'],
    ['^$', '', 'end'],
    ['', '', 'free'],
    ['^x/', 'x/', 'free'],
    ['^x/(\\d+)$', 'x/', 'regexp'],
    ['^or/(one|two)$', 'or/', 'regexp'],
    ['^ab?c$', 'a', 'regexp'],
    ['^a\\.*$', 'a', 'regexp'],
    ['^a{2}$', '', 'regexp'],
    ['^ab+$', 'a', 'regexp'],
    ['^a|b$', '', 'regexp'],
    ['^a[|]b$', 'a', 'regexp'],
    ['^a\\|b$', 'a|b', 'end'],
    ['(?i)^a$', '', 'regexp'],
    ['^a\\d$', 'a', 'regexp'],
    ['^a$b', 'a', 'regexp'],
    ['^^a$', '', 'regexp'],
    ['.*\\.php$', '', 'regexp'],
  ] as const)('finds what %j says literally: %j', (key, prefix, tail) => {
    expect(compilePattern(key)).toMatchObject({ prefix, tail })
  })
})

describe('patternKey', () => {
  test('is the key itself, or says the same as the RegExp', () => {
    expect(patternKey('^a$')).toBe('^a$')
    expect(patternKey(/^a\/b$/)).toBe('^a\\/b$')
    expect(patternKey(/^a$/gimy)).toBe('(?im)^a$')
    expect(matches(patternKey(/^\p{Lu}$/u), 'É')).toBe(true)
    expect(matches(patternKey(/^A.b$/is), 'a\nB')).toBe(true)
  })

  test('refuses a RegExp that no key can express', () => {
    expect(() => patternKey(new RegExp('^a$', 'v'))).toThrow(TypeError)
  })
})
