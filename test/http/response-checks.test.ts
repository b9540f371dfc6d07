/** How responses are framed, without llhttp's opinion. */
import { describe, expect, test } from 'vitest'
import { FramingFields } from '../../src/http/framing-fields.js'
import { beginsTunnel, isInterim, judgeResponse, type ResponseMeaning } from '../../src/http/response-checks.js'

function judge(status: number, list: readonly string[], method = 'GET', minorVersion = 1): ResponseMeaning {
  return judgeResponse(new FramingFields(list), { method, status, minorVersion, bodyLimit: 10, position: 7 })
}

const CLOSING = { framing: 'close', contentLength: -1, keepsAlive: false }
const EMPTY = { framing: 'none', contentLength: 0, keepsAlive: true }

test.each([
  [100, true],
  [199, true],
  [101, false],
  [200, false],
])('%i is followed by another response: %s', (status, interim) => expect(isInterim(status)).toBe(interim))

test.each([
  [101, 'GET', true],
  [200, 'CONNECT', true],
  [299, 'CONNECT', true],
  [100, 'CONNECT', false],
  [300, 'CONNECT', false],
  [200, 'GET', false],
])('%i to %s begins a tunnel: %s', (status, method, tunnel) => expect(beginsTunnel(status, method)).toBe(tunnel))

describe('a response', () => {
  test.each([
    ['to HEAD', 200, ['Content-Length', '5'], 'HEAD'],
    ['without content', 204, ['Content-Length', '5'], 'GET'],
    ['about what has not changed', 304, ['Transfer-Encoding', 'chunked'], 'GET'],
    ['to come', 103, [], 'GET'],
  ])('%s ends with its head', (_what, status, list, method) => expect(judge(status, list, method)).toEqual(EMPTY))

  test('that begins a tunnel is the last one', () => {
    expect(judge(101, [])).toEqual({ ...EMPTY, keepsAlive: false })
    expect(judge(200, [], 'CONNECT')).toEqual({ ...EMPTY, keepsAlive: false })
  })

  test('is framed by its chunks or its length', () => {
    expect(judge(200, ['Transfer-Encoding', 'chunked'])).toEqual({ ...CLOSING, framing: 'chunked', keepsAlive: true })
    expect(judge(200, ['Content-Length', '10'])).toEqual({ framing: 'length', contentLength: 10, keepsAlive: true })
    expect(judge(200, ['Content-Length', '0'], 'GET', 0)).toMatchObject({ framing: 'length', keepsAlive: false })
  })

  test('that says nothing of its length lasts until the end, and a 205 ends with its head', () => {
    expect(judge(200, [])).toEqual(CLOSING)
    expect(judge(205, [])).toEqual({ ...EMPTY, keepsAlive: false })
  })

  test.each([
    [['Content-Length', '11'], 'BODY_TOO_LARGE'],
    [['Content-Length', '9'.repeat(30)], 'BODY_TOO_LARGE'],
    [['Content-Length', '1 1'], 'BAD_CONTENT_LENGTH'],
    [['Transfer-Encoding', 'chunked', 'Content-Length', '1'], 'BAD_CONTENT_LENGTH'],
    [['Transfer-Encoding', 'gzip'], 'UNKNOWN_TRANSFER_CODING'],
    [['Transfer-Encoding', ''], 'BAD_TRANSFER_ENCODING'],
  ])('with %j is refused: %s', (list, code) => {
    expect(() => judge(200, list)).toThrow(expect.objectContaining({ name: 'ResponseError', code, offset: 7 }))
  })
})
