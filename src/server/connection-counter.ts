/** How many connections are open, in all and per client address, against the limits on both. */
import type { Limits } from '../http/limits.js'

export class ConnectionCounter {
  #all = 0
  readonly #byHost = new Map<string, number>()

  /** Counts a connection in; false, and not counted, when there are too many. */
  enter(host: string, { connections, connections_per_address }: Readonly<Limits>): boolean {
    const ofHost = this.#byHost.get(host) ?? 0
    if (this.#all >= connections || ofHost >= connections_per_address) return false
    this.#all += 1
    this.#byHost.set(host, ofHost + 1)
    return true
  }

  leave(host: string): void {
    this.#all -= 1
    const left = (this.#byHost.get(host) ?? 1) - 1
    if (left > 0) this.#byHost.set(host, left)
    else this.#byHost.delete(host)
  }
}
