/** What a WebSocket waits for, and for how long; the clock is the test's. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocketHandler } from '../../src/websocket/web-socket-handler.js'
import { clientClose, clientFrame, clientText, closePayload } from '../support/web-socket-frames.js'
import { openSession } from '../support/web-socket-session.js'

class Timed extends WebSocketHandler {
  override ping_interval_ms = 1_000
  override close_timeout_ms = 500
  override write_idle_ms = 700
  closedWith: number | null = null
  pending: Promise<void> | null = null

  override on_message_text(): unknown {
    return this.pending
  }

  override on_closed(code: number): unknown {
    this.closedWith = code
    return undefined
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

async function pass(milliseconds: number): Promise<void> {
  await turns()
  vi.advanceTimersByTime(milliseconds)
  await turns()
}

describe('a silent peer', () => {
  it('is sent a ping after an interval, and is left alone when it answers', async () => {
    const { peer, socket } = openSession(Timed)
    await peer.opened()
    for (let round = 1; round <= 3; round += 1) {
      await pass(1_000)
      expect(peer.frames).toHaveLength(round)
      expect(peer.frames.at(-1)).toMatchObject({ opcode: 9, payload: Buffer.alloc(0) })
      await peer.send(clientFrame({ opcode: 10 }))
    }
    expect(socket.connected).toBe(true)
    peer.stream.destroy()
  })

  it('that does not answer is cut off after another interval', async () => {
    const { peer, socket, host, done } = openSession(Timed)
    await peer.opened()
    await pass(1_000)
    expect(socket.connected).toBe(true)
    await pass(1_000)
    await done
    expect(socket.closedWith).toBe(1006)
    expect(host.log.at(-1)).toBe('warn 192.0.2.1 web socket failed: the peer is silent')
  })

  it('is not pinged while it talks', async () => {
    const { peer } = openSession(Timed)
    for (let round = 0; round < 5; round += 1) {
      await peer.send(clientText('here'))
      await pass(900)
    }
    expect(peer.frames).toEqual([])
    peer.stream.destroy()
  })

  it('is not blamed for what a slow hook keeps from being read', async () => {
    const { peer, socket } = openSession(Timed)
    let finish!: () => void
    socket.pending = new Promise((resolve) => {
      finish = resolve
    })
    await peer.send(clientText('work'))
    for (let round = 0; round < 5; round += 1) await pass(1_000)
    expect(socket.connected).toBe(true)
    finish()
    await pass(10)
    expect(peer.frames).toEqual([])
    peer.stream.destroy()
  })

  it('is never pinged when the interval is Infinity', async () => {
    class Patient extends Timed {
      override ping_interval_ms = Infinity
    }
    const { peer, socket } = openSession(Patient)
    await peer.opened()
    await pass(10_000_000)
    expect(peer.frames).toEqual([])
    expect(socket.connected).toBe(true)
    peer.stream.destroy()
  })
})

describe('the closing handshake', () => {
  it('is not waited for longer than close_timeout_ms', async () => {
    const { peer, socket, done, host } = openSession(Timed)
    await peer.opened()
    await socket.close(1000)
    await pass(499)
    expect(socket.closedWith).toBeNull()
    await pass(1)
    await done
    expect(socket.closedWith).toBe(1006)
    expect(host.log.at(-1)).toBe('warn 192.0.2.1 web socket failed: the peer does not close')
  })

  it('ends the connection though the peer keeps its side open', async () => {
    const { peer, socket, done } = openSession(Timed)
    peer.lingers = true
    await peer.send(clientClose(1000))
    await peer.ended
    expect(peer.frames).toMatchObject([{ opcode: 8, payload: closePayload(1000) }])
    await pass(500)
    await done
    expect(socket.closedWith).toBe(1000)
  })

  it('ends though the peer goes on sending', async () => {
    const { peer, socket, done } = openSession(Timed)
    peer.lingers = true
    await peer.send(clientFrame({ opcode: 1, mask: null, payload: 'bad' }))
    await peer.ended
    await peer.send(clientText('more'), clientText('and more'))
    await pass(500)
    await done
    expect(socket.closedWith).toBe(1002)
  })
})

describe('a peer that takes nothing', () => {
  it('is cut off after write_idle_ms', async () => {
    const { peer, socket, host, done } = openSession(Timed, { highWaterMark: 1_000 })
    await peer.opened()
    peer.stream.pause()
    const sending = socket.send_message_binary(Buffer.alloc(200_000))
    await pass(699)
    expect(socket.connected).toBe(true)
    await pass(1)
    await expect(sending).rejects.toThrow('closed')
    await done
    expect(host.log.at(-1)).toBe('warn 192.0.2.1 web socket failed: the peer takes nothing')
  })

  it('is not confused with one that takes a little at a time', async () => {
    class Slow extends Timed {
      override ping_interval_ms = Infinity
    }
    const { peer, socket } = openSession(Slow, { highWaterMark: 1_000 })
    await peer.opened()
    peer.stream.pause()
    const sending = socket.send_message_binary(Buffer.alloc(400_000))
    for (let round = 0; round < 6; round += 1) {
      await pass(600)
      peer.stream.resume()
      await turns(1)
      peer.stream.pause()
    }
    expect(socket.connected).toBe(true)
    peer.stream.resume()
    await sending
    peer.stream.destroy()
  })
})
