import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { WebSocketClosedError } from '../../src/websocket/errors.js'
import { WebSocketHandler } from '../../src/websocket/web-socket-handler.js'
import { duplexPair } from '../support/duplex-pair.js'
import { clientClose, clientFrame, clientText, closePayload } from '../support/web-socket-frames.js'
import { FakeHost, HANDSHAKE_FIELDS, openSession } from '../support/web-socket-session.js'

const ACCEPTED =
  'HTTP/1.1 101\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'

/** Notes which hooks were called, in order. */
class Recorder extends WebSocketHandler {
  readonly calls: unknown[][] = []

  override on_connected(): unknown {
    this.calls.push(['connected', this.connected])
    return undefined
  }

  override on_closed(code: number, reason: string): unknown {
    this.calls.push(['closed', code, reason, this.connected])
    return undefined
  }

  override on_message_text(message: string): unknown {
    this.calls.push(['text', message])
    return undefined
  }

  override on_message_binary(message: Buffer): unknown {
    this.calls.push(['binary', message.toString('latin1')])
    return undefined
  }
}

class Echo extends Recorder {
  override on_message_text(message: string): unknown {
    super.on_message_text(message)
    return this.send_message_text(message)
  }

  override on_message_binary(message: Buffer): unknown {
    return this.send_message_binary(message)
  }
}

function fields(...more: [string, string][]) {
  return [...HANDSHAKE_FIELDS, ...more]
}

function without(name: string) {
  return HANDSHAKE_FIELDS.filter(([fieldName]) => fieldName !== name)
}

function failLater(): Promise<never> {
  return Promise.reject(new Error('boom'))
}

function failNow(): never {
  throw new Error('boom')
}

describe('the handshake', () => {
  it('is accepted with the fields of the original', async () => {
    const { peer, done, host } = openSession(Echo)
    await peer.opened()
    expect(peer.head).toBe(ACCEPTED)
    await peer.send(clientClose())
    expect(await done).toBe(true)
    expect(host.close_connection).toBe(true)
  })

  it('of a plain request is left to HTTP, unanswered', async () => {
    const { peer, done, host, socket } = openSession(Recorder, { fields: without('Upgrade') })
    expect(await done).toBe(false)
    expect(peer.head).toBe('')
    expect(host.close_connection).toBe(false)
    expect(socket.calls).toEqual([])
  })

  it('with another version is answered 426 with the fields a client needs', async () => {
    const { peer, done, host } = openSession(Recorder, {
      fields: [...without('Sec-WebSocket-Version'), ['Sec-WebSocket-Version', '8']],
    })
    expect(await done).toBe(true)
    await peer.opened()
    expect(peer.head).toBe(
      'HTTP/1.1 426\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\n' +
        'Content-Type: text/plain; charset=UTF-8\r\nContent-Length: 34\r\n\r\n',
    )
    expect(host.close_connection).toBe(true)
  })

  it('without key is answered 400 and calls no hook', async () => {
    const { peer, done, socket } = openSession(Recorder, { fields: without('Sec-WebSocket-Key') })
    expect(await done).toBe(true)
    await peer.opened()
    expect(peer.head).toBe('HTTP/1.1 400\r\n\r\n')
    expect(socket.calls).toEqual([])
  })

  it('asks the origin hook, and answers 403 where it says no', async () => {
    const asked: (string | null)[] = []
    class Strict extends Recorder {
      override async check_origin(origin: string | null): Promise<boolean> {
        asked.push(origin)
        return origin === 'https://good.example'
      }
    }
    const good = openSession(Strict, { fields: fields(['Origin', 'https://good.example']) })
    await good.peer.opened()
    expect(good.peer.head).toBe(ACCEPTED)
    good.peer.stream.destroy()
    const bad = openSession(Strict, { fields: fields(['Origin', 'https://bad.example']) })
    expect(await bad.done).toBe(true)
    await bad.peer.opened()
    expect(bad.peer.head).toBe('HTTP/1.1 403\r\n\r\n')
    await openSession(Strict).done
    expect(asked).toEqual(['https://good.example', 'https://bad.example', null])
  })

  it('agrees on the subprotocol that the hook chooses, and tells it', async () => {
    class Choosy extends Recorder {
      override select_protocol(offered: readonly string[]): string | null {
        return offered.at(-1) ?? null
      }
    }
    const { peer, socket } = openSession(Choosy, { fields: fields(['Sec-WebSocket-Protocol', 'chat, superchat']) })
    await peer.opened()
    expect(peer.head).toContain('\r\nSec-WebSocket-Protocol: superchat\r\n')
    expect(socket.protocol).toBe('superchat')
    peer.stream.destroy()
  })

  it('fails for a subprotocol that was not offered, before anything is answered', async () => {
    class Wrong extends Recorder {
      override select_protocol(): string {
        return 'mine'
      }
    }
    const { peer, done } = openSession(Wrong)
    await expect(done).rejects.toThrow(/"mine"/)
    expect(peer.head).toBe('')
  })

  it('compresses only where both sides want it', async () => {
    const offered = { fields: fields(['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits']) }
    const plain = openSession(Recorder, offered)
    await plain.peer.opened()
    expect(plain.peer.head).toBe(ACCEPTED)
    plain.peer.stream.destroy()
    class Compressing extends Echo {
      override permessage_deflate = true
    }
    const both = openSession(Compressing, offered)
    await both.peer.opened()
    expect(both.peer.head).toContain('\r\nSec-WebSocket-Extensions: permessage-deflate; ')
    await both.peer.send(clientText('hello'))
    expect((await both.peer.read(1))[0]).toMatchObject({ opcode: 1, reserved: 0 })
    await both.peer.send(clientClose(1000))
    expect(await both.done).toBe(true)
    const malformed = openSession(Compressing, { fields: fields(['Sec-WebSocket-Extensions', ';;']) })
    expect(await malformed.done).toBe(true)
    await malformed.peer.opened()
    expect(malformed.peer.head).toBe('HTTP/1.1 400\r\n\r\n')
  })

  it('tells the extensions the client offers', () => {
    const { socket, peer } = openSession(Recorder, { fields: fields(['Sec-WebSocket-Extensions', 'a;x=1 , b']) })
    expect(socket.client_extensions).toEqual(['a;x=1', 'b'])
    peer.stream.destroy()
  })
})

