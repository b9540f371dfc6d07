/**
 * A configuration that reads as Python's `configparser.ConfigParser` with its defaults: sections, `[DEFAULT]`,
 * interpolation, Python's booleans. It knows no key by name. Every complaint names the file and, where there is one, the
 * line.
 */
import { readFileSync } from 'node:fs'
import { ConfigError } from './config-error.js'
import { DEFAULT_SECTION, foldOptionName, type IniOption, IniReader, type IniSection } from './ini-reader.js'
import { InterpolationError, interpolate } from './interpolation.js'

/** Python: `ConfigParser.BOOLEAN_STATES`. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['yes', true],
  ['true', true],
  ['on', true],
  ['0', false],
  ['no', false],
  ['false', false],
  ['off', false],
])

/** A configuration in the form of Python's `configparser`. */
export class ConfigParser {
  readonly #defaults: IniSection = new Map()
  /** `[DEFAULT]` is among them. */
  readonly #sections = new Map([[DEFAULT_SECTION, this.#defaults]])
  /** What a complaint about something missing names: the last file read. */
  #file = '<string>'

  /**
   * Adds what a UTF-8 file says.
   * @throws ConfigError when it can't be read or understood. Differs from Python, which ignores a file that is not there.
   */
  read(path: string): void {
    this.read_string(readText(path), path)
  }

  /** Adds what a text says; `source` is its name in complaints. @throws ConfigError */
  read_string(text: string, source = '<string>'): void {
    this.#file = source
    new IniReader(source, this.#sections).read(text)
  }

  /** Names of the sections in order, `DEFAULT` left out. */
  sections(): string[] {
    return [...this.#sections.keys()].filter((name) => name !== DEFAULT_SECTION)
  }

  /** Whether there is a section of this name. */
  has_section(section: string): boolean {
    return section !== DEFAULT_SECTION && this.#sections.has(section)
  }

  /** Names of a section's options, then those of `[DEFAULT]`. @throws ConfigError when there is no such section. */
  options(section: string): string[] {
    return [...new Set([...this.own_options(section), ...this.#defaults.keys()])]
  }

  /** Names of the options that stand in the section itself. @throws ConfigError when there is no such section. */
  own_options(section: string): string[] {
    return [...this.#section(section).keys()]
  }

  /** Whether a section, or `DEFAULT`, has this option. */
  has_option(section: string, option: string): boolean {
    return this.#sections.has(section) && this.#find(section, option) !== undefined
  }

  /** Value of an option, interpolated. @throws ConfigError when it is missing or its references can't be followed. */
  get(section: string, option: string): string {
    const found = this.#find(section, option)
    if (!found) throw new ConfigError(this.#file, null, `section [${section}] has no option '${option}'`)
    try {
      return interpolate(found.value, (name) => this.#find(section, name)?.value)
    } catch (error) {
      if (error instanceof InterpolationError) throw this.error(section, option, error.message)
      throw error
    }
  }

  /** A whole number in decimal digits, with or without a sign. @throws ConfigError */
  getint(section: string, option: string): number {
    const value = this.get(section, option)
    const number = /^[+-]?\d+$/.test(value) ? Number(value) : NaN
    if (!Number.isSafeInteger(number)) throw this.error(section, option, `not a whole number: '${value}'`)
    return number
  }

  /** `1`, `yes`, `true`, `on`, or `0`, `no`, `false`, `off`, in any case. @throws ConfigError */
  getboolean(section: string, option: string): boolean {
    const value = this.get(section, option)
    const state = BOOLEANS.get(value.toLowerCase())
    if (state === undefined) throw this.error(section, option, `not a boolean such as yes or no: '${value}'`)
    return state
  }

  /** Names and values of a section, as `options` and `get` give them. @throws ConfigError */
  items(section: string): [option: string, value: string][] {
    return this.options(section).map((option) => [option, this.get(section, option)])
  }

  /** A complaint about an option, with the place where it stands. */
  error(section: string, option: string, reason: string): ConfigError {
    const found = this.#find(section, option)
    return new ConfigError(found?.file ?? this.#file, found?.line ?? null, `${foldOptionName(option)}: ${reason}`)
  }

  #section(name: string): IniSection {
    const section = this.#sections.get(name)
    if (!section) throw new ConfigError(this.#file, null, `there is no section [${name}]`)
    return section
  }

  #find(section: string, option: string): IniOption | undefined {
    const name = foldOptionName(option)
    return this.#section(section).get(name) ?? this.#defaults.get(name)
  }
}

function readText(path: string): string {
  let octets: Buffer
  try {
    octets = readFileSync(path)
  } catch (error) {
    throw new ConfigError(path, null, `can't be read: ${(error as Error).message}`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets)
  } catch {
    throw new ConfigError(path, null, 'is not UTF-8 text')
  }
}
