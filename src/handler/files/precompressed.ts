/**
 * Which compressed neighbours of a file (`app.js.br`, `app.js.gz`) a client would take, best first. Whether they exist is
 * for others to see.
 */

/** A content coding and the ending of the files that have it. */
export interface Precompressed {
  readonly coding: 'br' | 'gzip'
  readonly extension: '.br' | '.gz'
}

/** Smaller first: that is the order among codings the client likes equally. */
const KNOWN: readonly Precompressed[] = [
  { coding: 'br', extension: '.br' },
  { coding: 'gzip', extension: '.gz' },
]

/** Members of Accept-Encoding that are looked at; browsers send four. */
const MAX_MEMBERS = 32

/**
 * @param acceptEncoding - All `Accept-Encoding` fields joined by commas, or `''` when there are none.
 * @remarks RFC 9110 12.5.3. What is not named is not wanted, unless `*` is.
 */
export function acceptedPrecompressions(acceptEncoding: string): readonly Precompressed[] {
  if (acceptEncoding === '') return []
  const weights = weightsOf(acceptEncoding)
  const weightOf = ({ coding }: Precompressed) => weights.get(coding) ?? weights.get('*') ?? 0
  // The sort is stable: of equal weights the order of KNOWN stays.
  return KNOWN.filter((known) => weightOf(known) > 0).sort((one, other) => weightOf(other) - weightOf(one))
}

function weightsOf(list: string): Map<string, number> {
  const weights = new Map<string, number>()
  for (const member of list.toLowerCase().split(',', MAX_MEMBERS)) {
    const [coding = '', ...parameters] = member.split(';').map((part) => part.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(coding === 'x-gzip' ? 'gzip' : coding, weight === undefined ? 1 : weightFrom(weight.slice(2)))
  }
  return weights
}

/** RFC 9110 12.4.2; what is no weight counts as a refusal: identity is always right. */
function weightFrom(text: string): number {
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0
}
