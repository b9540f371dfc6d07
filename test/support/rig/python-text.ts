/**
 * How Python writes values as text, as far as the rig's resources show it: `json.dumps` with sorted keys and without
 * blanks, `repr` of a string, the digits of a float.
 */

/** `json.dumps(value, sort_keys=True, separators=(',', ':'))`; maps and plain objects are both objects. */
export function pythonJson(value: unknown): string {
  if (typeof value === 'string') return jsonText(value)
  if (typeof value === 'number') return pythonNumber(value)
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(',')}]`
  if (typeof value === 'object') return jsonObject(value)
  throw new TypeError(`Object of type ${typeof value} is not JSON serializable`)
}

/** `repr(text)`: single quotes unless only double quotes avoid escaping, unprintable characters as escapes. */
export function pythonRepr(text: string | null): string {
  if (text === null) return 'None'
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  return quote + Array.from(text, (character) => reprCharacter(character, quote)).join('') + quote
}

function jsonObject(value: object): string {
  const entries: [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value)
  entries.sort(([left], [right]) => compareCodePoints(left, right))
  return `{${entries.map(([name, member]) => `${jsonText(name)}:${pythonJson(member)}`).join(',')}}`
}

/** JSON.stringify escapes as Python does below U+0020; DEL and all beyond ASCII are ours to escape. */
function jsonText(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
}

/** Integers beyond 2**53 are bigint, so a number of that size was a float: Python shows its point or exponent. */
function pythonNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value)
  const [, sign = '', first = '', rest = '', exponentText = '0'] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential()) ?? []
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 16) return plainDecimal(sign, first + rest, exponent)
  const point = rest === '' ? '' : `.${rest}`
  return `${sign}${first}${point}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function plainDecimal(sign: string, digits: string, exponent: number): string {
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const padded = digits.padEnd(exponent + 2, '0')
  return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1)}`
}

function reprCharacter(character: string, quote: string): string {
  if (character === quote || character === '\\') return `\\${character}`
  if (character === '\n') return '\\n'
  if (character === '\r') return '\\r'
  if (character === '\t') return '\\t'
  // Python's str.isprintable: everything but the categories Other and Separator, the blank excepted.
  if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) return character
  const code = character.codePointAt(0) as number
  if (code <= 0xff) return `\\x${hex(code, 2)}`
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

function compareCodePoints(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
