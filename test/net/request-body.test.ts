/** `rfile` by itself: what it asks of its source and when, and who gets the pieces past the stream. */
import { describe, expect, it } from 'vitest'
import { setImmediate as turn } from 'node:timers/promises'
import { NO_TRAILERS } from '../../src/http/trailers.js'
import { RequestBody, UnstreamedBody } from '../../src/net/request-body.js'

function sourced(isStreamed = true) {
  const heard: string[] = []
  const source = {
    pullBody: () => void heard.push('pull'),
    abandonBody: () => void heard.push('abandon'),
  }
  const reader = {
    takePiece: (octets: Buffer) => void heard.push(octets.toString()),
    takeEnd: () => void heard.push('end'),
    takeFailure: (error: Error | null) => void heard.push(`failure ${error?.message}`),
  }
  return { body: new RequestBody(source, isStreamed ? null : reader), reader, source, heard }
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
    expect(sourced().body.takesAll).toBe(false)
    const { body, heard } = sourced(false)
    expect(body.takesAll).toBe(true)
    body.give(Buffer.from('he'))
    body.give(Buffer.from('llo'))
    expect(body.readableLength).toBe(0)
    body.finish(NO_TRAILERS)
    body.destroy()
    await turn()
    expect(heard).toEqual(['he', 'llo', 'end', 'abandon'])
  })

  it('tells the reader that wants all when it fails', async () => {
    const { body, heard } = sourced(false)
    body.destroy(new Error('gone'))
    body.finish(NO_TRAILERS)
    await turn()
    expect(heard).toEqual(['abandon', 'failure gone'])
  })
})

describe('a body without a stream', () => {
  it('gives its reader all there is', () => {
    const { reader, heard } = sourced()
    const body = new UnstreamedBody(reader)
    body.give(Buffer.from('he'))
    body.give(Buffer.from('llo'))
    body.finish()
    body.destroy(new Error('too late'))
    expect(heard).toEqual(['he', 'llo', 'end'])
  })

  it('tells its reader once when it fails', () => {
    const { reader, heard } = sourced()
    const body = new UnstreamedBody(reader)
    body.destroy(new Error('gone'))
    body.destroy()
    body.give(Buffer.from('late'))
    body.finish()
    expect(heard).toEqual(['failure gone'])
  })

  it('goes on as a stream whose octets its reader gets', async () => {
    const { reader, source, heard } = sourced()
    const body = new UnstreamedBody(reader)
    body.give(Buffer.from('he'))
    const stream = body.streamed(source)
    expect([body.destroyed, stream.takesAll]).toEqual([true, true])
    stream.give(Buffer.from('llo'))
    stream.finish(NO_TRAILERS)
    expect(heard).toEqual(['he', 'llo', 'end'])
    expect(await stream.toArray()).toEqual([])
  })

  it('that has ended is a stream that has not failed, whatever happens afterwards', () => {
    const { reader, source } = sourced()
    const body = new UnstreamedBody(reader)
    body.finish()
    body.destroy(new Error('too late'))
    expect(body.streamed(source).destroyed).toBe(false)
  })

  it.each([
    ['an error', new Error('gone')],
    ['no reason', undefined],
  ])('that has failed with %s is a stream that has, too', async (_title, reason) => {
    const { reader, source } = sourced()
    const body = new UnstreamedBody(reader)
    body.destroy(reason)
    const stream = body.streamed(source)
    await turn()
    expect([stream.destroyed, stream.errored]).toEqual([true, reason ?? null])
  })
})
