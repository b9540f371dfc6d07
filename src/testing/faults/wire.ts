/**
 * Performs the actions that faults give, one after the other, on what is below a handler: its connection's output while
 * HTTP is spoken, its stream once it was taken over. Waits for a peer that is slow to read, and ends with the stream.
 */
import type { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { Connection } from '../../handler/connection.js'
import { tcpSocketBelow } from '../tcp-socket.js'
import type { Ending, WireAction } from './action.js'

/**
 * Between the last octets and a reset. A peer's kernel may drop what it has not handed over when the reset comes, and
 * libuv tells an end instead of a reset that it meets together with octets.
 */
const BEFORE_RESET_MS = 50

/** Tells the one who asked, as streams want it, how something ended. */
export async function callBack(done: Promise<unknown>, callback: (error?: Error | null) => void): Promise<void> {
  let failure: Error | null = null
  try {
    await done
  } catch (error) {
    failure = error as Error
  }
  callback(failure)
}

/** A fault without end must let others have their turn, however fast its client reads. */
const TURN_BYTES = 65_536

export interface WireTarget {
  /** Takes octets in order. */
  readonly output: Writable
  /** Resolves when the system has all of them, and may fail when it can't. */
  flush(): Promise<void>
}

export class Wire {
  readonly #connection: Connection
  readonly #target: WireTarget
  #over = false
  /** Whether any octet was sent. */
  #sent = false
  /** Ends the wait under way; null while there is none. */
  #wake: (() => void) | null = null
  #onGone: () => void = () => {}

  constructor(connection: Connection, target: WireTarget) {
    this.#connection = connection
    this.#target = target
    connection.stream.once('close', this.#end)
  }

  /** Called once the stream is closed, whoever closed it. */
  set onGone(listener: () => void) {
    this.#onGone = listener
  }

  /** Whether nothing more can be sent: the peer is gone, or a fault has ended the connection. */
  get over(): boolean {
    return this.#over || this.#target.output.destroyed
  }

  /** Nothing more is to be performed through this object. */
  release(): void {
    this.#connection.stream.off('close', this.#end)
  }

  async perform(actions: Iterable<WireAction>): Promise<void> {
    let bytes = 0
    for (const action of actions) {
      if (this.over) return
      if (action.kind === 'wait') await this.#wait(action.ms)
      else if (action.kind !== 'send') await this.end(action.kind)
      else {
        await this.#send(action.octets)
        bytes += action.octets.length
        if (bytes >= TURN_BYTES) await setImmediate()
        bytes %= TURN_BYTES
      }
    }
  }

  /** Resolves when the system has all that was sent, or the peer is gone. */
  flush(): Promise<void> {
    if (this.over) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wake = resolve
      this.#target.flush().then(resolve, () => resolve())
    })
  }

  /** Ends the connection once all that was sent is on its way. */
  async end(how: Ending['kind']): Promise<void> {
    const { stream } = this.#connection
    const tcp = tcpSocketBelow(stream)
    if (this.over) return
    await this.flush()
    if (how === 'close') void this.#connection.close()
    else if (how === 'reset') await this.#reset()
    else if (tcp === null) stream.destroy()
    else tcp.end()
    this.#over = true
  }

  async #reset(): Promise<void> {
    const { stream } = this.#connection
    if (this.#sent) await this.#wait(BEFORE_RESET_MS)
    const tcp = tcpSocketBelow(stream)
    if (tcp !== null && !tcp.destroyed) tcp.resetAndDestroy()
    stream.destroy()
  }

  #send(octets: Buffer): Promise<void> | void {
    const { output } = this.#target
    this.#sent ||= octets.length > 0
    if (octets.length === 0 || output.write(octets)) return
    return new Promise((resolve) => {
      const goOn = (): void => {
        output.off('drain', goOn)
        this.#wake = null
        resolve()
      }
      this.#wake = goOn
      output.once('drain', goOn)
      if (this.over) goOn()
    })
  }

  #wait(ms: number): Promise<void> | void {
    if (ms === 0) return
    return new Promise((resolve) => {
      const goOn = (): void => {
        clearTimeout(timer)
        this.#wake = null
        resolve()
      }
      const timer = ms === Infinity ? undefined : setTimeout(goOn, ms)
      this.#wake = goOn
    })
  }

  readonly #end = (): void => {
    this.#over = true
    this.#wake?.()
    this.#onGone()
  }
}
