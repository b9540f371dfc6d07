/** A connection on a stream in memory, as a handler uses it: one exchange after the other, and what there is at its end. */
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { RequestHead } from '../../src/http/events.js'
import { DEFAULT_LIMITS, DEFAULT_TIMEOUTS, type Timeouts } from '../../src/index.js'
import { SocketConnection } from '../../src/net/connection.js'
import { duplexPair } from '../support/duplex-pair.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
const PUT = 'PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n'
const CHUNKED = 'PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
const UPGRADE = 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'
const NO_CONTENT = 'HTTP/1.1 204 No Content\r\n\r\n'
const BODILESS = { contentLength: 0, bodiless: true, interim: false, chunked: false }

function connectionOver(stream: Duplex, timeouts: Partial<Timeouts> = {}): SocketConnection {
  return new SocketConnection(stream, {
    client_address: ['host', 1],
    encrypted: false,
    limits: DEFAULT_LIMITS,
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
    raw: null,
  })
}

/** A connection, and a client that has sent this. */
async function connected(octets = '', timeouts: Partial<Timeouts> = {}) {
  const [here, there] = duplexPair()
  const connection = connectionOver(there, timeouts)
  if (octets !== '') here.write(octets)
  await turn()
  return { here, there, connection, [Symbol.asyncDispose]: async () => (there.destroy(), await connection.closed) }
}

/** Answers a request, if there is one, with as little as possible. */
function answer(connection: SocketConnection): Promise<boolean> | boolean {
  connection.writeHead(NO_CONTENT, BODILESS)
  return connection.finishRequest()
}

/** Answers with more than the stream takes at once. */
function answerAtLength(connection: SocketConnection): Promise<boolean> | boolean {
  connection.writeHead(NO_CONTENT, { contentLength: 500_000, bodiless: false, interim: false, chunked: false })
  connection.wfile.write(Buffer.alloc(500_000))
  return connection.finishRequest()
}

/** All that the client has received. */
function heardBy(here: Duplex): () => string {
  let heard = ''
  here.on('data', (octets: Buffer) => (heard += octets.toString('latin1')))
  return () => heard
}

/** A reader of bodies, and what it was told. */
function listening() {
  const heard: string[] = []
  const reader = {
    takePiece: (octets: Buffer) => void heard.push(octets.toString()),
    takeEnd: () => void heard.push('end'),
    takeFailure: (error: Error | null) => void heard.push(`failure ${error?.message}`),
  }
  return { heard, reader }
}

