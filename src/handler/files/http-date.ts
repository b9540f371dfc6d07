/**
 * Reads dates in the three forms that HTTP knows (RFC 9110 5.6.7). `Date.parse` won't do: it takes nearly any text for a
 * date, and a field that holds no date has to be ignored.
 */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH = `(?<month>${MONTHS.join('|')})`
const TIME = String.raw`(?<hours>\d\d):(?<minutes>\d\d):(?<seconds>\d\d)`

const FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(String.raw`^[A-Z][a-z]{2}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT (obsolete, RFC 850)
  new RegExp(String.raw`^[A-Z][a-z]{5,8}, (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994 (obsolete, asctime)
  new RegExp(String.raw`^[A-Z][a-z]{2} ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`),
]

/**
 * Seconds since 1970, or null when the text is no HTTP date.
 *
 * @param now - Milliseconds since 1970; a year of two digits is read as at most 50 years ahead of it.
 */
export function parseHttpDate(text: string, now: number = Date.now()): number | null {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups
    if (parts !== undefined) return secondsOf(parts, now)
  }
  return null
}

function secondsOf(parts: Record<string, string | undefined>, now: number): number | null {
  const day = Number(parts['day'])
  const [hours, minutes, seconds] = [Number(parts['hours']), Number(parts['minutes']), Number(parts['seconds'])]
  // RFC 9110 allows 60 for a leap second.
  if (hours > 23 || minutes > 59 || seconds > 60) return null
  const date = new Date(0)
  date.setUTCFullYear(fullYear(parts['year'] as string, now), MONTHS.indexOf(parts['month'] as string), day)
  if (date.getUTCDate() !== day) return null
  return date.getTime() / 1000 + hours * 3600 + minutes * 60 + seconds
}

function fullYear(digits: string, now: number): number {
  if (digits.length === 4) return Number(digits)
  const thisYear = new Date(now).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + Number(digits)
  return year > thisYear + 50 ? year - 100 : year
}
