/** Who is slow makes the other wait: nothing piles up on the way, in either direction. */
import { describe, expect, it } from 'vitest'
import { WebSocketClosedError } from '../../src/websocket/errors.js'
import { WebSocketHandler } from '../../src/websocket/web-socket-handler.js'
import { clientClose, clientFrame, clientText, closePayload } from '../support/web-socket-frames.js'
import { openSession } from '../support/web-socket-session.js'

/** A promise that the test settles. */
class Gate {
  open!: () => void
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve
  })
}

/** Holds on to every message until the test opens its gate. */
class Slow extends WebSocketHandler {
  readonly begun: string[] = []
  readonly gates: Gate[] = []
  onBegun: () => void = () => {}
  closedWith: number | null = null

  override on_message_text(message: string): Promise<void> {
    const gate = new Gate()
    this.begun.push(message)
    this.gates.push(gate)
    this.onBegun()
    return gate.opened
  }

  override on_closed(code: number): unknown {
    this.closedWith = code
    return undefined
  }
}

function begins(socket: Slow): Promise<void> {
  return new Promise((resolve) => {
    socket.onBegun = resolve
  })
}

/** Turns of the event loop in which everything that can happen without the peer has happened. */
async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('a slow hook', () => {
  it('is never called while it has not settled, even for messages of one segment', async () => {
    const { peer, socket } = openSession(Slow)
    const first = begins(socket)
    await peer.send(clientText('one'), clientText('two'), clientText('three'))
    await first
    await turns()
    expect(socket.begun).toEqual(['one'])
    const second = begins(socket)
    socket.gates[0]?.open()
    await second
    await turns()
    expect(socket.begun).toEqual(['one', 'two'])
    peer.stream.destroy()
  })

  it('stops the reading, so that the peer can not send on', async () => {
    const { peer, socket } = openSession(Slow, { highWaterMark: 1_000 })
    const first = begins(socket)
    await peer.send(clientText('one'))
    await first
    let sent = 0
    const message = clientText('x'.repeat(500))
    const sending = (async () => {
      for (; sent < 100; sent += 1) await peer.send(message)
    })()
    await turns()
    expect(sent).toBeLessThan(10)
    socket.onBegun = () => socket.gates.at(-1)?.open()
    socket.gates[0]?.open()
    await sending
    expect(sent).toBe(100)
    peer.stream.destroy()
  })

  it('does not keep on_connected from being settled first', async () => {
    const gate = new Gate()
    class Preparing extends Slow {
      override on_connected(): Promise<void> {
        return gate.opened
      }
    }
    const { peer, socket } = openSession(Preparing)
    await peer.send(clientText('one'))
    await turns()
    expect(socket.begun).toEqual([])
    const first = begins(socket)
    gate.open()
    await first
    expect(socket.begun).toEqual(['one'])
    peer.stream.destroy()
  })

  it('that never settles does not keep a shutdown from closing', async () => {
    const { peer, socket, host, done } = openSession(Slow)
    const first = begins(socket)
    await peer.send(clientText('one'))
    await first
    host.beginShutdown()
    expect(await peer.read(1)).toMatchObject([{ opcode: 8, payload: closePayload(1001) }])
    await peer.send(clientText('dropped'), clientClose(1001))
    await done
    expect(socket.begun).toEqual(['one'])
    expect(socket.closedWith).toBe(1001)
  })

  it('that never settles does not hide that the peer has vanished', async () => {
    const { peer, socket, done } = openSession(Slow)
    const first = begins(socket)
    await peer.send(clientText('one'))
    await first
    socket.handler.detach().stream.destroy()
    await done
    expect(socket.closedWith).toBe(1006)
  })

  it('that fails after the connection was closed is logged', async () => {
    class Failing extends Slow {
      override async on_message_text(message: string): Promise<void> {
        await super.on_message_text(message)
        throw new Error('too late')
      }
    }
    const { peer, socket, host, done } = openSession(Failing)
    const first = begins(socket)
    await peer.send(clientText('one'))
    await first
    peer.stream.destroy()
    socket.handler.detach().stream.destroy()
    await done
    socket.gates[0]?.open()
    await turns()
    expect(host.log.at(-1)).toBe('error 192.0.2.1 web socket handler failed: too late')
  })
})

describe('a quick hook', () => {
  it('gives other connections their turn in the middle of a long segment', async () => {
    let delivered = 0
    let atNextTurn: number | null = null
    class Counting extends WebSocketHandler {
      override on_message_text(): unknown {
        if (delivered === 0) setImmediate(() => (atNextTurn = delivered))
        delivered += 1
        return undefined
      }

      override on_connected(): unknown {
        // Outside of any turn that reads: the segment below is decoded in one go from here.
        return new Promise((resolve) => setImmediate(resolve))
      }
    }
    const { peer, done } = openSession(Counting)
    await peer.send(...Array<Buffer>(1_000).fill(clientText('')), clientClose())
    await done
    expect(delivered).toBe(1_000)
    expect(atNextTurn).toBeLessThan(200)
  })
})

