/**
 * Puts values in the place of `%(name)s` and `%` in the place of `%%`, as Python's `configparser.BasicInterpolation`
 * does. Knows options only through the function that looks them up.
 */

/** The value can't be interpolated; the message says why, without naming the option. */
export class InterpolationError extends Error {
  override readonly name = 'InterpolationError'
}

/** Python: `MAX_INTERPOLATION_DEPTH`. */
const MAX_DEPTH = 10

/** Characters a value may grow to. Python has no such limit; ten levels of references could fill any memory. */
const MAX_LENGTH = 1_048_576

/**
 * @param lookUp - Gives the raw value of an option, or undefined.
 * @throws InterpolationError
 */
export function interpolate(rawValue: string, lookUp: (name: string) => string | undefined): string {
  const parts: string[] = []
  let length = 0
  const add = (text: string) => {
    length += text.length
    if (length > MAX_LENGTH) throw new InterpolationError(`the value is longer than ${MAX_LENGTH} characters`)
    parts.push(text)
  }
  expand(rawValue, 1, lookUp, add)
  return parts.join('')
}

function expand(
  text: string,
  depth: number,
  lookUp: (name: string) => string | undefined,
  add: (text: string) => void,
): void {
  if (depth > MAX_DEPTH) throw new InterpolationError(`references go more than ${MAX_DEPTH} levels deep`)
  let place = 0
  for (let percent = text.indexOf('%'); percent >= 0; percent = text.indexOf('%', place)) {
    add(text.slice(place, percent))
    if (text[percent + 1] === '%') {
      add('%')
      place = percent + 2
      continue
    }
    const { name, end } = reference(text, percent)
    const value = lookUp(name)
    if (value === undefined) throw new InterpolationError(`%(${name})s refers to an option that is not there`)
    if (value.includes('%')) expand(value, depth + 1, lookUp, add)
    else add(value)
    place = end
  }
  add(text.slice(place))
}

/** The name in `%(name)s` at this place, and where the reference ends. */
function reference(text: string, percent: number): { name: string; end: number } {
  if (text[percent + 1] !== '(') {
    throw new InterpolationError("'%' must be followed by '%' or '(' (write '%%' for a percent sign)")
  }
  const parenthesis = text.indexOf(')', percent + 2)
  if (parenthesis <= percent + 2 || text[parenthesis + 1] !== 's') {
    throw new InterpolationError("'%(' begins no reference of the form %(name)s (write '%%' for a percent sign)")
  }
  return { name: text.slice(percent + 2, parenthesis), end: parenthesis + 2 }
}
