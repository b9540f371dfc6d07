import diagnostics_channel from 'node:diagnostics_channel'
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import {
  Faults,
  OCTETS_CHANNEL,
  type OctetsMessage,
  startServer,
  tapConnection,
  WireClient,
  withTap,
} from '../../src/testing/index.js'
import { duplexPair } from '../support/duplex-pair.js'

class Hello extends RequestHandler {
  override do_GET(): void {
    this.send_response_only(200)
    this.send_header('Content-Length', 5)
    this.end_headers()
    this.wfile.write('hello')
  }
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const HELLO = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'

for (const tls of [false, true]) {
  describe(`a tapped handler class ${tls ? 'over TLS' : 'without TLS'}`, () => {
    it('tells all octets of both directions', async () => {
      const heard = { received: '', sent: '' }
      const addresses = new Set<string>()
      const Tapped = withTap(Hello, (direction, chunk, { client_address, encrypted }) => {
        heard[direction] += chunk.toString('latin1')
        addresses.add(`${client_address[0]} ${encrypted}`)
      })
      await using server = await startServer(Tapped, { tls })
      using client = await WireClient.connect({ port: server.port, tls })
      await client.send(REQUEST + REQUEST, { cuts: [10, 40] })
      await client.read(2 * HELLO.length)
      expect(heard).toEqual({ received: REQUEST + REQUEST, sent: HELLO + HELLO })
      expect([...addresses]).toEqual([`127.0.0.1 ${tls}`])
    })
  })
}

describe('a tap', () => {
  it('tells what faults have made of a response', async () => {
    let sent = ''
    const Tapped = withTap(Hello, (direction, chunk) => {
      if (direction === 'sent') sent += chunk.toString('latin1')
    })
    await using server = await startServer(Tapped, { faults: [Faults.cutAfter({ after: 12 })] })
    using client = await WireClient.connect({ port: server.port })
    await client.send(REQUEST)
    await client.readUntilClose()
    expect(sent).toBe(HELLO.slice(0, 12))
  })

  it('is heard on the diagnostics channel', async () => {
    const heard: [string, string][] = []
    const listen = (message: unknown): void => {
      const { direction, chunk } = message as OctetsMessage
      heard.push([direction, chunk.toString()])
    }
    diagnostics_channel.subscribe(OCTETS_CHANNEL, listen)
    try {
      await using server = await startServer(Hello)
      using client = await WireClient.connect({ port: server.port })
      await client.send(REQUEST)
      await client.read(HELLO.length)
    } finally {
      diagnostics_channel.unsubscribe(OCTETS_CHANNEL, listen)
    }
    expect(heard).toEqual([
      ['received', REQUEST],
      ['sent', HELLO],
    ])
  })

  it('does not make a stream flow, and leaves no trace when it is taken off', async () => {
    const [here, there] = duplexPair()
    const heard: string[] = []
    const connection = { client_address: ['', 0] as const, encrypted: false, stream: here }
    const own = Object.getOwnPropertyNames(here)
    const first = tapConnection(connection, (direction, chunk) => heard.push(`first ${direction} ${chunk.toString()}`))
    const second = tapConnection(connection, (direction, chunk) =>
      heard.push(`second ${direction} ${chunk.toString()}`),
    )
    there.write('in')
    here.write('out', 'utf8')
    here.write(Uint8Array.of(0x21))
    await new Promise(setImmediate)
    expect([here.readableFlowing, here.readableLength]).toEqual([null, 2])
    expect(heard.toSorted()).toEqual([
      'first received in',
      'first sent !',
      'first sent out',
      'second received in',
      'second sent !',
      'second sent out',
    ])
    second()
    first()
    expect(Object.getOwnPropertyNames(here)).toEqual(own)
    here.end('more')
    expect(heard).toHaveLength(6)
  })
})