describe('a slow peer', () => {
  it('makes a send wait until it has taken the message', async () => {
    const { peer, socket } = openSession(WebSocketHandler, { highWaterMark: 1_000 })
    await peer.opened()
    peer.stream.pause()
    let taken = 0
    const sending = (async () => {
      for (; taken < 20; taken += 1) await socket.send_message_binary(Buffer.alloc(500))
    })()
    await turns()
    expect(taken).toBeLessThan(10)
    peer.stream.resume()
    await sending
    expect(await peer.read(20)).toHaveLength(20)
    peer.stream.destroy()
  })

  it('is not read from while what its messages caused is waiting, though no hook awaits its sends', async () => {
    let received = 0
    class Careless extends WebSocketHandler {
      override on_message_text(message: string): unknown {
        received += 1
        void this.send_message_text(message.repeat(10))
        return undefined
      }
    }
    const { peer } = openSession(Careless, { highWaterMark: 1_000, limits: { output_bytes: 10_000 } })
    await peer.opened()
    peer.stream.pause()
    void peer.send(...Array<Buffer>(200).fill(clientText('x'.repeat(100))))
    await turns(50)
    expect(received).toBeGreaterThan(5)
    expect(received).toBeLessThan(20)
    peer.stream.resume()
    expect(await peer.read(200)).toHaveLength(200)
    peer.stream.destroy()
  })

  it('for which more than a message waits is cut off, and the sends are told', async () => {
    const { peer, socket, host, done } = openSession(WebSocketHandler, {
      highWaterMark: 1_000,
      limits: { websocket_message_bytes: 10_000 },
    })
    await peer.opened()
    peer.stream.pause()
    const sends = Array.from({ length: 12 }, () => socket.send_message_binary(Buffer.alloc(1_000)))
    const outcomes = await Promise.allSettled(sends)
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: expect.any(WebSocketClosedError) })
    expect(host.log.at(-1)).toBe('warn 192.0.2.1 web socket failed: the peer is too slow for what it is sent')
    await done
    expect(socket.connected).toBe(false)
  })

  it('may be sent more than a message by and by, as long as it takes it', async () => {
    const { peer, socket } = openSession(WebSocketHandler, { limits: { websocket_message_bytes: 10_000 } })
    await peer.opened()
    for (let count = 0; count < 100; count += 1) await socket.send_message_binary(Buffer.alloc(1_000))
    expect(await peer.read(100)).toHaveLength(100)
    peer.stream.destroy()
  })

  it('gets messages in order, large ones between small ones', async () => {
    const { peer, socket } = openSession(WebSocketHandler, { highWaterMark: 10_000 })
    await peer.opened()
    const sizes = [1, 300_000, 0, 70_000, 5, 65_536, 2]
    await Promise.all(sizes.map((size) => socket.send_message_binary(Buffer.alloc(size, 'x'))))
    expect((await peer.read(sizes.length)).map(({ payload }) => payload.length)).toEqual(sizes)
    peer.stream.destroy()
  })

  it('that leaves makes waiting sends reject, and ignored ones harm nobody', async () => {
    const { peer, socket, done } = openSession(WebSocketHandler, { highWaterMark: 1_000 })
    await peer.opened()
    peer.stream.pause()
    const waiting = socket.send_message_binary(Buffer.alloc(100_000))
    void socket.send_message_text('ignored')
    peer.stream.destroy()
    await expect(waiting).rejects.toThrow(WebSocketClosedError)
    await done
    void socket.send_message_text('ignored as well')
    await turns()
  })
})

describe('compressed messages', () => {
  class Compressing extends WebSocketHandler {
    override permessage_deflate = true
    override on_message_text(message: string): unknown {
      return this.send_message_text(message)
    }
  }

  const fields = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Extensions', 'permessage-deflate'],
  ] as const

  it('that are still being compressed are sent before the stream is ended', async () => {
    const { peer, socket, done } = openSession(Compressing, { fields })
    await peer.opened()
    void socket.send_message_text('a'.repeat(50_000))
    void socket.send_message_text('b'.repeat(50_000))
    await socket.close(1000)
    await peer.send(clientClose(1000))
    await done
    expect(peer.frames.map(({ opcode }) => opcode)).toEqual([1, 1, 8])
  })

  it('of a careless hook are sent before the close frame that the peer asked for', async () => {
    class Careless extends Compressing {
      override on_message_text(message: string): unknown {
        void super.on_message_text(message)
        return undefined
      }
    }
    const { peer, done } = openSession(Careless, { fields })
    await peer.send(clientText('a'.repeat(50_000)), clientClose(1000))
    await done
    expect(peer.frames.map(({ opcode }) => opcode)).toEqual([1, 8])
  })

  it('of a peer that has gone while they were compressed go nowhere', async () => {
    const { peer, socket, done } = openSession(Compressing, { fields })
    await peer.opened()
    const sending = socket.send_message_text('a'.repeat(50_000))
    peer.stream.destroy()
    await expect(sending).rejects.toThrow(WebSocketClosedError)
    await done
  })

  it('leave fragments and control frames between them alone', async () => {
    const { peer } = openSession(Compressing, { fields })
    await peer.send(
      clientFrame({ opcode: 1, payload: 'he', fin: false }),
      clientFrame({ opcode: 9, payload: 'p' }),
      clientFrame({ opcode: 0, payload: 'llo' }),
    )
    expect((await peer.read(2)).map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
      [10, 'p'],
      [1, 'hello'],
    ])
    peer.stream.destroy()
  })
})
