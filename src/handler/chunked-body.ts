/**
 * A response body whose length nobody knows: each write becomes a chunk of its own (RFC 9112 7.1) on `wfile`. For a
 * client of HTTP/1.0, which knows no chunks, the octets go as they are and the connection's end is the body's.
 */
import { Writable } from 'node:stream'
import { CHUNK_END, chunkStart, lastChunk } from '../http/chunked.js'
import type { ResponseOutput } from './connection.js'

type WriteCallback = (error?: Error | null) => void

/** A body of unknown length: what `chunked()` gives. Each write is a chunk, `end()` the last one. */
export class ChunkedBody extends Writable {
  readonly #output: ResponseOutput
  readonly #coded: boolean
  readonly #trailers: [name: string, value: string | number][] = []

  /** @param coded - Whether the client knows chunks. */
  constructor(output: ResponseOutput, coded: boolean) {
    super()
    this.#output = output
    this.#coded = coded
    // Who writes on after the client has gone hears of it by its own listener, if it has one.
    this.on('error', ignore)
    const end = (): void => void this.destroy()
    output.once('close', end)
    // The output outlives the body: a connection has one for all its responses.
    this.once('close', () => output.off('close', end))
  }

  /**
   * Adds a field line behind the body; a client of HTTP/1.0 does not get it.
   *
   * @remarks RFC 9110 6.5.1: framing, routing and authentication have no place there; this is not checked.
   */
  add_trailer(name: string, value: string | number): void {
    this.#trailers.push([name, value])
  }

  /** Writes one chunk; called by the stream. */
  override _write(octets: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    if (!this.#coded || octets.length === 0) return void this.#output.write(octets, callback)
    this.#output.write(chunkStart(octets.length), 'latin1')
    this.#output.write(octets)
    this.#output.write(CHUNK_END, 'latin1', callback)
  }

  /** Writes the last chunk and the trailers; called by the stream. */
  override _final(callback: WriteCallback): void {
    if (!this.#coded) return callback()
    let last: string
    try {
      last = lastChunk(this.#trailers)
    } catch (error) {
      return callback(error as Error)
    }
    this.#output.write(last, 'latin1', callback)
  }
}

function ignore(): void {}
