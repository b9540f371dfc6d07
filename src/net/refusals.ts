/**
 * Clients beyond the limits on connections: some of them are told to come back later, the others are closed at once, so
 * that refusing costs less than serving. What those limits are is not known here.
 */
import type { Socket } from 'node:net'

const BUSY = 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/** Longest delay `setTimeout` can express. */
const LONGEST_DELAY_MS = 2_147_483_647

export class Refusals {
  readonly #answering = new Set<Socket>()
  readonly #mostAnswers: number
  readonly #lingerMs: number

  /**
   * @param mostAnswers - So many clients are answered at the same time.
   * @param lingerMs - How long each of them may go on sending.
   */
  constructor(mostAnswers: number, lingerMs: number) {
    this.#mostAnswers = mostAnswers
    this.#lingerMs = lingerMs
  }

  /** Answers 503 and closes in order, or closes at once. */
  refuse(socket: Socket): void {
    if (this.#answering.size >= this.#mostAnswers) return void socket.destroy()
    this.#answering.add(socket)
    const timer = setTimeout(() => socket.destroy(), Math.min(this.#lingerMs, LONGEST_DELAY_MS))
    timer.unref()
    socket.once('close', () => {
      clearTimeout(timer)
      this.#answering.delete(socket)
    })
    socket.resume()
    socket.end(BUSY, 'latin1')
  }
}