describe('a stream that is over before the first frame', () => {
  it('because the peer has ended it is closed at once', async () => {
    const [here, there] = duplexPair()
    there.end()
    here.resume()
    await once(here, 'end')
    const socket = new Recorder(new FakeHost(here))
    expect(await socket.run()).toBe(true)
    expect(socket.calls).toEqual([
      ['connected', true],
      ['closed', 1006, '', false],
    ])
  })

  it('because it was destroyed is closed at once', async () => {
    const [here] = duplexPair()
    here.on('error', () => {})
    const host = new FakeHost(here)
    const socket = new Recorder(host)
    here.destroy()
    await once(here, 'close')
    expect(await socket.run()).toBe(true)
    expect(socket.calls.at(-1)).toEqual(['closed', 1006, '', false])
  })

  it('because the client left during the handshake calls no hook', async () => {
    const [here] = duplexPair()
    const host = new FakeHost(here)
    host.wfile.flush = () => Promise.reject(new Error('the peer is gone'))
    const socket = new Recorder(host)
    expect(await socket.run()).toBe(true)
    expect(socket.calls).toEqual([])
  })
})

describe('messages', () => {
  it('are dropped by default, and pings are answered', async () => {
    const { peer, done } = openSession(WebSocketHandler)
    await peer.send(clientText('text'), clientFrame({ opcode: 2, payload: 'binary' }), clientFrame({ opcode: 10 }))
    await peer.send(clientFrame({ opcode: 9, payload: 'ping' }), clientClose())
    expect(await done).toBe(true)
    expect(peer.frames).toMatchObject([
      { opcode: 10, payload: Buffer.from('ping') },
      { opcode: 8, payload: closePayload() },
    ])
  })

  it('reach the hook of their kind in order, after on_connected', async () => {
    const { peer, socket, done } = openSession(Recorder)
    await peer.send(clientText('one'), clientFrame({ opcode: 2, payload: Buffer.from([0, 255]) }), clientText('\u00e9'))
    await peer.send(clientClose(4000, 'bye'))
    await done
    expect(socket.calls).toEqual([
      ['connected', true],
      ['text', 'one'],
      ['binary', '\x00\xff'],
      ['text', '\u00e9'],
      ['closed', 4000, 'bye', false],
    ])
  })

  it('that came together with the handshake are not lost', async () => {
    const { peer } = openSession(Echo, { head: clientText('early') })
    expect((await peer.read(1))[0]?.payload.toString()).toBe('early')
    peer.stream.destroy()
  })

  it('are echoed as text and as binary', async () => {
    const { peer } = openSession(Echo)
    await peer.send(clientText('text'), clientFrame({ opcode: 2, payload: Buffer.from([1, 2]) }))
    expect(
      (await peer.read(2)).map(({ opcode, masked, payload }) => [opcode, masked, payload.toString('latin1')]),
    ).toEqual([
      [1, false, 'text'],
      [2, false, '\x01\x02'],
    ])
    peer.stream.destroy()
  })

  it('all pass through on_message, which an override may replace', async () => {
    class All extends Recorder {
      override on_message(opcode: number, message: Buffer): unknown {
        this.calls.push([opcode, message.toString('latin1')])
        return undefined
      }
    }
    const { peer, socket, done } = openSession(All)
    await peer.send(
      clientText('t'),
      clientFrame({ opcode: 9, payload: 'p' }),
      clientFrame({ opcode: 10, payload: 'q' }),
    )
    await peer.send(clientClose(1000, 'r'))
    await done
    expect(socket.calls.slice(1, -1)).toEqual([
      [socket._opcode_text, 't'],
      [socket._opcode_ping, 'p'],
      [socket._opcode_pong, 'q'],
      [socket._opcode_close, '\x03\xe8r'],
    ])
    expect(peer.frames).toMatchObject([{ opcode: 8 }])
  })

  it('of every kind can be sent, as text or octets of any view', async () => {
    const { socket, peer } = openSession(Recorder)
    await peer.opened()
    await socket.send_message_text('\u00e9')
    await socket.send_message_binary(new Uint8Array([1, 2, 3]).subarray(1))
    await socket.send_message_binary('text')
    await socket.send_message_ping('data')
    await socket.ping()
    await socket.send_message(socket._opcode_pong, 'pong')
    expect((await peer.read(6)).map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
      [1, '\u00e9'],
      [2, '\x02\x03'],
      [2, 'text'],
      [9, 'data'],
      [9, ''],
      [10, 'pong'],
    ])
    peer.stream.destroy()
  })

  it('that are none throw at once', async () => {
    const { socket, peer } = openSession(Recorder)
    await peer.opened()
    expect(() => socket.send_message(16, '')).toThrow(RangeError)
    expect(() => socket.send_message(-1, '')).toThrow(RangeError)
    expect(() => socket.send_message(1.5, '')).toThrow(RangeError)
    expect(() => socket.send_message(socket._opcode_close, '')).toThrow(RangeError)
    expect(() => socket.send_message_ping('x'.repeat(126))).toThrow(RangeError)
    expect(socket.connected).toBe(true)
    peer.stream.destroy()
  })

  it('are refused before the handshake and after the end', async () => {
    const { socket, peer, done } = openSession(Recorder)
    await expect(socket.send_message_text('too early')).rejects.toThrow(WebSocketClosedError)
    await peer.send(clientClose())
    await done
    await expect(socket.send_message_text('too late')).rejects.toThrow(WebSocketClosedError)
  })
})

