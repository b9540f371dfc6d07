import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningCommand, withCommands } from '../support/command.js'

const commands = withCommands()
const BODY = 'x'.repeat(1_000)

/** A client amid a request: its head is sent, half of its body is not. */
async function clientAmidRequest(port: number): Promise<{ socket: Socket; answer: Promise<string> }> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  const pieces: string[] = []
  socket.setEncoding('latin1').on('data', (text: string) => pieces.push(text))
  const answer = new Promise<string>((resolve) => socket.once('close', () => resolve(pieces.join(''))))
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  const head = `POST /hello-world HTTP/1.1\r\nHost: x\r\nContent-Length: ${BODY.length}\r\nExpect: 100-continue\r\n\r\n`
  socket.write(head)
  // The interim answer shows that the request is in flight.
  await new Promise<void>((resolve) => socket.once('data', () => resolve()))
  return { socket, answer }
}

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signals-'))
  writeFileSync(join(directory, 'page.txt'), 'a page\n')
})
afterEach(() => rmSync(directory, { recursive: true }))

function start(): RunningCommand {
  return commands.run('demo', ['--port', '0', '-w', directory])
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  it('lets a request in flight have its answer, and ends with status 0', async () => {
    const command = start()
    const { socket, answer } = await clientAmidRequest(await command.port())
    command.signal(signal)
    await command.says(/shutting down/)
    socket.write(BODY)
    expect(await answer).toContain('Hello World!')
    expect(await command.ended).toEqual({ status: 0, signal: null })
  })

  it('closes idle connections at once', async () => {
    const command = start()
    const socket = connect(await command.port(), '127.0.0.1')
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.resume()
    command.signal(signal)
    await closed
    expect(await command.ended).toEqual({ status: 0, signal: null })
  })
})

describe('a second SIGINT', () => {
  it('stops at once, with status 130', async () => {
    const command = start()
    const { answer } = await clientAmidRequest(await command.port())
    command.signal('SIGINT')
    await command.says(/Ctrl-C again stops at once/)
    command.signal('SIGINT')
    expect(await command.ended).toEqual({ status: 130, signal: null })
    expect(await answer).not.toContain('Hello World!')
  })

  it('stops at once also after a SIGTERM', async () => {
    const command = start()
    await clientAmidRequest(await command.port())
    command.signal('SIGTERM')
    await command.says(/shutting down/)
    command.signal('SIGINT')
    expect(await command.ended).toEqual({ status: 130, signal: null })
  })
})
