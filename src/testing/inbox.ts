/**
 * Octets that came over a connection and wait to be read, in order, and how the stream of them ended. One reader at a
 * time waits for more of them: until they come, the stream ends, time is up, or it is called off.
 */
import { Buffer } from 'node:buffer'
import { WireError } from './wire-error.js'

/** How a peer ended its sending side. */
export type StreamEnd = 'closed' | 'reset'

export interface Patience {
  /** Longest wait, in milliseconds; `Infinity` for no limit. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

export class Inbox {
  #chunks: Buffer[] = []
  #length = 0
  #end: StreamEnd | null = null
  /** Wakes the reader; null while nobody waits. */
  #wake: (() => void) | null = null

  /** null while more may come. */
  get end(): StreamEnd | null {
    return this.#end
  }

  /** Number of octets that wait. */
  get length(): number {
    return this.#length
  }

  receive(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    this.#wake?.()
  }

  receiveEnd(end: StreamEnd): void {
    this.#end ??= end
    this.#wake?.()
  }

  /** All that waits, left where it is. */
  peek(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  /** Takes so many octets, all by default. */
  take(length = this.#length): Buffer {
    const all = this.peek()
    const rest = all.subarray(length)
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#length = rest.length
    return all.subarray(0, length)
  }

  /** Takes the chunks that wait, as they came. */
  takeChunks(): Buffer[] {
    const chunks = this.#chunks
    this.#chunks = []
    this.#length = 0
    return chunks
  }

  /** Puts octets back in front of those that wait. */
  unread(octets: Buffer): void {
    if (octets.length === 0) return
    this.#chunks.unshift(octets)
    this.#length += octets.length
  }

  /**
   * Waits for more octets, or the end. False when time was up first.
   *
   * @throws WireError `ABORTED`; `BUSY` when somebody waits already.
   */
  async more({ timeoutMs, signal }: Patience): Promise<boolean> {
    if (this.#end !== null) return true
    if (this.#wake !== null) throw new WireError('BUSY', 'this connection is being read already')
    if (signal?.aborted) throw this.#aborted(signal)
    const came = await new Promise<boolean>((resolve) => {
      const settle = (value: boolean) => (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        this.#wake = null
        resolve(value)
      }
      const wake = settle(true)
      const timer = timeoutMs === Infinity ? undefined : setTimeout(settle(false), timeoutMs)
      signal?.addEventListener('abort', wake)
      this.#wake = wake
    })
    if (signal?.aborted) throw this.#aborted(signal)
    return came
  }

  #aborted(signal: AbortSignal): WireError {
    return new WireError('ABORTED', 'reading was called off', this.peek(), { cause: signal.reason })
  }
}
