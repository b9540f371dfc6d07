/**
 * What is known of the response under way: what its head has announced, and how many octets have followed. It tells where
 * the response ends and what is wrong with it; the octets themselves, and whether the peer gets them, are others' business.
 */
import type { ResponseFraming } from '../handler/connection.js'

export class ResponseAccount {
  /** Whether anything at all was written for the current exchange, but for interim responses. */
  touched = false
  /** What the head of the response said; null before its end was written. */
  #framing: ResponseFraming | null = null
  /** Octets written since the head, whether or not they go on the wire. */
  #bodyOctets = 0
  /** A head was written behind that of a response: nobody can tell where the next one begins. */
  #misframed = false
  /** Lines of a head were written, and not its end. */
  #headIsOpen = false

  /** A new exchange begins; what the last one told about its response is forgotten. */
  reset(): void {
    this.touched = false
    this.#framing = null
    this.#bodyOctets = 0
    this.#misframed = false
    this.#headIsOpen = false
  }

  /**
   * Lines of a head are written.
   *
   * @param framing - What the head, now whole, says of the octets that follow; null when its end is still to come.
   */
  noteHead(framing: ResponseFraming | null): void {
    // A second answer to one request can be given, but nothing can follow it.
    if (this.#isAnswered) this.#misframed = true
    this.touched = true
    this.#framing = framing
    this.#bodyOctets = 0
    this.#headIsOpen = framing === null
  }

  /** Whether the head of a response that is no interim one was written. */
  get #isAnswered(): boolean {
    return this.#framing !== null && !this.#framing.interim
  }

  /** An interim response is written, which is none yet. */
  noteInterim(): void {
    if (this.#isAnswered) this.#misframed = true
  }

  /** So many octets are written. @returns Whether they go on the wire: not behind the head of a response without body. */
  count(bytes: number): boolean {
    this.touched = true
    if (this.#framing === null) return true
    this.#bodyOctets += bytes
    return !this.#framing.bodiless
  }

  /** Whether the response ends where its head said it would; null when its octets are not counted. */
  get whole(): boolean | null {
    if (this.#misframed || this.#headIsOpen) return false
    const framing = this.#framing
    if (framing?.interim === true) return false
    if (framing === null || framing.bodiless || framing.chunked) return null
    return framing.contentLength === this.#bodyOctets
  }

  /** Whether only the end of the connection tells where the response ends. */
  get delimitedByClosing(): boolean {
    const framing = this.#framing
    return framing !== null && framing.contentLength < 0 && !framing.chunked && !framing.bodiless
  }

  /** What its writer has left undone, or overdone, if the response ends now; null when nothing. */
  get fault(): string | null {
    if (this.#misframed) return 'sent more than one response'
    if (this.#headIsOpen) return 'did not end its headers'
    if (this.#framing?.interim === true) return 'sent an interim response and none behind it'
    if (this.whole !== false || this.delimitedByClosing) return null
    return `announced ${this.#framing?.contentLength} octets and sent ${this.#bodyOctets}`
  }
}
