/**
 * Handler patterns: regular expressions tried at the start of a path, as Python's `re.match` does. They are JavaScript's, with the
 * Python spellings that occur in handler maps translated. What a pattern says literally is found out too, for the index of routes.
 */

export interface Pattern {
  /** As registered. */
  readonly key: string
  /** Sticky: set `lastIndex` to 0 before each use. */
  readonly regexp: RegExp
  /** Text that each matching path starts with; `''` when nothing is known. */
  readonly prefix: string
  /** What decides about a path that starts with the prefix: nothing more, its being no longer, or the expression. */
  readonly tail: 'free' | 'end' | 'regexp'
}

/** A handler pattern that does not compile. Its message names the pattern. */
export class PatternError extends Error {
  /** Always `PatternError`. */
  override readonly name = 'PatternError'
  /** Always this one: a stable code, as other errors have it. */
  readonly code = 'BAD_PATTERN'

  constructor(
    /** As registered. */
    readonly pattern: string,
    options: ErrorOptions & { readonly cause: Error },
  ) {
    super(`handler pattern ${JSON.stringify(pattern)} does not compile: ${options.cause.message}`, options)
  }
}

/**
 * Patterns compiled so far. Connections register the same ones again and again; a program that makes up patterns as it goes
 * must not fill the memory, so beyond this number they are compiled anew.
 */
const compiled = new Map<string, Pattern>()
const MAX_SHARED_PATTERNS = 65_536

/** `(?i)` and the like in front of everything. `a` and `L` change nothing in JavaScript. */
const LEADING_FLAGS = /^(?:\(\?[aimsuL]+\))+/

/** An escape, a character class, or one of the spellings that Python has and JavaScript has not. */
const PYTHON_SPELLINGS = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?P<|\(\?P=([^)]*)\)|\{,(?=\d*\})/g

/** Characters that mean themselves, and escapes that mean the character behind the backslash. */
const LITERALS = /^(?:[^\\^$.|?*+()[\]{}]|\\[^A-Za-z0-9])*/

/**
 * Compiles the key of a handler map; equal keys share one pattern.
 *
 * @param key - Understands `(?P<name>…)`, `(?P=name)`, `\A`, `\Z`, `{,n}` and flags in front such as `(?i)`. `$` means the
 *   end of the path, not also the place before a last newline.
 * @throws PatternError when it does not compile.
 */
export function compilePattern(key: string): Pattern {
  const known = compiled.get(key)
  if (known !== undefined) return known
  const [leading = ''] = LEADING_FLAGS.exec(key) ?? []
  const source = key.slice(leading.length)
  const flags = ['i', 'm', 's', 'u'].filter((flag) => leading.includes(flag)).join('')
  const pattern = { key, regexp: compile(key, source, flags), ...literalStart(source, flags) }
  if (compiled.size < MAX_SHARED_PATTERNS) compiled.set(key, pattern)
  return pattern
}

/**
 * The key that means the same as a RegExp, for maps whose keys are text: `/^a$/i` is `(?i)^a$`. The flags d, g and y say nothing
 * about what matches and are left out.
 *
 * @throws TypeError for the flag v, which no key can express.
 */
export function patternKey(path: string | RegExp): string {
  if (typeof path === 'string') return path
  if (path.flags.includes('v')) throw new TypeError(`handler pattern ${path} has the flag v, which is not supported`)
  const flags = path.flags.replaceAll(/[dgy]/g, '')
  return flags === '' ? path.source : `(?${flags})${path.source}`
}

/** Whether a path that starts with the pattern's prefix matches it. */
export function matchesBehindPrefix(pattern: Pattern, path: string): boolean {
  if (pattern.tail !== 'regexp') return pattern.tail === 'free' || path.length === pattern.prefix.length
  pattern.regexp.lastIndex = 0
  return pattern.regexp.test(path)
}

function compile(key: string, source: string, flags: string): RegExp {
  try {
    return new RegExp(source.replace(PYTHON_SPELLINGS, translateSpelling), `${flags}y`)
  } catch (error) {
    throw new PatternError(key, { cause: error as SyntaxError })
  }
}

function translateSpelling(spelling: string, groupName: string | undefined): string {
  if (groupName !== undefined) return `\\k<${groupName}>`
  switch (spelling) {
    case '\\A':
      return '(?<![\\s\\S])'
    case '\\Z':
      return '(?![\\s\\S])'
    case '(?P<':
      return '(?<'
    case '{,':
      return '{0,'
    default:
      return spelling
  }
}

/** What a pattern says literally. Anything unusual counts as not literal: that costs time, never correctness. */
function literalStart(source: string, flags: string): Pick<Pattern, 'prefix' | 'tail'> {
  if (flags !== '' || hasTopLevelAlternation(source)) return { prefix: '', tail: 'regexp' }
  const body = source.replace(/^(?:\^|\\A)/, '')
  const [literals = ''] = LITERALS.exec(body) ?? []
  const rest = body.slice(literals.length)
  const characters = literals.match(/\\[\s\S]|[^\\]/g)?.map((literal) => literal.slice(-1)) ?? []
  if (/^[?*+{]/.test(rest)) characters.pop()
  const prefix = characters.join('')
  if (rest === '') return { prefix, tail: 'free' }
  return { prefix, tail: rest === '$' || rest === '\\Z' ? 'end' : 'regexp' }
}

function hasTopLevelAlternation(source: string): boolean {
  let depth = 0
  for (const character of source.replace(/\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]/g, '')) {
    if (character === '(') depth += 1
    else if (character === ')') depth -= 1
    else if (character === '|' && depth === 0) return true
  }
  return false
}
