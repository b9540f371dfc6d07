/**
 * Text made safe to stand in an HTML page. Error pages leave quotes as they are (their text stands between tags),
 * listings escape them (their text stands in attributes too).
 */

/**
 * `html.escape` of Python.
 *
 * @param quote - Whether `"` and `'` are escaped too.
 */
export function htmlEscape(text: string, quote = true): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return quote ? escaped.replaceAll('"', '&quot;').replaceAll("'", '&#x27;') : escaped
}