describe('the body of a request, read past its stream', () => {
  it('is given at once when all of it is here, and leaves its stream at its end', async () => {
    await using client = await connected(`${PUT}abcde${GET}`)
    const { reader, heard } = listening()
    void client.connection.nextRequest()
    expect(client.connection.readBodyTo(reader)).toBe(true)
    expect(heard).toEqual(['abcde', 'end'])
    expect(client.connection.readBodyTo(reader)).toBe(false)
    expect(await client.connection.rfile.toArray()).toEqual([])
    expect(await answer(client.connection)).toBe(true)
    expect(await client.connection.nextRequest()).toMatchObject({ target: '/x', method: 'GET' })
  })

  it('is given as it comes, and nobody else gets any of it', async () => {
    await using client = await connected(`${PUT}ab`)
    const { reader, heard } = listening()
    void client.connection.nextRequest()
    expect(client.connection.readBodyTo(reader)).toBe(true)
    for (const octets of ['c', 'd']) {
      client.here.write(octets)
      await turn()
    }
    const streamed = client.connection.rfile.toArray()
    client.here.write('e')
    expect(await streamed).toEqual([])
    expect(heard).toEqual(['ab', 'c', 'd', 'e', 'end'])
  })

  it('is given to its end though its reader looks at its stream amid it', async () => {
    await using client = await connected(`${CHUNKED}1\r\na\r\n1\r\nb\r\n0\r\n\r\n`)
    const { reader, heard } = listening()
    void client.connection.nextRequest()
    const takePiece = (octets: Buffer): void => {
      reader.takePiece(octets)
      expect(client.connection.rfile.readableLength).toBe(0)
    }
    client.connection.readBodyTo({ ...reader, takePiece })
    await turn()
    expect(heard).toEqual(['ab', 'end'])
  })

  it('leaves its trailers to its stream', async () => {
    await using client = await connected(`${CHUNKED}1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n`)
    const { reader, heard } = listening()
    void client.connection.nextRequest()
    client.connection.readBodyTo(reader)
    expect(heard).toEqual(['a', 'end'])
    expect(client.connection.rfile.trailers.get('x-sum')).toBe('1')
  })

  it('ends when its stream is destroyed', async () => {
    await using client = await connected(`${PUT}ab`)
    const { reader, heard } = listening()
    void client.connection.nextRequest()
    client.connection.readBodyTo(reader)
    client.connection.rfile.destroy(new Error('enough'))
    client.here.write('c')
    await turn()
    expect(heard).toEqual(['ab', 'failure enough'])
  })

  it('fails when its peer leaves, and when its exchange is over before it', async () => {
    await using left = await connected(`${PUT}ab`)
    const first = listening()
    void left.connection.nextRequest()
    left.connection.readBodyTo(first.reader)
    left.there.destroy()
    await left.connection.closed
    expect(first.heard).toEqual(['ab', 'failure the peer is gone'])

    await using answered = await connected(`${PUT}ab`)
    const second = listening()
    void answered.connection.nextRequest()
    answered.connection.readBodyTo(second.reader)
    const whole = answer(answered.connection)
    expect(second.heard).toEqual(['ab', 'failure undefined'])
    answered.here.write('cde')
    expect(await whole).toBe(true)
  })

  it.each<[string, string, (connection: SocketConnection) => unknown]>([
    ['there is no request', '', () => {}],
    ['somebody has asked for its stream', `${PUT}abcde`, (connection) => [connection.nextRequest(), connection.rfile]],
    ['its exchange is over', `${PUT}abcde`, (connection) => [connection.nextRequest(), answer(connection)]],
  ])('is not when %s', async (_title, octets, bring) => {
    await using client = await connected(octets)
    const { reader, heard } = listening()
    bring(client.connection)
    expect(client.connection.readBodyTo(reader)).toBe(false)
    expect(heard).toEqual([])
  })

  it('is left to who has asked for its stream', async () => {
    await using client = await connected(`${PUT}abcde`)
    void client.connection.nextRequest()
    const { rfile } = client.connection
    expect(client.connection.readBodyTo(listening().reader)).toBe(false)
    expect(Buffer.concat(await rfile.toArray()).toString()).toBe('abcde')
  })
})

