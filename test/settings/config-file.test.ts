import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/settings/config-error.js'
import { ConfigParser } from '../../src/settings/config-file.js'
import { runPython } from '../support/python.js'

function parse(text: string): ConfigParser {
  const parser = new ConfigParser()
  parser.read_string(text, 'x.conf')
  return parser
}

/** Everything a parser says about a text: values by section and option, null for one that can't be interpolated. */
function told(text: string): Record<string, Record<string, string | null>> | 'refused' {
  let parser: ConfigParser
  try {
    parser = parse(text)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return 'refused'
  }
  const value = (section: string, option: string) => {
    try {
      return parser.get(section, option)
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      return null
    }
  }
  return Object.fromEntries(
    parser.sections().map((section) => [
      section,
      Object.fromEntries(
        parser
          .options(section)
          .toSorted()
          .map((option) => [option, value(section, option)]),
      ),
    ]),
  )
}

const TOLD_BY_PYTHON = `import configparser, io, json, sys
def told(text):
    parser = configparser.ConfigParser()
    try:
        parser.read_file(io.StringIO(text, newline=None))
    except configparser.Error:
        return 'refused'
    def value(section, option):
        try:
            return parser.get(section, option)
        except configparser.Error:
            return None
    return {section: {option: value(section, option) for option in sorted(parser.options(section))}
            for section in parser.sections()}
json.dump([told(text) for text in json.load(sys.stdin)], sys.stdout)`

