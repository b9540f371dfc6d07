/** The complaint about a configuration: what is wrong, and the place to look at. */
export class ConfigError extends Error {
  /** Always `ConfigError`. */
  override readonly name = 'ConfigError'
  /** Always this one: a stable code, as other errors have it. */
  readonly code = 'BAD_CONFIG'
  /**
   * @param file - As the user gave it, or `<string>` for a text.
   * @param line - Counted from 1; null when the fault is no single line, such as something that is missing.
   */
  constructor(
    readonly file: string,
    readonly line: number | null,
    reason: string,
  ) {
    super(`${file}${line === null ? '' : `:${line}`}: ${reason}`)
  }
}
