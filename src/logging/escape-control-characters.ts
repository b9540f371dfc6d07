/**
 * Keeps what a peer sent from being read as anything but text: no octet of a request starts a new log line or speaks to
 * the terminal that shows it.
 */

/** C0, DEL and C1, and the backslash, so that an escape in the log can't be mistaken for one the peer wrote itself. */
const CONTROL_OR_BACKSLASH = /[\p{Cc}\\]/gu

/** As above without the backslash, and with the two line ends of Unicode: for text that may hold escapes already. */
const LINE_BREAKER = /[\p{Cc}\p{Zl}\p{Zp}]/gu

/**
 * The text with control characters as `\xNN` and a backslash doubled.
 *
 * Source: CPython 3.11 `http/server.py`, `BaseHTTPRequestHandler._control_char_table`.
 */
export function escapeControlCharacters(text: string): string {
  return text.replace(CONTROL_OR_BACKSLASH, (character) => (character === '\\' ? '\\\\' : hexEscape(character)))
}

/** The text as one line: control characters and Unicode's line ends escaped, a backslash left alone. */
export function escapeLineBreakers(text: string): string {
  return text.replace(LINE_BREAKER, hexEscape)
}

function hexEscape(character: string): string {
  const code = character.charCodeAt(0)
  return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`
}
