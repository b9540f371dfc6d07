/** Ways to cut a stream into the pieces that a network may deliver. */

/** The whole, octet by octet, and cut in two at every place. For long streams only some of the places. */
export function* everyCut(octets: Buffer): Generator<readonly Buffer[]> {
  yield [octets]
  const step = Math.max(1, Math.floor(octets.length / 400))
  for (let at = 1; at < octets.length; at += step) yield [octets.subarray(0, at), octets.subarray(at)]
  yield cutAll(octets)
}

/** Every octet alone; long streams after their first thousand octets in pieces of a prime length. */
function cutAll(octets: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < octets.length; at += at < 1000 ? 1 : 509) {
    pieces.push(octets.subarray(at, Math.min(octets.length, at + (at < 1000 ? 1 : 509))))
  }
  return pieces
}
