/**
 * A head or a trailer section while it arrives: its octets as one latin-1 text, and where in it each field's name and
 * value stand. Strings are made once, at the end, as slices of the text.
 */
import { HTAB, SP } from '../field-syntax.js'

/** Begin and end of a name, begin and end of its value. */
const PLACES_PER_FIELD = 4

/** Never written to. */
const NO_PLACES: number[] = []

/**
 * The array of the section that was told last, for the next one to fill: most of them arrive whole, one at a time, and a
 * connection at rest needs none.
 */
let spare: number[] | null = null

export class FieldSection {
  /** Position in the stream of the text's first octet. */
  start = 0
  /** All octets of the section that were parsed so far. */
  text = ''
  /** Fields whose name has begun. */
  count = 0
  /** Places in the text, {@link PLACES_PER_FIELD} for each field. The array may be longer. */
  #places = NO_PLACES
  /** Whether the last piece was one of a name: the next one of a name then continues it. */
  #inName = false

  begin(position: number): void {
    this.start = position
    this.text = ''
    this.count = 0
    this.#inName = false
  }

  /** Records a piece of a name that begins at this position of the stream. */
  addNamePiece(position: number, length: number): void {
    const begin = position - this.start
    if (!this.#inName) this.#beginField(begin)
    const place = (this.count - 1) * PLACES_PER_FIELD
    const end = begin + length
    this.#places[place + 1] = end
    // Until a value appears it is empty.
    this.#places[place + 2] = end
    this.#places[place + 3] = end
  }

  /** Records a piece of the last field's value. */
  addValuePiece(position: number, length: number): void {
    const begin = position - this.start
    const place = (this.count - 1) * PLACES_PER_FIELD
    if (this.#inName) {
      this.#inName = false
      this.#places[place + 2] = begin
    }
    this.#places[place + 3] = begin + length
  }

  /** Whether a name has the length of Content-Length or Transfer-Encoding, the fields that announce a body. */
  get mayFrameBody(): boolean {
    const places = this.#places
    for (let place = 0; place < this.count * PLACES_PER_FIELD; place += PLACES_PER_FIELD) {
      const length = (places[place + 1] as number) - (places[place] as number)
      if (length === 'content-length'.length || length === 'transfer-encoding'.length) return true
    }
    return false
  }

  /**
   * Names and values by turns, in the order of arrival, the values without blanks around them. The text, and where they
   * stand in it, is forgotten.
   */
  toList(): string[] {
    const { text, count } = this
    const places = this.#places
    const list = new Array<string>(count * 2)
    for (let field = 0; field < count; field++) {
      const place = field * PLACES_PER_FIELD
      list[field * 2] = text.slice(places[place], places[place + 1])
      list[field * 2 + 1] = trimmedSlice(text, places[place + 2] as number, places[place + 3] as number)
    }
    if (places !== NO_PLACES) spare = places
    this.#places = NO_PLACES
    this.count = 0
    this.text = ''
    return list
  }

  #beginField(begin: number): void {
    const place = this.count * PLACES_PER_FIELD
    if (this.#places === NO_PLACES) {
      this.#places = spare ?? []
      spare = null
    }
    if (place === this.#places.length) this.#places.push(begin, begin, begin, begin)
    else this.#places[place] = begin
    this.#inName = true
    this.count += 1
  }
}

/** llhttp leaves blanks behind a value in it; they are no part of it (RFC 9112 5). */
function trimmedSlice(text: string, begin: number, end: number): string {
  let last = end
  while (last > begin) {
    const code = text.charCodeAt(last - 1)
    if (code !== SP && code !== HTAB) break
    last--
  }
  return text.slice(begin, last)
}
