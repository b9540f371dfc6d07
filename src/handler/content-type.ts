/**
 * Media types with their parameters (RFC 9110 8.3.1), and the charset a body is said to have. What charsets mean is known elsewhere.
 */

export interface ContentType {
  /** `type/subtype` in lower case; whatever stands in front of the first semicolon. */
  readonly type: string
  /** Values by name in lower case, without quotes; of equal names the first counts. */
  readonly parameters: ReadonlyMap<string, string>
}

/** From a semicolon to the next one outside of quotes: name, then a quoted or a plain value. Matches anything, so never goes back. */
const PARAMETER = /;\s*([^\s=;"]*)(?:="((?:[^"\\]|\\[\s\S])*)"?|=([^\s;]*))?[^;]*/g

/** Reads a Content-Type. Never fails: what is no parameter is skipped. */
export function parseContentType(value: string): ContentType {
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, plain] of value.matchAll(PARAMETER)) {
    const parameter = quoted?.replaceAll(/\\([\s\S])/g, '$1') ?? plain
    const key = name.toLowerCase()
    if (parameter !== undefined && !parameters.has(key)) parameters.set(key, parameter)
  }
  return { type: beforeParameters(value).trim().toLowerCase(), parameters }
}

/**
 * The charset that a Content-Type names, as sent.
 *
 * @param contentType - Value of the field; null when there is none.
 * @remarks Source: `get_content_type_charset` of AdvancedHTTPServer. Python: it is a plain search for `charset=`, so one that stands in
 *   front of the parameters, but not at the very beginning, counts too.
 */
export function charsetOf(contentType: string | null, fallback = 'UTF-8'): string {
  // Most name none, and then there is nothing to take apart.
  if (contentType === null || !/charset/i.test(contentType)) return fallback
  const misplaced = /.charset=([^\s"]+)/s.exec(beforeParameters(contentType))?.[1]
  return parseContentType(contentType).parameters.get('charset') || misplaced || fallback
}

function beforeParameters(value: string): string {
  const semicolon = value.indexOf(';')
  return semicolon < 0 ? value : value.slice(0, semicolon)
}
