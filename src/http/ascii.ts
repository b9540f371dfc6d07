/** Text whose octets are known without encoding it: ASCII is the same in UTF-8, latin-1 and ASCII. */

/** Longest text that is looked through: of more, the encoder's loop is the quicker one. */
const LONGEST_LOOK = 256

/** Whether a text is short and of ASCII alone. */
export function isShortAscii(text: string): boolean {
  if (text.length > LONGEST_LOOK) return false
  for (let place = 0; place < text.length; place++) {
    if (text.charCodeAt(place) > 0x7f) return false
  }
  return true
}
