/**
 * A tap on a connection's stream: sees every octet in both directions, and alters none. It sits on the one stream it was
 * put on, in the methods by which octets come and go, so that it costs nothing anywhere else, and does not make a stream
 * flow that nobody reads. Under TLS it sees what is protected, not what protects it.
 */
import { Buffer } from 'node:buffer'
import { channel } from 'node:diagnostics_channel'
import type { Duplex } from 'node:stream'

/** As the server sees it. */
export type Direction = 'received' | 'sent'

/** What is told of the connection; equal for all octets of one. */
export interface TappedConnection {
  /** The client; an empty host and port 0 when the stream has no address. */
  readonly client_address: readonly [host: string, port: number]
  /** Whether TLS protects it. */
  readonly encrypted: boolean
  /** The stream that is listened to. */
  readonly stream: Duplex
}

/** Hears of octets, chunk by chunk. */
export type OctetsListener = (direction: Direction, chunk: Buffer, connection: TappedConnection) => void

/** What subscribers of the channel get. */
export interface OctetsMessage {
  /** Which way they go. */
  readonly direction: Direction
  /** The octets; not to be changed. */
  readonly chunk: Buffer
  /** The connection they belong to. */
  readonly connection: TappedConnection
}

/** Name of the `node:diagnostics_channel` that tells the octets of every connection begun while it has subscribers. */
export const OCTETS_CHANNEL = 'advancedhttpserver:octets'

const octetsChannel = channel(OCTETS_CHANNEL)

/** Has the channel told what goes over a connection, when anybody listens to it: one look, and nothing more when not. */
export function publishOctets(connection: TappedConnection): void {
  if (!octetsChannel.hasSubscribers) return
  tapConnection(connection, (direction, chunk) => {
    octetsChannel.publish({ direction, chunk, connection } satisfies OctetsMessage)
  })
}

/**
 * Tells every octet of a connection from now on, in order: those received as they come off the socket, those sent as they
 * are given to it.
 *
 * @param on_octets - Must not change the chunk.
 * @returns Takes the tap off again.
 */
export function tapConnection(connection: TappedConnection, on_octets: OctetsListener): () => void {
  const { stream } = connection
  // A tap below another one can't be lifted out: it stays, and tells nothing any more.
  let isOff = false
  const tell = (direction: Direction, octets: unknown, encoding: unknown): void => {
    const chunk = isOff ? null : chunkOf(octets, encoding)
    if (chunk === null) return
    on_octets(direction, chunk, connection)
  }
  const restore = [
    intercept(stream, 'push', (octets, encoding) => tell('received', octets, encoding)),
    intercept(stream, 'write', (octets, encoding) => tell('sent', octets, encoding)),
    intercept(stream, 'end', (octets, encoding) => tell('sent', octets, encoding)),
  ]
  return () => {
    isOff = true
    restore.forEach((undo) => undo())
  }
}

type Method = (...parameters: unknown[]) => unknown

/** Has a method of one object tell what it is called with. */
function intercept(stream: Duplex, name: 'push' | 'write' | 'end', told: Method): () => void {
  const original = stream[name] as Method
  const had = Object.hasOwn(stream, name)
  const telling = (...parameters: unknown[]): unknown => {
    told(...parameters)
    return original.apply(stream, parameters)
  }
  const members = stream as unknown as Record<string, Method>
  members[name] = telling
  return () => {
    if (members[name] !== telling) return
    if (had) members[name] = original
    else delete members[name]
  }
}

/** null for the end of a stream, and for arguments that are no octets. */
function chunkOf(octets: unknown, encoding: unknown): Buffer | null {
  if (typeof octets === 'string')
    return Buffer.from(octets, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  if (!(octets instanceof Uint8Array) || octets.length === 0) return null
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
}