describe('the opcodes', () => {
  it('are attributes of class and instance, as in Python', () => {
    const { socket, peer } = openSession(Recorder)
    peer.stream.destroy()
    const names = ['continue', 'text', 'binary', 'close', 'ping', 'pong'] as const
    expect(names.map((name) => socket[`_opcode_${name}`])).toEqual([0, 1, 2, 8, 9, 10])
    expect(names.map((name) => WebSocketHandler[`_opcode_${name}`])).toEqual([0, 1, 2, 8, 9, 10])
  })
})

describe('closing', () => {
  it.each<[string, Buffer, Buffer]>([
    ['an empty frame with an empty one', clientClose(), closePayload()],
    ['a code with the same code', clientClose(1000), closePayload(1000)],
    ['a code and a reason with the code', clientClose(4999, 'reason'), closePayload(4999)],
  ])('answers %s, then ends the stream', async (_title, sent, answered) => {
    const { peer, done } = openSession(Recorder)
    await peer.send(sent, clientText('ignored'))
    await peer.ended
    expect(peer.frames).toMatchObject([{ opcode: 8, payload: answered }])
    await done
  })

  it.each<[number, string, Buffer]>([
    [1002, 'a protocol error', clientFrame({ opcode: 1, payload: 'unmasked', mask: null })],
    [1007, 'text that is none', clientFrame({ opcode: 1, payload: Buffer.from([0xff]) })],
    [1009, 'a message over the limit', clientFrame({ opcode: 2, payload: Buffer.alloc(2_000) })],
    [1008, 'too many control frames', Buffer.concat(Array<Buffer>(5_000).fill(clientFrame({ opcode: 10 })))],
  ])('says %i for %s, and tells on_closed and the log', async (code, _title, octets) => {
    const { peer, done, socket, host } = openSession(Recorder, { limits: { websocket_message_bytes: 1_000 } })
    await peer.send(octets)
    await peer.ended
    expect(peer.frames).toMatchObject([{ opcode: 8, payload: closePayload(code) }])
    await done
    expect(socket.calls.at(-1)).toMatchObject(['closed', code, expect.stringMatching(/./), false])
    expect(host.log.at(-1)).toMatch(/^warn 192\.0\.2\.1 web socket failed: /)
  })

  it.each<[string, Parameters<WebSocketHandler['close']>, Buffer]>([
    ['nothing: an empty frame, as Python', [], closePayload()],
    ['a code', [1003], closePayload(1003)],
    ['a code and a reason', [4000, 'th\u00e9 end'], closePayload(4000, 'th\u00e9 end')],
    ['a reason alone, which is a normal end', [undefined, 'done'], closePayload(1000, 'done')],
  ])('by us sends %s, and waits for the peer', async (_title, [code, reason], payload) => {
    const { socket, peer, done } = openSession(Recorder)
    await peer.opened()
    await socket.close(code, reason)
    expect(socket.connected).toBe(false)
    expect(await peer.read(1)).toMatchObject([{ opcode: 8, payload }])
    await peer.send(clientText('crossed'), clientClose(1001, 'mine'))
    await peer.ended
    await done
    expect(peer.frames).toHaveLength(1)
    expect(socket.calls).toEqual([
      ['connected', true],
      ['closed', 1001, 'mine', false],
    ])
  })

  it('twice, by both or by nobody in particular sends one frame', async () => {
    const { socket, peer, done } = openSession(Recorder)
    await peer.opened()
    await Promise.all([socket.close(1000), socket.close(1001), socket.close()])
    await peer.send(clientClose(1000))
    await peer.ended
    expect(peer.frames).toMatchObject([{ opcode: 8, payload: closePayload(1000) }])
    await done
    await socket.close()
  })

  it('with what no close frame can say throws and leaves the connection open', async () => {
    const { socket, peer } = openSession(Recorder)
    await peer.opened()
    expect(() => socket.close(1005)).toThrow(TypeError)
    expect(() => socket.close(999)).toThrow(TypeError)
    expect(() => socket.close(1000, 'x'.repeat(124))).toThrow(RangeError)
    expect(socket.connected).toBe(true)
    peer.stream.destroy()
  })

  it('from inside a hook, awaited, does not wait for itself', async () => {
    class Once extends Recorder {
      override async on_message_text(): Promise<void> {
        await this.send_message_text('last')
        await this.close(1000)
      }
    }
    const { peer, done, socket } = openSession(Once)
    await peer.send(clientText('a'), clientText('b'))
    expect((await peer.read(2)).map(({ opcode }) => opcode)).toEqual([1, 8])
    await peer.send(clientClose(1000))
    await peer.ended
    await done
    expect(socket.calls.at(-1)).toEqual(['closed', 1000, '', false])
  })

  it('by a peer that just ends its side is the code 1006, without a close frame', async () => {
    const { peer, done, socket } = openSession(Recorder)
    await peer.opened()
    peer.stream.end(clientText('half').subarray(0, 4))
    await peer.ended
    await done
    expect(peer.frames).toEqual([])
    expect(socket.calls.at(-1)).toEqual(['closed', 1006, '', false])
  })

  it('by a peer that is gone before the hook has seen its close frame still has the code', async () => {
    const { peer, done, socket } = openSession(
      class extends Recorder {
        override on_message(opcode: number, message: Buffer): unknown {
          if (opcode !== this._opcode_close) return super.on_message(opcode, message)
          this.handler.detach().stream.destroy()
          return new Promise(() => {})
        }
      },
    )
    await peer.send(clientClose(4000, 'bye'))
    await done
    expect(socket.calls.at(-1)).toEqual(['closed', 4000, 'bye', false])
  })

  it('by a peer that vanishes calls on_closed once', async () => {
    const { peer, done, socket } = openSession(Recorder)
    await peer.send(clientText('a'))
    peer.stream.destroy()
    await done
    expect(socket.calls.filter(([name]) => name === 'closed')).toEqual([['closed', 1006, '', false]])
  })

  it('by shutdown says 1001, and takes the listener back afterwards', async () => {
    const { peer, done, host, socket } = openSession(Recorder)
    await peer.opened()
    expect(host.shutdownListeners).toBe(1)
    host.beginShutdown()
    expect(await peer.read(1)).toMatchObject([{ opcode: 8, payload: closePayload(1001) }])
    await peer.send(clientClose(1001))
    await peer.ended
    await done
    expect(host.shutdownListeners).toBe(0)
    expect(socket.calls.at(-1)).toEqual(['closed', 1001, '', false])
  })
})

