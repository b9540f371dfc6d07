/** `rfile` by itself: what it asks of its source and when, and who gets the pieces past the stream. */
import { describe, expect, it } from 'vitest'
import { setImmediate as turn } from 'node:timers/promises'
import { NO_TRAILERS } from '../../src/http/trailers.js'
import { RequestBody } from '../../src/net/request-body.js'

function sourced() {
  const heard: string[] = []
  const body = new RequestBody({
    pullBody: () => void heard.push('pull'),
    abandonBody: () => void heard.push('abandon'),
  })
  const reader = {
    takePiece: (octets: Buffer) => void heard.push(octets.toString()),
    takeEnd: () => void heard.push('end'),
    takeFailure: (error: Error | null) => void heard.push(`failure ${error?.message}`),
  }
  return { body, reader, heard }
}

describe('rfile', () => {
  it('asks for nothing before somebody reads, and not for more than was asked', async () => {
    const { body, heard } = sourced()
    await turn()
    expect(heard).toEqual([])
    expect(body.read()).toBe(null)
    expect(heard).toEqual(['pull'])
    body.give(Buffer.from('he'))
    await turn()
    expect(heard).toEqual(['pull'])
    expect(String(body.read())).toBe('he')
  })

  it('tells its source once when its reader goes, and ends nothing by an error nobody listens for', async () => {
    const { body, heard } = sourced()
    body.destroy(new Error('enough'))
    await turn()
    expect(heard).toEqual(['abandon'])
  })

  it('gives all to a reader that wants all, past the stream', async () => {
    const { body, reader, heard } = sourced()
    expect(body.takesAll).toBe(false)
    expect(body.readTo(reader)).toBe(true)
    expect(body.takesAll).toBe(true)
    body.give(Buffer.from('he'))
    body.give(Buffer.from('llo'))
    expect(body.readableLength).toBe(0)
    body.finish(NO_TRAILERS)
    body.destroy()
    await turn()
    expect(heard).toEqual(['pull', 'he', 'llo', 'end', 'abandon'])
  })

  it('tells the reader that wants all when it fails', async () => {
    const { body, reader, heard } = sourced()
    body.readTo(reader)
    body.destroy(new Error('gone'))
    await turn()
    expect(heard).toEqual(['pull', 'abandon', 'failure gone'])
  })

  it.each<[string, (given: ReturnType<typeof sourced>) => void]>([
    ['somebody lets it flow', ({ body }) => void body.on('data', () => {})],
    ['somebody has paused it', ({ body }) => void body.pause()],
    ['it holds a piece that nobody has taken', ({ body }) => body.give(Buffer.from('he'))],
    ['a piece was read from it', ({ body }) => [body.give(Buffer.from('he')), body.read()]],
    ['another reader has it', ({ body, reader }) => void body.readTo(reader)],
    ['it has ended', ({ body }) => body.finish(NO_TRAILERS)],
    ['it was destroyed', ({ body }) => void body.destroy()],
  ])('is left to the stream when %s', (_title, happen) => {
    const given = sourced()
    happen(given)
    const before = given.heard.length
    expect(given.body.readTo(given.reader)).toBe(false)
    expect(given.heard).toHaveLength(before)
  })
})