describe('an exchange', () => {
  it('has to be finished before the next one', async () => {
    await using client = await connected(GET + GET)
    const { connection } = client
    expect(connection.drainable).toBe(false)
    expect(await connection.nextRequest()).toMatchObject({ target: '/x' })
    expect(connection.drainable).toBe(true)
    expect(connection.nextRequest()).toBeNull()
    expect(answer(connection)).toBe(true)
    expect(connection.drainable).toBe(false)
    expect(await connection.nextRequest()).toMatchObject({ target: '/x' })
  })

  it('waits for its request', async () => {
    await using client = await connected()
    const { connection, here } = client
    const head = connection.nextRequest()
    expect(head).toBeInstanceOf(Promise)
    here.write(GET)
    expect(await head).toMatchObject({ target: '/x' })
    expect(connection.responseStarted).toBe(false)
    expect(answer(connection)).toBe(true)
    expect(connection.responseStarted).toBe(true)
  })

  it('comes at once with others of the same write, but lets other connections have their turn', async () => {
    const count = 1_000
    await using client = await connected('')
    const { connection, here } = client
    const heard = heardBy(here)
    here.write(Array.from({ length: count }, (_, place) => GET.replace('/x', `/${place}`)).join(''))
    await turn()
    const targets: string[] = []
    let turnsOfOthers = 0
    while (targets.length < count) {
      const next = connection.nextRequest()
      if (next instanceof Promise) turnsOfOthers += 1
      const head = next instanceof Promise ? await next : next
      targets.push((head as RequestHead).target)
      expect(answer(connection)).toBe(true)
    }
    expect(targets).toEqual(Array.from({ length: count }, (_, place) => `/${place}`))
    expect(turnsOfOthers).toBeGreaterThan(0)
    expect(turnsOfOthers).toBeLessThan(count)
    void connection.close()
    await once(here, 'end')
    expect(heard()).toBe(NO_CONTENT.repeat(count))
  })

  it('that was not answered whole is the last one', async () => {
    await using client = await connected(GET + GET)
    const { connection } = client
    void connection.nextRequest()
    connection.writeHead('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', {
      ...BODILESS,
      contentLength: 5,
      bodiless: false,
      interim: false,
    })
    connection.wfile.write('hell')
    expect(connection.finishRequest()).toBe(false)
    expect(connection.responseFault).toBe('announced 5 octets and sent 4')
  })

  it('is the last one when somebody has ended the stream', async () => {
    await using client = await connected(GET + GET)
    const { connection, there } = client
    void connection.nextRequest()
    there.end()
    expect(answer(connection)).toBe(false)
  })

  it('is over when the rest of its body has come, and its answer goes out before that', async () => {
    await using client = await connected(`${PUT}he`)
    const { connection, here } = client
    const heard = heardBy(here)
    void connection.nextRequest()
    const goesOn = answer(connection)
    await turn()
    expect(heard()).toBe(NO_CONTENT)
    here.write('llo')
    expect(await goesOn).toBe(true)
  })

  it('whose body is no body is the last one', async () => {
    await using client = await connected(`${CHUNKED}x`)
    const { connection } = client
    void connection.nextRequest()
    expect(connection.drainable).toBe(false)
    expect(connection.mayPersist).toBe(true)
    connection.rfile.resume()
    await once(connection.rfile, 'error')
    expect([connection.drainable, connection.mayPersist, connection.answersFault]).toEqual([false, false, true])
    expect(answer(connection)).toBe(false)
    expect(connection.nextRequest()).toBeNull()
  })

  it.each([
    ['unread', false],
    ['read', true],
  ])('is the last one when the client says close behind its body: %s', async (_title, isRead) => {
    await using client = await connected(`${CHUNKED}1\r\na\r\n0\r\nConnection: close\r\n\r\n`)
    const { connection } = client
    void connection.nextRequest()
    if (isRead) {
      connection.rfile.resume()
      await once(connection.rfile, 'end')
    }
    expect(connection.mayPersist).toBe(!isRead)
    expect(answer(connection)).toBe(false)
  })

  it('is over when its answer has been given to the stream', async () => {
    await using client = await connected(GET + GET)
    const { connection, here } = client
    void connection.nextRequest()
    const goesOn = answerAtLength(connection)
    expect(goesOn).toBeInstanceOf(Promise)
    here.resume()
    expect(await goesOn).toBe(true)
    expect(await connection.nextRequest()).toMatchObject({ target: '/x' })
  })

  it('is the last one when the stream goes before it has taken its answer', async () => {
    await using client = await connected(GET + GET)
    const { connection, there } = client
    void connection.nextRequest()
    const goesOn = answerAtLength(connection)
    there.destroy()
    expect(await goesOn).toBe(false)
    expect(connection.nextRequest()).toBeNull()
  })

  it('follows one whose handler has ended wfile', async () => {
    await using client = await connected(GET + GET)
    const { connection, here } = client
    const heard = heardBy(here)
    void connection.nextRequest()
    const first = connection.wfile
    connection.writeHead(NO_CONTENT, BODILESS)
    first.end()
    await once(first, 'finish')
    expect(connection.finishRequest()).toBe(true)
    expect(await connection.nextRequest()).toMatchObject({ target: '/x' })
    expect(connection.wfile).not.toBe(first)
    expect(answer(connection)).toBe(true)
    await turn()
    expect(heard()).toBe(NO_CONTENT.repeat(2))
  })
})

describe('a connection that is wound down', () => {
  it.each([
    ['ends behind the request under way', GET, false],
    ['answers what the client has sent already', GET + GET, true],
    ['ends behind a body', `${PUT}hello${GET}`, false],
  ])('%s', async (_title, octets, expected) => {
    await using client = await connected(octets)
    const { connection } = client
    let told = 0
    connection.onShutdown(() => (told += 1))
    void connection.nextRequest()
    expect(connection.mayPersist).toBe(true)
    connection.windDown()
    expect([connection.mayPersist, told]).toEqual([expected, 1])
  })

  it('does not go on between two requests', async () => {
    await using client = await connected()
    client.connection.windDown()
    expect(client.connection.mayPersist).toBe(false)
  })
})