describe('a hook that fails', () => {
  it.each([
    ['at once', failNow],
    ['later', failLater],
  ])('%s, in a message hook, closes with 1011 and is logged', async (_title, fail) => {
    class Failing extends Recorder {
      override on_message_text(): unknown {
        return fail()
      }
    }
    const { peer, done, host, socket } = openSession(Failing)
    await peer.send(clientText('a'), clientText('b'))
    expect(await peer.read(1)).toMatchObject([{ opcode: 8, payload: closePayload(1011) }])
    await peer.send(clientClose(1011))
    await peer.ended
    await done
    expect(host.log).toEqual([
      'info 192.0.2.1 web socket has been connected',
      'error 192.0.2.1 web socket handler failed: boom',
    ])
    expect(socket.calls.at(-1)).toEqual(['closed', 1011, '', false])
  })

  it.each([
    ['at once', failNow],
    ['later', failLater],
  ])('%s, in on_connected, closes with 1011 before any message is delivered', async (_title, fail) => {
    class Failing extends Recorder {
      override on_connected(): unknown {
        return fail()
      }
    }
    const { peer, done, socket } = openSession(Failing)
    await peer.send(clientText('a'))
    expect(await peer.read(1)).toMatchObject([{ opcode: 8, payload: closePayload(1011) }])
    await peer.send(clientClose(1011))
    await done
    expect(socket.calls).toEqual([['closed', 1011, '', false]])
  })

  it.each([
    ['at once', failNow],
    ['later', failLater],
  ])('%s, in on_closed, is logged and hurts nobody', async (_title, fail) => {
    class Failing extends Recorder {
      override on_closed(): unknown {
        return fail()
      }
    }
    const { peer, done, host } = openSession(Failing)
    await peer.send(clientClose())
    expect(await done).toBe(true)
    expect(host.log.at(-1)).toBe('error 192.0.2.1 web socket handler failed: boom')
  })

  it('because the peer has left meanwhile is not called a failure', async () => {
    class Slow extends Recorder {
      override async on_message_text(): Promise<void> {
        peerOf.current?.destroy()
        await this.send_message_text('x'.repeat(200_000))
      }
    }
    const peerOf: { current?: { destroy(): void } } = {}
    const { peer, done, host } = openSession(Slow)
    peerOf.current = peer.stream
    await peer.send(clientText('a'))
    await done
    expect(host.log.filter((line) => line.startsWith('error'))).toEqual([])
  })
})
