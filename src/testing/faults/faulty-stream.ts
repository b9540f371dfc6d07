/**
 * The stream of a connection that a handler took over, while faults act on what is written to it. Reading is not
 * changed: octets come as they come from the stream below, and are asked for by the same rules.
 */
import { Duplex } from 'node:stream'
import { type Pipeline, send } from './action.js'
import { callBack, type Wire } from './wire.js'

type Callback = (error?: Error | null) => void

export class FaultyStream extends Duplex {
  readonly #below: Duplex
  readonly #pipeline: Pipeline
  readonly #wire: Wire

  /** Settles when what was written before the stream was taken over is on its way. */
  readonly #ready: Promise<void>

  constructor(below: Duplex, pipeline: Pipeline, wire: Wire, ready: Promise<void>) {
    super({ allowHalfOpen: true })
    this.#below = below
    this.#pipeline = pipeline
    this.#wire = wire
    this.#ready = ready
    below.on('data', (octets: Buffer) => {
      if (!this.push(octets)) below.pause()
    })
    below.on('end', () => this.push(null))
    below.on('error', (error) => this.destroy(error))
    below.on('close', () => this.destroy())
    below.pause()
    // Some faults have something to say before the handler says a word.
    this.write('')
  }

  override _read(): void {
    this.#below.resume()
  }

  override _write(octets: Buffer, _encoding: BufferEncoding, callback: Callback): void {
    const done = this.#ready.then(() => this.#wire.perform(this.#pipeline.take(send('tunnel', octets))))
    void callBack(done, callback)
  }

  override _final(callback: Callback): void {
    const done = this.#wire.perform(this.#pipeline.finish()).then(() => {
      if (!this.#wire.over) this.#below.end()
    })
    void callBack(done, callback)
  }

  override _destroy(error: Error | null, callback: Callback): void {
    this.#below.destroy()
    callback(error)
  }
}
