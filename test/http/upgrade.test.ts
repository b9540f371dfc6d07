/** Which requests ask for a WebSocket in a way that counts. */
import { describe, expect, test } from 'vitest'
import { Headers } from '../../src/http/headers.js'
import { asksForWebSocket, listMembers } from '../../src/http/upgrade.js'

const ASKING: [string, string][] = [
  ['Upgrade', 'websocket'],
  ['Connection', 'upgrade'],
]

function asks(fields: [string, string][], method = 'GET', httpVersion = 'HTTP/1.1'): boolean {
  return asksForWebSocket({ method, httpVersion, headers: new Headers(fields) })
}

describe('a request asks for a WebSocket', () => {
  test('with Upgrade and Connection of HTTP/1.1', () => expect(asks(ASKING)).toBe(true))

  test.each([
    ['websocket', 'keep-alive, Upgrade'],
    ['h2c, WebSocket', 'upgrade,close'],
    [' ,websocket\t', 'UPGRADE'],
  ])('with Upgrade %j and Connection %j, in any case and place', (upgrade, connection) => {
    expect(
      asks([
        ['upgrade', upgrade],
        ['CONNECTION', connection],
      ]),
    ).toBe(true)
  })

  test('with fields of several lines', () => {
    const lines: [string, string][] = [
      ['Upgrade', 'h2c'],
      ['Connection', 'close'],
    ]
    expect(asks([...lines, ...ASKING])).toBe(true)
  })
})

describe('a request asks for none', () => {
  test.each(['POST', 'HEAD', 'get'])('with the verb %s', (method) => expect(asks(ASKING, method)).toBe(false))

  test('over HTTP/1.0, where Upgrade has to be ignored', () => expect(asks(ASKING, 'GET', 'HTTP/1.0')).toBe(false))

  test.each(ASKING)('when %s is all it says', (name, value) => expect(asks([[name, value]])).toBe(false))

  test.each([
    ['websockets', 'upgrade'],
    ['web socket', 'upgrade'],
    ['', 'upgrade'],
    ['websocket', 'upgraded'],
    ['websocket', 'close'],
  ])('with Upgrade %j and Connection %j', (upgrade, connection) => {
    expect(
      asks([
        ['Upgrade', upgrade],
        ['Connection', connection],
      ]),
    ).toBe(false)
  })
})

test('members of a list are those of all its lines, as written, without blanks and empty ones', () => {
  const headers = new Headers(['A', ' x ,\tY,,', 'B', 'no', 'a', '', 'a', 'z'])
  expect(listMembers(headers, 'A')).toEqual(['x', 'Y', 'z'])
})
