import { describe, expect, it } from 'vitest'
import { Faults, type ReceivedRequest, Script, ScriptError, WireClient, WireError } from '../../src/testing/index.js'

function request(method: string, target: string, body = '', ...fields: readonly string[]): string {
  const lines = ['Host: a', ...fields, ...(body === '' ? [] : [`Content-Length: ${body.length}`])]
  return `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}

describe('a script', () => {
  it('answers requests of one connection and of several, in its order', async () => {
    const script = new Script()
      .reset({ expect: { method: 'GET', target: '/job' } })
      .respond(503, { headers: { 'Retry-After': 0 }, expect: { connection: 'new' } })
      .respond(200, {
        body: 'döne',
        expect: { connection: 'same', method: 'PUT', body: 'böp', headers: { 'X-Try': /^[23]$/ } },
      })
    await using server = await script.serve()
    using first = await WireClient.connect({ port: server.port })
    await first.send(request('GET', '/job'))
    await first.readUntilClose()
    expect(first.ended).toBe('reset')
    using second = await WireClient.connect({ port: server.port })
    await second.send(request('GET', '/job'))
    const busy = await second.readResponse()
    expect(busy.head).toBe('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n')
    await second.send(request('PUT', '/job', Buffer.from('böp').toString('latin1'), 'x-try: 2'))
    expect((await second.readResponse()).body.toString()).toBe('döne')
    script.verify()
    expect(script.requests.map(({ connection, first: alone }) => [connection, alone])).toEqual([
      [1, true],
      [2, true],
      [2, false],
    ])
  })

  it('tells everything that went otherwise, with the transcript', async () => {
    const script = new Script()
      .respond(200, {
        expect: {
          method: 'POST',
          target: /^\/a/,
          headers: { Cookie: null, 'X-Id': '7', Host: 'a' },
          body: 'x',
          check: isLong,
        },
      })
      .respond(200, { expect: { connection: 'new', body: /z/ } })
      .respond(404)
      .close()
    await using server = await script.serve()
    using client = await WireClient.connect({ port: server.port })
    await client.send(request('PUT', '/b', 'y\n', 'Cookie: a=1') + request('GET', '/'))
    await client.readResponse()
    await client.readResponse()
    const failure = failureOf(script)
    expect(failure.failures).toEqual([
      "request 1 (PUT /b): the method is 'PUT', expected 'POST'",
      "request 1 (PUT /b): the target is '/b', expected /^\\/a/",
      "request 1 (PUT /b): the field Cookie is 'a=1', expected none",
      "request 1 (PUT /b): the field X-Id is missing, expected '7'",
      "request 1 (PUT /b): the body is 'y\\n', expected 'x'",
      'request 1 (PUT /b): the body is too short',
      "request 2 (GET /): the body is '', expected /z/",
      'request 2 (GET /): it came over the connection of an earlier request',
      '2 of 4 steps were not reached: respond(404), close()',
    ])
    expect(failure.message).toContain('\n- request 1 (PUT /b): the body is too short\n')
    expect(failure.message).toContain(' #1 > PUT /b HTTP/1.1\n')
    expect(failure.message).toContain(' #1 < HTTP/1.1 200 OK\n')
  })

  it('tells of requests beyond its end, and of octets that are none', async () => {
    const script = new Script().respond(204)
    await using server = await script.serve()
    using client = await WireClient.connect({ port: server.port })
    await client.send(request('GET', '/1') + request('GET', '/2'))
    expect((await client.readResponse()).head).toBe('HTTP/1.1 204 No Content\r\n')
    expect((await client.readResponse()).status).toBe(500)
    using other = await WireClient.connect({ port: server.port })
    await other.send('no request\r\n\r\n')
    await other.readUntilClose()
    expect(failureOf(script).failures).toEqual([
      'request 2 (GET /2) came after the end of the script',
      expect.stringMatching(/^octets on connection 2 are no request: /),
    ])
  })

  it('writes down every octet both ways', async () => {
    const script = new Script().respond(200, { body: 'a\r\nb', headers: { 'X-A': ['1', '2'], Connection: 'close' } })
    await using server = await script.serve({ tls: true })
    using client = await WireClient.connect({ port: server.port, tls: true })
    await client.send(request('GET', '/'))
    await client.readUntilClose()
    client.halfClose()
    await server.close()
    const lines = script.transcript.format({ times: false }).split('\n')
    expect(lines[0]).toMatch(/^#1 \* connected from 127\.0\.0\.1:\d+, TLS$/)
    expect(lines.slice(1, 11)).toEqual([
      '#1 > GET / HTTP/1.1',
      '#1 > Host: a',
      '#1 > ',
      '#1 < HTTP/1.1 200 OK',
      '#1 < X-A: 1',
      '#1 < X-A: 2',
      '#1 < Connection: close',
      '#1 < Content-Length: 4',
      '#1 < ',
      '#1 < a',
    ])
    expect(lines.at(-1)).toBe('#1 * closed')
  })

  it('answers with faults, raw octets, or not at all', async () => {
    const script = new Script()
      .refuse()
      .respond(200, { body: 'hello', faults: [Faults.missingLastChunk({ ending: 'stay' })] })
      .send('HTTP/9.9 who knows\r\n\r\n', { delayMs: 1 })
      .hang()
      .close()
    await using server = await script.serve()
    expect(await fateOf(server.port)).toBe('reset')
    using client = await WireClient.connect({ port: server.port })
    await client.send(request('GET', '/1') + request('GET', '/2') + request('GET', '/3'))
    expect((await client.readUntil('5\r\nhello\r\n')).toString()).toMatch(/chunked\r\n\r\n5\r\nhello\r\n$/)
    expect((await client.readUntilQuiet(60)).toString()).toBe('HTTP/9.9 who knows\r\n\r\n')
    client.close()
    using last = await WireClient.connect({ port: server.port })
    await last.send(request('GET', '/4'))
    expect(await last.readUntilClose()).toHaveLength(0)
    expect(last.ended).toBe('closed')
    script.verify()
  })

  it('serves any verb, HEAD without a body, and who waits for 100 Continue', async () => {
    const script = new Script().respond(200, { body: 'four' }).respond(200, { expect: { method: 'SPAM', body: 'egg' } })
    await using server = await script.serve()
    using client = await WireClient.connect({ port: server.port })
    await client.send(request('HEAD', '/'))
    const { headers, body } = await client.readResponse('HEAD')
    expect([headers.get('Content-Length'), body.length]).toEqual(['4', 0])
    await client.send('SPAM / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n')
    expect((await client.readUntil('\r\n\r\n')).toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    await client.send('3\r\negg\r\n0\r\n\r\n')
    expect((await client.readResponse()).status).toBe(200)
    script.verify()
  })

  it('sends headers as they are, wrong lengths included', async () => {
    const script = new Script().respond(200, { body: 'abc', headers: { 'content-length': 2 } }).respond(200)
    await using server = await script.serve()
    using client = await WireClient.connect({ port: server.port })
    await client.send(request('GET', '/') + request('GET', '/'))
    const wire = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabcHTTP/1.1 200 OK\r\n'
    expect((await client.read(wire.length)).toString()).toBe(wire)
  })
})

function failureOf(script: Script): ScriptError {
  try {
    script.verify()
  } catch (error) {
    if (error instanceof ScriptError) return error
  }
  throw new Error('the script was followed')
}

/** How a connection ends over which nothing is sent; the reset may be faster than the connection itself. */
async function fateOf(port: number): Promise<string | null> {
  try {
    using client = await WireClient.connect({ port })
    await client.readUntilClose()
    return client.ended
  } catch (error) {
    if (error instanceof WireError && error.code === 'CONNECT') return 'reset'
    throw error
  }
}

function isLong({ body }: ReceivedRequest): void {
  if (body.length < 9) throw new Error('the body is too short')
}
