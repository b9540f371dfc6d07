/** A string nobody can guess, of letters and digits. */
const CHARACTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/**
 * @param size - Number of characters.
 * @throws RangeError when the size is no whole number from 0 up.
 * @remarks Source: AdvancedHTTPServer's `random_string`; from the system's secure source instead of a pseudo-random one.
 */
export function random_string(size: number): string {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`size must be a whole number from 0 up: ${size}`)
  const { randomInt } = process.getBuiltinModule('node:crypto')
  return Array.from({ length: size }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('')
}
