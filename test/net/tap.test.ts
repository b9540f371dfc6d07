/** Taps on a stream in memory: which octets they tell, and that taking one off is no other's business. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { OCTETS_CHANNEL, publishOctets, tapConnection } from '../../src/net/tap.js'
import { duplexPair } from '../support/duplex-pair.js'

/** Has what goes over the stream noted under a name. @returns Takes the tap off. */
function tap(stream: Duplex, name: string, heard: string[]): () => void {
  const connection = { client_address: ['', 0] as const, encrypted: false, stream }
  return tapConnection(connection, (direction, chunk) => heard.push(`${name} ${direction} ${chunk.toString('latin1')}`))
}

describe('a tap', () => {
  it('tells what is sent, whatever it is given as', () => {
    const [here] = duplexPair()
    const heard: string[] = []
    tap(here, 'tap', heard)
    here.write('\xe4', 'latin1')
    here.write('\xe4')
    here.write('Zg==', 'base64')
    here.write(Buffer.from('octets'))
    here.write(Uint8Array.of(1, 0x61, 2).subarray(1, 2))
    here.end('last')
    expect(heard.map((line) => line.replace('tap sent ', ''))).toEqual(['\xe4', '\xc3\xa4', 'f', 'octets', 'a', 'last'])
  })

  it('tells what is received, before whoever reads it', async () => {
    const [here, there] = duplexPair()
    const heard: string[] = []
    tap(here, 'tap', heard)
    here.on('data', (octets: Buffer) => heard.push(`read ${octets.toString()}`))
    there.write('hello')
    await turn()
    expect(heard).toEqual(['tap received hello', 'read hello'])
  })

  it('tells nothing of writes without octets, and of the end', () => {
    const [here, there] = duplexPair()
    const heard: string[] = []
    tap(here, 'tap', heard)
    here.write(Buffer.alloc(0))
    there.end()
    here.resume()
    here.end()
    expect(heard).toEqual([])
  })

  it('that is taken off tells nothing any more, and leaves those beside it', () => {
    const [here] = duplexPair()
    const heard: string[] = []
    const takeOff = ['below', 'middle', 'above'].map((name) => tap(here, name, heard))
    here.write('1')
    expect(heard.splice(0).toSorted()).toEqual(['above sent 1', 'below sent 1', 'middle sent 1'])
    takeOff[2]?.()
    here.write('2')
    expect(heard.splice(0).toSorted()).toEqual(['below sent 2', 'middle sent 2'])
    takeOff[0]?.()
    here.write('3')
    expect(heard.splice(0)).toEqual(['middle sent 3'])
    takeOff[1]?.()
    here.write('4')
    expect(heard).toEqual([])
  })

  it('leaves the stream as it was when it is taken off', () => {
    const [here] = duplexPair()
    const own = here.write.bind(here)
    here.write = own
    const takeOff = tap(here, 'tap', [])
    expect(here.write).not.toBe(own)
    takeOff()
    expect(here.write).toBe(own)
    expect(['push', 'write', 'end'].filter((name) => Object.hasOwn(here, name))).toEqual(['write'])
  })
})

describe('the channel of octets', () => {
  it('tells what goes over connections that begin while somebody listens, and touches no other', async () => {
    const messages: unknown[] = []
    const listener = (message: unknown): unknown => messages.push(message)
    const [here, there] = duplexPair()
    const connection = { client_address: ['host', 1] as const, encrypted: false, stream: here }
    publishOctets(connection)
    expect(Object.hasOwn(here, 'write')).toBe(false)
    subscribe(OCTETS_CHANNEL, listener)
    try {
      here.write('unheard')
      publishOctets(connection)
      here.write('sent')
      there.write('received')
      here.resume()
      await turn()
    } finally {
      unsubscribe(OCTETS_CHANNEL, listener)
    }
    expect(messages).toEqual([
      { direction: 'sent', chunk: Buffer.from('sent'), connection },
      { direction: 'received', chunk: Buffer.from('received'), connection },
    ])
  })
})
