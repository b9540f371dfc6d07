/** A stream in memory may bring the peer's answer before the write that it answers has returned. */
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { WebSocketHandler } from '../../src/websocket/web-socket-handler.js'
import { clientClose, clientText, readFrames } from '../support/web-socket-frames.js'
import { openSession } from '../support/web-socket-session.js'

async function turns(): Promise<void> {
  for (let count = 0; count < 20; count += 1) await turn()
}

/** Sends more than may wait, in answer to a message. */
class Flooding extends WebSocketHandler {
  override on_message_text(): void {
    for (let count = 0; count < 4; count += 1) this.send_message_text('more').catch(() => {})
  }
}

class Leaving extends WebSocketHandler {
  override on_message_text(): void {
    void this.close(4000)
  }
}

describe('a message that is answered while it is written', () => {
  it.each([
    ['short', 'tick'],
    ['long', 'tick'.repeat(2_000)],
  ])('and %s is refused when the connection is given up meanwhile', async (_length, message) => {
    const { peer, socket } = openSession(Flooding, { limits: { websocket_message_bytes: 200 } })
    await turns()
    peer.stream.on('data', () => void peer.stream.write(clientText('hi')))
    await expect(socket.send_message_text(message)).rejects.toThrow('the WebSocket is closed')
    expect(socket.connected).toBe(false)
  })

  it('leaves the close frame that the answer has caused its place in front of the end', async () => {
    const { peer, socket } = openSession(Leaving)
    await turns()
    const heard: Buffer[] = []
    peer.stream.once('data', () => void peer.stream.write(clientText('hi')))
    peer.stream.on('data', (octets: Buffer) => heard.push(octets))
    void socket.send_message_text('tick')
    await Promise.resolve()
    peer.stream.write(clientClose(1000))
    await turns()
    expect(readFrames(Buffer.concat(heard)).map(({ opcode }) => opcode)).toEqual([1, 8])
  })
})
