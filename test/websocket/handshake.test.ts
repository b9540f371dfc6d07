import { describe, expect, it } from 'vitest'
import { Headers } from '../../src/http/headers.js'
import { acceptFields, acceptValue, type HandshakeOffer, readHandshake } from '../../src/websocket/handshake.js'

const SOUND: readonly (readonly [string, string])[] = [
  ['Host', 'example'],
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
]

interface Change {
  readonly method?: string
  readonly httpVersion?: string
  readonly without?: readonly string[]
  readonly add?: readonly (readonly [string, string])[]
}

function read({ method = 'GET', httpVersion = 'HTTP/1.1', without = [], add = [] }: Change = {}) {
  const fields = [...SOUND.filter(([name]) => !without.includes(name)), ...add]
  return readHandshake({ method, httpVersion, headers: new Headers(fields) })
}

function offer(change: Change = {}): HandshakeOffer {
  const handshake = read(change)
  if (handshake.kind !== 'offered') throw new Error(`the handshake is ${handshake.kind}`)
  return handshake
}

function replaced(name: string, ...values: string[]): Change {
  return { without: [name], add: values.map((value) => [name, value] as const) }
}

describe('a request that asks for no WebSocket goes on as plain HTTP', () => {
  it.each<[string, Change]>([
    ['without Upgrade', { without: ['Upgrade'] }],
    ['with another protocol in Upgrade', replaced('Upgrade', 'h2c')],
    ['with a protocol that only begins like it', replaced('Upgrade', 'websockets')],
    ['without Connection', { without: ['Connection'] }],
    ['whose Connection does not name Upgrade', replaced('Connection', 'close')],
    ['whose Connection only begins like it', replaced('Connection', 'upgraded')],
    ['over HTTP/1.0', { httpVersion: 'HTTP/1.0' }],
    ['with another verb', { method: 'POST' }],
    ['with HEAD', { method: 'HEAD' }],
    ['with the verb in lower case', { method: 'get' }],
  ])('%s', (_title, change) => {
    expect(read(change).kind).toBe('plain')
  })
})

describe('a sound request is offered for acceptance', () => {
  it.each<[string, Change]>([
    ['as RFC 6455 shows it', {}],
    ['with Upgrade in another case', replaced('Upgrade', 'WebSocket')],
    ['with Connection in another case among others', replaced('Connection', 'keep-alive, UPGRADE')],
    ['with Connection in two lines', replaced('Connection', 'keep-alive', 'upgrade')],
    ['with several protocols in Upgrade', replaced('Upgrade', 'h2c , websocket')],
    ['over a later HTTP/1 version', { httpVersion: 'HTTP/1.7' }],
    ['with an empty body announced', { add: [['Content-Length', '0']] }],
  ])('%s', (_title, change) => {
    expect(offer(change).accept).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  })

  it('hashes any text as key, as the original does', () => {
    expect(offer(replaced('Sec-WebSocket-Key', 'not base64 at all')).accept).toBe('IqinrA6zmgmpsI7xIOOAIVdMT5k=')
  })

  it('tells Origin, or null when there is none', () => {
    expect(offer().origin).toBeNull()
    expect(offer({ add: [['Origin', 'https://example']] }).origin).toBe('https://example')
  })

  it('tells subprotocols in order, over several lines, without duplicates and without what is no token', () => {
    const add = [
      ['Sec-WebSocket-Protocol', 'chat, superchat,, two words'],
      ['Sec-WebSocket-Protocol', 'Chat,chat'],
    ] as const
    expect(offer({ add }).protocols).toEqual(['chat', 'superchat', 'Chat'])
  })

  it('joins the lines of extensions', () => {
    const add = [
      ['Sec-WebSocket-Extensions', 'a; x=1'],
      ['Sec-WebSocket-Extensions', 'b'],
    ] as const
    expect(offer({ add }).extensions).toBe('a; x=1, b')
  })
})

describe('a request for a WebSocket that can not be granted is refused', () => {
  it.each<[string, Change]>([
    ['an older version', replaced('Sec-WebSocket-Version', '8')],
    ['no version', { without: ['Sec-WebSocket-Version'] }],
    ['two versions', replaced('Sec-WebSocket-Version', '13', '13')],
    ['a version written otherwise', replaced('Sec-WebSocket-Version', '013')],
  ])('with 426 and the version for %s', (_title, change) => {
    expect(read(change)).toMatchObject({
      kind: 'refused',
      status: 426,
      fields: expect.arrayContaining([
        ['Upgrade', 'websocket'],
        ['Sec-WebSocket-Version', '13'],
      ]),
    })
  })

  it.each<[string, Change]>([
    ['no key', { without: ['Sec-WebSocket-Key'] }],
    ['an empty key', replaced('Sec-WebSocket-Key', '')],
    ['two keys', replaced('Sec-WebSocket-Key', 'a', 'b')],
    ['a key beyond ASCII', replaced('Sec-WebSocket-Key', 'caf\u00e9')],
    ['a body of known length', { add: [['Content-Length', '5']] }],
    ['a chunked body', { add: [['Transfer-Encoding', 'chunked']] }],
  ])('with 400 for %s', (_title, change) => {
    expect(read(change)).toMatchObject({ kind: 'refused', status: 400, fields: [] })
  })
})

describe('the fields of the 101 response', () => {
  it('are those of the original, in its order and case', () => {
    expect(acceptFields(offer(), null, null)).toEqual([
      ['Upgrade', 'WebSocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Accept', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
    ])
  })

  it('name subprotocol and extension behind them when there are any', () => {
    expect(acceptFields(offer(), 'chat', 'x-thing').slice(3)).toEqual([
      ['Sec-WebSocket-Protocol', 'chat'],
      ['Sec-WebSocket-Extensions', 'x-thing'],
    ])
  })

  it('prove the key as in RFC 6455 1.3', () => {
    expect(acceptValue('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  })
})
