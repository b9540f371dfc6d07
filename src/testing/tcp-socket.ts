/** The TCP socket at the bottom of a stream: the one thing that can send a reset, or an end without TLS's own. */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

/** null for a stream that is no socket. */
export function tcpSocketBelow(stream: Duplex): Socket | null {
  if (stream instanceof TLSSocket) {
    // Node has no name for it that it documents.
    return (stream as TLSSocket & { readonly _parent?: Socket })._parent ?? null
  }
  return stream instanceof Socket ? stream : null
}
