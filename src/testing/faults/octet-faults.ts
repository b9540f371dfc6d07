/**
 * Faults that count octets and know nothing of messages: where a response is cut, reset, held up, or has something in
 * the middle that its handler never wrote. Octets are counted from the first of the response, interim ones included.
 */
import { type Send, send, type Stage, wait, type WireAction } from './action.js'
import { defineFault } from './fault.js'
import { type Octets, toBuffer } from '../octets.js'
import { count, milliseconds, octets } from './parameters.js'

const ALL = 'Infinity: all of the response'

export const cutAfter = defineFault<{ after: number }>({
  name: 'cutAfter',
  subject: 'octets',
  does: 'Closes the connection in good order after so many octets of the response.',
  parameters: { after: count(Infinity, `Octets that are sent first. ${ALL}.`) },
  begin: ({ after }) => new AtOctet(after, [{ kind: 'close' }]),
})

export const reset = defineFault<{ after: number }>({
  name: 'reset',
  subject: 'octets',
  does: 'Resets the TCP connection after so many octets of the response, under TLS too.',
  parameters: { after: count(0, `Octets that are sent first. ${ALL}.`) },
  begin: ({ after }) => new AtOctet(after, [{ kind: 'reset' }]),
})

export const truncateTls = defineFault<{ after: number }>({
  name: 'truncateTls',
  subject: 'octets',
  does: 'Closes the TCP connection after so many octets of the response, without the close_notify that TLS asks for.',
  parameters: { after: count(Infinity, `Octets that are sent first. ${ALL}.`) },
  begin: ({ after }) => new AtOctet(after, [{ kind: 'truncate' }]),
})

export const pauseAt = defineFault<{ at: number; ms: number }>({
  name: 'pauseAt',
  subject: 'octets',
  does: 'Sends nothing for a while, or for ever, after so many octets of the response.',
  parameters: {
    at: count(0, 'Octets that are sent first.'),
    ms: milliseconds(Infinity, 'How long. Infinity: until the client is gone.'),
  },
  begin: ({ at, ms }) => new AtOctet(at, [wait(ms)]),
})

export const injectAt = defineFault<{ at: number; octets: Octets }>({
  name: 'injectAt',
  subject: 'octets',
  does: 'Sends octets of no handler after so many octets of the response.',
  parameters: {
    at: count(0, `Octets of the response in front. ${ALL}.`),
    octets: octets('\0', 'What is sent.'),
  },
  begin: ({ at, octets: inserted }) => new AtOctet(at, [send('inserted', toBuffer(inserted))]),
})

export const drip = defineFault<{ octets: number; ms: number }>({
  name: 'drip',
  subject: 'octets',
  does: 'Sends the response a few octets at a time, with a pause between them.',
  parameters: {
    octets: count(1, 'Octets at a time.'),
    ms: milliseconds(10, 'Length of a pause.'),
  },
  begin: ({ octets: step, ms }) => new Drip(Math.max(step, 1), ms),
})

export const extraOctets = defineFault<{ octets: Octets }>({
  name: 'extraOctets',
  subject: 'end',
  does: 'Sends octets behind the end of the response.',
  parameters: { octets: octets('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nextra', 'What is sent.') },
  begin: ({ octets: inserted }) => new AtOctet(Infinity, [send('inserted', toBuffer(inserted))]),
})

/** Gives some actions once, between two octets. */
class AtOctet implements Stage {
  readonly #actions: readonly WireAction[]
  /** Octets that still go in front of them; -1 once they were given. */
  #left: number

  constructor(place: number, actions: readonly WireAction[]) {
    this.#left = place
    this.#actions = actions
  }

  *take(given: Send): Iterable<WireAction> {
    const { part, octets: all } = given
    if (this.#left < 0) {
      yield given
      return
    }
    if (all.length < this.#left) {
      this.#left -= all.length
      yield given
      return
    }
    const place = this.#left
    this.#left = -1
    if (place > 0) yield send(part, all.subarray(0, place))
    for (const action of this.#actions) yield action
    if (place < all.length) yield send(part, all.subarray(place))
  }

  /** A response that ends earlier has the place behind its end. */
  *finish(): Iterable<WireAction> {
    if (this.#left < 0) return
    this.#left = -1
    for (const action of this.#actions) yield action
  }
}

class Drip implements Stage {
  readonly #step: number
  readonly #ms: number
  /** Octets given since the last pause. */
  #given = 0

  constructor(step: number, ms: number) {
    this.#step = step
    this.#ms = ms
  }

  *take({ part, octets: all }: Send): Iterable<WireAction> {
    for (let from = 0; from < all.length; ) {
      if (this.#given === this.#step) {
        this.#given = 0
        yield wait(this.#ms)
      }
      const to = Math.min(all.length, from + this.#step - this.#given)
      yield send(part, all.subarray(from, to))
      this.#given += to - from
      from = to
    }
  }

  *finish(): Iterable<WireAction> {}
}
