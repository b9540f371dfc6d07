/** WebSocket clients of the soak, made with `ws`: messages of random sizes, compressed or not, each of which comes back. */
import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { type RawData, WebSocket } from 'ws'
import type { Random } from '../../../src/testing/random.js'
import { contentOf } from './content.js'
import type { Address } from './soak-client.js'

/** Gives the number of messages that came back as they were. */
export async function visitWebSocket({ port, tls }: Address, random: Random): Promise<number> {
  const socket = new WebSocket(`${tls ? 'wss' : 'ws'}://127.0.0.1:${port}/socket`, {
    rejectUnauthorized: false,
    perMessageDeflate: random.below(2) === 0,
  })
  // Failures reach whoever waits; this listener only keeps a late one from ending the process.
  socket.on('error', () => undefined)
  await once(socket, 'open')
  const messages = Array.from({ length: 1 + random.below(12) }, () => someMessage(random))
  const received = echoesOf(socket, messages.length)
  for (const message of messages) socket.send(message)
  for (const [place, message] of (await received).entries()) {
    const sent = messages[place] as Buffer | string
    assert(Buffer.from(sent).equals(message.octets), 'a message comes back as it was')
    assert.equal(message.isBinary, typeof sent !== 'string')
  }
  if (random.below(5) === 0) socket.terminate()
  else {
    socket.close(1000)
    assert.equal((await once(socket, 'close'))[0], 1000)
  }
  return messages.length
}

function someMessage(random: Random): Buffer | string {
  const content = contentOf(random.below(1000), random.below(random.pick([10, 200, 70_000, 200_000])))
  return random.below(2) === 0 ? content : content.toString('latin1')
}

interface Echo {
  readonly octets: Buffer
  readonly isBinary: boolean
}

function echoesOf(socket: WebSocket, count: number): Promise<Echo[]> {
  const echoes: Echo[] = []
  return new Promise((resolve, reject) => {
    socket.on('message', (data: RawData, isBinary: boolean) => {
      echoes.push({ octets: data as Buffer, isBinary })
      if (echoes.length === count) resolve(echoes)
    })
    socket.once('close', (code) => reject(new Error(`the WebSocket closed with ${code}`)))
    setTimeout(() => reject(new Error('the WebSocket is silent')), 60_000).unref()
  })
}
