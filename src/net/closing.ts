/**
 * The orderly end of a connection (RFC 9112 9.6): what was written goes out, our side is shut, and what the peer still
 * sends is read and dropped for a while. Closing on unread octets would make the kernel send a reset, which can destroy
 * the last answer on its way to a client that is still sending. Who closes, and why, is not known here.
 */
import type { Duplex } from 'node:stream'
import type { Deadline } from './deadline.js'
import type { ResponseOutput } from './response-output.js'
import type { Timeouts } from './timeouts.js'

/**
 * Ends the stream in order; its 'close' follows, at the latest when the deadlines `write` and `linger` are over. Whoever
 * read the stream must have left it.
 *
 * @param mayHearMore - Whether the peer may be sending still; else nobody waits for its end.
 */
export async function closeInOrder(
  stream: Duplex,
  output: ResponseOutput,
  deadline: Deadline,
  { linger_ms, write_idle_ms }: Readonly<Timeouts>,
  mayHearMore: boolean,
): Promise<void> {
  // From now on, since a client may read its answer only when it has sent all it wanted to.
  const peerEnds = mayHearMore ? drop(stream) : null
  await output.seal()
  if (stream.destroyed) return
  deadline.start('linger', mayHearMore ? linger_ms : write_idle_ms)
  stream.end()
  if (peerEnds !== null) await peerEnds
  // Some Duplex streams do not destroy themselves when both their sides have ended.
  if (stream.writableFinished) stream.destroy()
  else stream.once('finish', () => stream.destroy())
}

/** Reads and drops. Resolves when the peer has ended its side; never when the stream dies first. */
function drop(stream: Duplex): Promise<void> {
  if (stream.readableEnded) return Promise.resolve()
  stream.on('data', ignore)
  const ended = new Promise<void>((resolve) => stream.once('end', resolve))
  stream.resume()
  return ended
}

function ignore(): void {}
