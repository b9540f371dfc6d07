/**
 * From the text of an INI file to its sections, by the rules of Python's configparser: full-line comments, `=` and `:`,
 * continuation lines, strict about duplicates. Values stay as written; what they mean is for the ConfigParser.
 *
 * Source: CPython 3.11 `configparser.py`, `RawConfigParser._read`.
 */
import { ConfigError } from './config-error.js'

export interface IniOption {
  /** Lines of the value, each without blanks around it, joined by `\n`. Not interpolated. */
  value: string
  readonly file: string
  /** Where the option begins, counted from 1. */
  readonly line: number
}

/** Options by name, in lower case and in order. */
export type IniSection = Map<string, IniOption>

export const DEFAULT_SECTION = 'DEFAULT'

/** What Python's `str.isspace` calls a blank: not quite JavaScript's `\s`. */
const PYTHON_BLANKS =
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'

/** Python: `optionxform`. */
export function foldOptionName(name: string): string {
  return name.toLowerCase()
}

/**
 * Reads a text into the sections given: those of an earlier file are added to.
 * @throws ConfigError naming file and line.
 */
export class IniReader {
  readonly #file: string
  readonly #sections: Map<string, IniSection>
  /** Section that options go to; null before the first header. */
  #section: IniSection | null = null
  #sectionName = ''
  /** Lines of the option being read; null right after a header. */
  #valueLines: string[] | null = null
  #option: IniOption | null = null
  /** Indentation of the line that began the option or section: what is deeper continues the option. */
  #indentation = 0
  /** Sections and options that this text has named, as `section\noption`: neither may come twice. */
  readonly #seen = new Set<string>()

  constructor(file: string, sections: Map<string, IniSection>) {
    this.#file = file
    this.#sections = sections
  }

  read(text: string): void {
    const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)
    lines.forEach((line, index) => this.#line(line, index + 1))
    this.#endOption()
  }

  #line(line: string, number: number): void {
    const text = trimBlanks(line)
    if (text.startsWith('#') || text.startsWith(';')) return
    if (text === '') {
      this.#valueLines?.push('')
      return
    }
    const indentation = leadingBlanks(line)
    if (this.#valueLines && indentation > this.#indentation) {
      this.#valueLines.push(text)
      return
    }
    this.#endOption()
    this.#indentation = indentation
    const end = text.lastIndexOf(']')
    if (text.startsWith('[') && end > 1) this.#header(text.slice(1, end), number)
    else this.#beginOption(text, number)
  }

  #header(name: string, line: number): void {
    if (name !== DEFAULT_SECTION) this.#refuseRepetition(name, line, `section [${name}] stands here a second time`)
    const section = this.#sections.get(name) ?? new Map<string, IniOption>()
    this.#sections.set(name, section)
    this.#section = section
    this.#sectionName = name
  }

  #beginOption(text: string, line: number): void {
    if (!this.#section) throw new ConfigError(this.#file, line, 'a [section] must come before the first option')
    const delimiter = text.search(/[=:]/)
    if (delimiter < 0) throw new ConfigError(this.#file, line, `neither a [section] nor 'name = value': ${text}`)
    const name = foldOptionName(trimBlanks(text.slice(0, delimiter)))
    if (name === '') throw new ConfigError(this.#file, line, `no name before '${text[delimiter]}'`)
    this.#refuseRepetition(`${this.#sectionName}\n${name}`, line, `option '${name}' stands here a second time`)
    this.#option = { value: '', file: this.#file, line }
    this.#section.set(name, this.#option)
    this.#valueLines = [trimBlanks(text.slice(delimiter + 1))]
  }

  #refuseRepetition(key: string, line: number, reason: string): void {
    if (this.#seen.has(key)) throw new ConfigError(this.#file, line, reason)
    this.#seen.add(key)
  }

  #endOption(): void {
    if (this.#option && this.#valueLines) this.#option.value = trimBlanks(this.#valueLines.join('\n'), false)
    this.#option = null
    this.#valueLines = null
  }
}

/** Python: `str.strip()`, or `str.rstrip()` when the start is to be kept. */
function trimBlanks(text: string, atStart = true): string {
  let end = text.length
  while (end > 0 && PYTHON_BLANKS.includes(text.charAt(end - 1))) end--
  return text.slice(atStart ? Math.min(leadingBlanks(text), end) : 0, end)
}

function leadingBlanks(text: string): number {
  let count = 0
  while (count < text.length && PYTHON_BLANKS.includes(text.charAt(count))) count++
  return count
}
