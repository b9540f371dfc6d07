/** The replay itself, against servers that answer from a script: it accepts what was expected and shows what was not. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { deflateSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { type Exchange, recorded, replay } from '../support/replay.js'

const DATED = 'HTTP/1.1 200 OK\r\nDate: Fri, 13 Feb 2009 23:31:30 GMT\r\nContent-Length: 2\r\n\r\nok'
const MASKED = DATED.replace('Fri, 13 Feb 2009 23:31:30 GMT', '<DATE>')

let server: Server | undefined

afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(null) : server.close(resolve)))
  server = undefined
})

/** Serves one connection with `answer`, called with everything received so far. */
async function portOf(answer: (socket: Socket, received: string) => void): Promise<number> {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => answer(socket, (received += piece)))
    socket.on('end', () => socket.end())
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function exchange(parts: Partial<Exchange>): Exchange {
  return { name: 'x', group: 'g', server: 'plain', steps: [{ send: 'ask' }], receive: MASKED, closed: false, ...parts }
}

function compressed(level: number): string {
  const body = deflateSync('the same text, the same text', { level }).toString('latin1')
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

describe('a replay', () => {
  test('accepts the recorded octets, whatever the date', async () => {
    const port = await portOf((socket) => socket.write(DATED, 'latin1'))
    expect(await replay(exchange({}), port, recorded(exchange({})))).toBeNull()
  })

  test('accepts an alternative answer', async () => {
    const port = await portOf((socket) => socket.write('other', 'latin1'))
    const asked = exchange({ alternatives: [{ id: 'a', receive: 'other', closed: false }] })
    expect(await replay(asked, port, recorded(asked))).toBeNull()
  })

  test('shows the line that differs', async () => {
    const port = await portOf((socket) => socket.end(DATED.replace('200 OK', '200 Fine'), 'latin1'))
    const asked = exchange({ closed: true })
    const difference = await replay(asked, port, recorded(asked))
    expect(difference).toContain('- HTTP/1.1 200 OK')
    expect(difference).toContain('+ HTTP/1.1 200 Fine')
  })

  test('notices a connection that is closed instead of kept', async () => {
    const port = await portOf((socket) => socket.end(DATED, 'latin1'))
    expect(await replay(exchange({}), port, recorded(exchange({})))).toContain('+ [closed]')
  })

  test('notices octets behind the recorded ones', async () => {
    const port = await portOf((socket) => {
      socket.write(DATED, 'latin1')
      setImmediate(() => socket.write('more', 'latin1'))
    })
    expect(await replay(exchange({}), port, recorded(exchange({})))).toContain('more')
  })

  test('compares compressed bodies inflated, with their length masked', async () => {
    const port = await portOf((socket) => socket.end(compressed(0), 'latin1'))
    const asked = exchange({ receive: compressed(9), closed: true, body: 'zlib' })
    expect(await replay(asked, port, recorded(asked))).toBeNull()
  })

  test('sends the next step when the octets that are due have come, and half-closes where told', async () => {
    const port = await portOf((socket, received) =>
      socket.write(received === 'one' ? 'first,' : `${received},`, 'latin1'),
    )
    const asked = exchange({
      steps: [
        { send: 'one', received: 6 },
        { send: 'two', eof: true },
      ],
      receive: 'first,onetwo,',
      closed: true,
    })
    expect(await replay(asked, port, recorded(asked))).toBeNull()
  })

  test('sends a message in the recorded cuts', async () => {
    const pieces: string[] = []
    const port = await portOf((socket, received) => {
      pieces.push(received)
      if (received === 'abcdef') socket.end('done', 'latin1')
    })
    const asked = exchange({ steps: [{ send: 'abcdef', split: [1, 4] }], receive: 'done', closed: true })
    expect(await replay(asked, port, recorded(asked))).toBeNull()
    expect(pieces).toEqual(['a', 'abcd', 'abcdef'])
  })

  test('tells what a rule has to say about an answer', async () => {
    const port = await portOf((socket) => socket.end('nonsense', 'latin1'))
    const complaint = await replay(exchange({}), port, { closed: true, complaint: () => 'not sensible' })
    expect(complaint).toContain('not sensible')
    expect(complaint).toContain('nonsense')
  })
})