describe('ConfigParser', () => {
  it('reads sections, both delimiters, comments, continuation lines and interpolation', () => {
    const parser = parse(`# a comment
[DEFAULT]
base: /srv

[server]
; another
Port = 8080
web_root = %(base)s/www
motto = first # no comment
    second

    third
share = 100%%
`)
    expect(parser.sections()).toEqual(['server'])
    expect(parser.options('server')).toEqual(['port', 'web_root', 'motto', 'share', 'base'])
    expect(parser.own_options('server')).not.toContain('base')
    expect(parser.get('server', 'PORT')).toBe('8080')
    expect(parser.getint('server', 'port')).toBe(8080)
    expect(parser.get('server', 'web_root')).toBe('/srv/www')
    expect(parser.get('server', 'motto')).toBe('first # no comment\nsecond\n\nthird')
    expect(Object.fromEntries(parser.items('server'))['share']).toBe('100%')
    expect(parser.has_option('server', 'base')).toBe(true)
    expect(parser.has_option('server', 'absent')).toBe(false)
    expect(parser.has_option('absent', 'base')).toBe(false)
    expect([parser.has_section('server'), parser.has_section('DEFAULT')]).toEqual([true, false])
  })

  it('knows the booleans of Python, in any case', () => {
    const parser = parse('[a]\nb = Yes\nc = OFF\nd = maybe\n')
    expect([parser.getboolean('a', 'b'), parser.getboolean('a', 'c')]).toEqual([true, false])
    expect(() => parser.getboolean('a', 'd')).toThrow("x.conf:4: d: not a boolean such as yes or no: 'maybe'")
  })

  it('reads several files one on top of the other', () => {
    const parser = parse('[a]\nb = 1\nc = 2\n')
    parser.read_string('[a]\nb = 3\n', 'y.conf')
    expect(parser.items('a')).toEqual([
      ['b', '3'],
      ['c', '2'],
    ])
    expect(parser.error('a', 'b', 'odd').message).toBe('y.conf:2: b: odd')
    expect(parser.error('a', 'c', 'odd').message).toBe('x.conf:3: c: odd')
  })

  it('keeps names that objects inherit apart from those in the file', () => {
    const parser = parse('[__proto__]\nconstructor = 1\n')
    expect(parser.has_section('constructor')).toBe(false)
    expect(parser.has_option('__proto__', 'toString')).toBe(false)
    expect(parser.items('__proto__')).toEqual([['constructor', '1']])
  })

  it.each([
    ['an option before the first section', 'a = 1\n', 'x.conf:1: a [section] must come before the first option'],
    ['a line that is no option', '[a]\n\nwhat\n', "x.conf:3: neither a [section] nor 'name = value': what"],
    ['an empty name', '[a]\n: 1\n', "x.conf:2: no name before ':'"],
    ['a section that comes twice', '[a]\n[b]\n[a]\n', 'x.conf:3: section [a] stands here a second time'],
    ['an option that comes twice', '[a]\nb=1\nB : 2\n', "x.conf:3: option 'b' stands here a second time"],
  ])('refuses %s, naming file and line', (_, text, message) => {
    expect(() => parse(text)).toThrow(ConfigError)
    expect(() => parse(text)).toThrow(message)
  })

  it.each([
    ['a reference to nothing', '%(c)s', '%(c)s refers to an option that is not there'],
    ['a lone percent sign', '5 %', "'%' must be followed by '%' or '(' (write '%%' for a percent sign)"],
    ['half a reference', '%(b', "'%(' begins no reference of the form %(name)s (write '%%' for a percent sign)"],
    ['a reference to itself', '%(b)s', 'references go more than 10 levels deep'],
  ])('names the place of %s', (_, value, reason) => {
    expect(() => parse(`[a]\n\nb = ${value}\n`).get('a', 'b')).toThrow(`x.conf:3: b: ${reason}`)
  })

  it('refuses a value that references blow up', () => {
    const levels = Array.from({ length: 9 }, (_, level) => `x${level} = ${`%(x${level + 1})s`.repeat(10)}`)
    const parser = parse(['[a]', ...levels, 'x9 = 0123456789'].join('\n'))
    expect(() => parser.get('a', 'x0')).toThrow('x.conf:2: x0: the value is longer than 1048576 characters')
  })

  it('names the file, without a line, for what is missing', () => {
    expect(() => parse('[a]\n').get('a', 'b')).toThrow("x.conf: section [a] has no option 'b'")
    expect(() => parse('[a]\n').options('b')).toThrow('x.conf: there is no section [b]')
    expect(() => new ConfigParser().read('/absent/x.conf')).toThrow(/^\/absent\/x\.conf: can't be read: ENOENT/)
  })

  it('reads UTF-8 files, with or without a byte order mark, and refuses others', () => {
    const directory = mkdtempSync(join(tmpdir(), 'config-'))
    try {
      const path = join(directory, 'x.conf')
      writeFileSync(path, '\ufeff[größe]\r\nb = ✓\r\n')
      const parser = new ConfigParser()
      parser.read(path)
      expect(parser.get('größe', 'b')).toBe('✓')
      writeFileSync(path, Buffer.from('[a]\nb = \xff\n', 'latin1'))
      expect(() => new ConfigParser().read(path)).toThrow(`${path}: is not UTF-8 text`)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

describe('ConfigParser beside configparser of Python', () => {
  const blank = fc.constantFrom('', '', ' ', '  ', '\t', '\u00a0', '\x0c', '\x85', '\x1c')
  const name = fc.constantFrom('a', 'b', 'B', 'c d', 'İ', 'constructor', '__proto__', '')
  const section = fc.constantFrom('[a]', '[b]', '[DEFAULT]', '[a]]', '[]', '[', '[a] junk', '[ a ]', 'a]')
  const value = fc.constantFrom(
    '',
    '1',
    'x # y',
    '%(a)s',
    '%(B)s.',
    '100%%',
    '5%',
    '%(',
    '%()s',
    '%(nope)s',
    'a=b:c',
    '[x]',
  )
  const comment = fc.constantFrom('# a = 1', '; [b]', '#', ';=')
  const option = fc.tuple(name, blank, fc.constantFrom('=', ':', ''), blank, value).map((parts) => parts.join(''))
  const line = fc
    .tuple(blank, fc.oneof(option, option, option, section, comment, value, blank), blank)
    .map((parts) => parts.join(''))
  const wild = fc.string({ unit: fc.constantFrom(...Array.from('[]=:%()s#; \t\nab\r\u2028\ufeff')), maxLength: 40 })
  const text = fc
    .tuple(fc.constantFrom('[a]\n', '[a]\n', '[DEFAULT]\n', ''), fc.array(line, { maxLength: 12 }), wild)
    .chain(([start, lines, rest]) =>
      fc.constantFrom('\n', '\r\n', '\r').map((lineEnd) => start + [...lines, rest].join(lineEnd)),
    )

  it('says the same about any text', (context) => {
    const texts = fc.sample(text, { numRuns: 4_000, seed: 5 }).filter((sample) => !sample.startsWith('\ufeff'))
    const expected = runPython(context, TOLD_BY_PYTHON, texts) as unknown[]
    texts.forEach((sample, index) => {
      expect({ sample, told: told(sample) }).toEqual({ sample, told: expected[index] })
    })
    const refused = expected.filter((one) => one === 'refused').length
    expect(refused).toBeGreaterThan(texts.length / 10)
    expect(refused).toBeLessThan((texts.length * 9) / 10)
  })

  it('throws nothing but a ConfigError, whatever it reads', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (sample) => {
        told(sample)
      }),
    )
  })
})
