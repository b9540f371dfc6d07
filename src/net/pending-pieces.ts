/**
 * Octets that were written and not yet given to the stream. Small ones are joined as they come, since a copy is cheaper
 * than one more entry in a vectored write; larger ones stay the caller's memory. Text is latin-1, a character per octet.
 */

export type Piece = Buffer | string

/** Octets that are joined into one text. */
const JOINED_BYTES = 4_096

/** Never written to: most responses are one text. */
const NO_PIECES: Piece[] = []

export class PendingPieces {
  /** Octets of all pieces. */
  bytes = 0
  /** The first pieces, joined. */
  #text = ''
  /** The pieces behind {@link #text}. */
  #pieces = NO_PIECES

  add(piece: Piece): void {
    this.bytes += piece.length
    if (this.bytes > JOINED_BYTES) this.#append(piece)
    else this.#text += typeof piece === 'string' ? piece : piece.toString('latin1')
  }

  /** Takes all there is, when that is one piece; else null, and takes nothing. */
  takeSingle(): Piece | null {
    if (this.#pieces.length > 1 || (this.#pieces.length === 1 && this.#text !== '')) return null
    const single = this.#pieces[0] ?? this.#text
    this.clear()
    return single
  }

  /** Takes the first so many octets, or all when there are fewer. */
  take(bytes: number): Piece[] {
    const pieces = this.#text === '' ? this.#pieces : [this.#text, ...this.#pieces]
    const taken: Piece[] = []
    let room = bytes
    this.clear()
    for (const piece of pieces) {
      if (room > 0) taken.push(part(piece, 0, room))
      if (piece.length > room) this.add(part(piece, Math.max(room, 0), piece.length))
      room -= piece.length
    }
    return taken
  }

  clear(): void {
    this.bytes = 0
    this.#text = ''
    this.#pieces = NO_PIECES
  }

  #append(piece: Piece): void {
    if (this.#pieces === NO_PIECES) this.#pieces = [piece]
    else this.#pieces.push(piece)
  }
}

function part(piece: Piece, from: number, to: number): Piece {
  if (from === 0 && to >= piece.length) return piece
  return typeof piece === 'string' ? piece.slice(from, to) : piece.subarray(from, to)
}
