/**
 * Dates as HTTP writes them (RFC 9110 5.6.7, IMF-fixdate). This room sees no clock: whoever wants the current date says
 * what time it is.
 */

/** 0001-01-01 and 9999-12-31T23:59:59 in seconds since 1970: what Python's datetime, and four digits, can hold. */
const FIRST_SECOND = -62_135_596_800
const LAST_SECOND = 253_402_300_799

/**
 * A moment as HTTP writes it, such as `Sun, 06 Nov 1994 08:49:37 GMT`. A fraction of a second is cut off, not rounded.
 *
 * @param seconds - Seconds since 1970-01-01T00:00:00Z.
 * @throws RangeError for a moment outside the years 1 to 9999.
 * @remarks Source: `date_time_string` of CPython `http/server.py`, `email.utils.formatdate(usegmt=True)`.
 */
export function httpDate(seconds: number): string {
  const second = Math.floor(seconds)
  if (!(second >= FIRST_SECOND && second <= LAST_SECOND)) throw new RangeError(`no HTTP date for ${seconds} s`)
  return new Date(second * 1000).toUTCString()
}

/** The second that was rendered last, and its text: most responses of a busy server fall into the same one. */
let renderedSecond = Number.NaN
let renderedDate = ''

/** {@link httpDate} of the present, rendered at most once a second. @param now - Milliseconds since 1970, `Date.now()`. */
export function currentHttpDate(now: number): string {
  const second = Math.floor(now / 1000)
  if (second !== renderedSecond) {
    renderedDate = httpDate(second)
    renderedSecond = second
  }
  return renderedDate
}
