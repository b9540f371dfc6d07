import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { RegisterPath } from '../../src/handler/register-path.js'
import { RequestHandler } from '../../src/handler/request-handler.js'
import type { AccessRecord } from '../../src/logging/log-formats.js'
import { AdvancedHTTPServer } from '../../src/server/advanced-http-server.js'
import { type HandlerAdditions, withAdditions } from '../../src/server/handler-additions.js'

class AddedToHandler extends RequestHandler {
  override on_init(): void {
    this.handler_map['^known$'] = (handler: RequestHandler) => handler.send_response_full('known')
  }
}
RegisterPath('^by-class$', AddedToHandler)((handler: RequestHandler) => handler.send_response_full('by class'))
RegisterPath('^by-name$', 'AddedToHandler')((handler: RequestHandler) => handler.send_response_full('by name'))

const NOTHING: HandlerAdditions = { headers: [], cors: false, access: null }
let server: AdvancedHTTPServer | undefined
afterEach(async () => {
  await server?.shutdown({ grace_ms: 0 })
  server = undefined
})

/** All octets that answer a request, whose connection ends after it. */
async function talk(additions: Partial<HandlerAdditions>, request: string): Promise<string> {
  server = new AdvancedHTTPServer(withAdditions(AddedToHandler, { ...NOTHING, ...additions }), {
    addresses: [['127.0.0.1', 0]],
  })
  await server.listen()
  const [host, port] = server.sub_servers[0]?.server_address ?? ['', 0]
  const socket = connect(port, host)
  socket.setEncoding('latin1').end(request)
  return (await socket.toArray()).join('')
}

function get(path: string, fields = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields}\r\n`
}

describe('withAdditions', () => {
  it('is the class itself when nothing is added', () => {
    expect(withAdditions(AddedToHandler, NOTHING)).toBe(AddedToHandler)
  })

  it('puts fields at the end of every head, in order', async () => {
    const headers: [string, string][] = [
      ['X-One', '1'],
      ['x-two', 'b c'],
    ]
    for (const path of ['/known', '/absent']) {
      expect(await talk({ headers }, get(path))).toMatch(/\r\nX-One: 1\r\nx-two: b c\r\n\r\n/)
    }
    expect(await talk({ headers }, 'no request\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [^]*\r\nX-One: 1\r\nx-two: b c\r\n\r\n/,
    )
  })

  it('adds nothing to an interim response', async () => {
    const request =
      'POST /known HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n1'
    const answer = await talk({ headers: [['X-One', '1']] }, request)
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
    expect(answer.match(/X-One: 1/g)).toHaveLength(1)
  })

  it('lets every origin read responses, and answers preflights', async () => {
    const plain = await talk({ cors: true }, get('/known', 'Origin: http://other.example\r\n'))
    expect(plain).toContain('\r\nAccess-Control-Allow-Origin: *\r\n')
    expect(plain).not.toContain('Allow-Methods')
    const preflight = await talk(
      { cors: true },
      'OPTIONS /known HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: http://other.example\r\n' +
        'Access-Control-Request-Method: PURGE\r\nAccess-Control-Request-Headers: authorization\r\n\r\n',
    )
    expect(preflight).toContain(
      '\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: *\r\n' +
        'Access-Control-Allow-Headers: *, Authorization\r\n\r\n',
    )
  })

  it('keeps what was registered for the class or its name', async () => {
    expect(await talk({ cors: true, access: () => {} }, get('/by-class'))).toMatch(/\r\n\r\nby class$/)
    expect(await talk({ cors: true, access: () => {} }, get('/by-name'))).toMatch(/\r\n\r\nby name$/)
  })

  it('tells each request that is answered, in the place of the log line', async () => {
    const records: AccessRecord[] = []
    await talk({ access: (record) => void records.push(record) }, get('/known'))
    expect(records).toEqual([
      {
        client: '127.0.0.1',
        user: null,
        requestLine: 'GET /known HTTP/1.1',
        status: 200,
        size: '-',
        time: expect.any(Date),
      },
    ])
  })
})