describe('a stream that is handed over', () => {
  it('is given with what came behind the head, and once its octets are out the connection leaves it alone', async () => {
    await using client = await connected(`${UPGRADE}rest`)
    const { connection, here, there } = client
    const heard = heardBy(here)
    void connection.nextRequest()
    connection.writeHead(NO_CONTENT, BODILESS)
    const { stream, head } = connection.detach()
    expect([stream, head.toString()]).toEqual([there, 'rest'])
    await turn()
    expect(heard()).toBe(NO_CONTENT)
    expect([connection.nextRequest(), connection.mayPersist, connection.finishRequest()]).toEqual([null, false, false])
    expect(connection.wfile.write('late')).toBe(false)
    here.write('more')
    const [octets] = (await once(stream.resume(), 'data')) as [Buffer]
    expect(octets.toString()).toBe('more')
    void connection.close()
    await turn()
    expect([stream.destroyed, stream.writableEnded]).toEqual([false, false])
  })

  it('ends with the connection when that is destroyed', async () => {
    await using client = await connected(UPGRADE)
    const { connection, there } = client
    void connection.nextRequest()
    connection.detach()
    connection.destroy()
    expect(there.destroyed).toBe(true)
    await connection.closed
  })

  it('has nothing left to give the second time', async () => {
    await using client = await connected(`${UPGRADE}rest`)
    const { connection, there } = client
    void connection.nextRequest()
    connection.detach()
    expect(connection.detach()).toEqual({ stream: there, head: Buffer.alloc(0) })
  })
})

describe('the end of a connection', () => {
  it('ends the wait for a request', async () => {
    await using client = await connected()
    const head = client.connection.nextRequest()
    void client.connection.close()
    expect(await head).toBeNull()
  })

  it('aborts the signal of the exchange and fails its output, but not when only the client has ended', async () => {
    await using client = await connected(GET)
    const { connection, here, there } = client
    void connection.nextRequest()
    const { signal } = connection
    here.end()
    await turn()
    expect(signal.aborted).toBe(false)
    there.destroy()
    await connection.closed
    expect(signal.reason).toMatchObject({ code: 'PEER_GONE' })
    expect(connection.wfile.errored).toBe(signal.reason)
  })

  it('is told to those who ask only then', async () => {
    await using client = await connected()
    const { connection, there } = client
    const told: string[] = []
    connection.whenClosed(() => told.push('before'))
    there.destroy()
    await connection.closed
    connection.whenClosed(() => told.push('after'))
    expect(told).toEqual(['before', 'after'])
  })

  it('has come when the stream was gone before', async () => {
    const [, there] = duplexPair()
    there.destroy()
    const connection = connectionOver(there)
    await connection.closed
    expect(connection.nextRequest()).toBeNull()
    await connection.close()
  })

  it('waits no longer than it lingers for a client that does not end', async () => {
    await using client = await connected(GET, { linger_ms: 1 })
    const { connection, here } = client
    const heard = heardBy(here)
    void connection.nextRequest()
    void answer(connection)
    await connection.close()
    expect(heard()).toBe(NO_CONTENT)
  })

  it('comes when a client takes nothing of its answer', async () => {
    await using client = await connected(GET, { write_idle_ms: 1 })
    const { connection } = client
    void connection.nextRequest()
    connection.wfile.write(Buffer.alloc(500_000))
    const flushed = connection.wfile.flush()
    await connection.closed
    await expect(flushed).rejects.toMatchObject({ code: 'PEER_GONE' })
  })
})

it('a connection shows whose it is and how far, and nothing of what its stream holds', async () => {
  await using client = await connected(GET)
  const { connection, there } = client
  const shown = (): string => inspect(connection, { breakLength: Infinity })
  const start = "SocketConnection { client_address: [ 'host', 1 ], encrypted: false, state:"
  expect(shown()).toBe(`${start} 'serving', request: null }`)
  void connection.nextRequest()
  expect(shown()).toBe(`${start} 'serving', request: 'GET /x HTTP/1.1' }`)
  there.destroy()
  await connection.closed
  expect(shown()).toBe(`${start} 'gone', request: 'GET /x HTTP/1.1' }`)
})
