/**
 * The answer to plain HTTP on a port that speaks TLS: one complete response in the clear, so that whoever mistyped the
 * scheme reads why, and an orderly close.
 */
import type { Socket } from 'node:net'
import { destroyAfter } from './destroy-after.js'

const EXPLANATION = 'This port speaks HTTPS: the request came without TLS.\n'
/** What is read away behind the answer, in octets; the same as for unread bodies. */
const LINGER_OCTETS = 262_144

/**
 * Answers 400 and closes. What the client still sends is read and dropped for a while: closing on unread octets makes
 * the kernel send a reset, which can destroy the answer on its way (RFC 9112 9.6).
 */
export function refusePlainHttp(raw: Socket, linger_ms: number): void {
  let dropped = 0
  raw.on('data', (octets: Buffer) => {
    dropped += octets.length
    if (dropped > LINGER_OCTETS) raw.destroy()
  })
  raw.once('end', () => raw.destroySoon())
  const linger = destroyAfter(raw, linger_ms)
  raw.once('close', () => linger.callOff())
  raw.end(response(), 'latin1')
  raw.resume()
}

function response(): string {
  return [
    'HTTP/1.1 400 Bad Request',
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
    'Content-Type: text/plain; charset=UTF-8',
    `Content-Length: ${EXPLANATION.length}`,
    '',
    EXPLANATION,
  ].join('\r\n')
}
