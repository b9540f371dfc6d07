/**
 * The opening handshake of RFC 6455 section 4, server side, as functions of a request head: whether a WebSocket is asked
 * for, whether it can be granted, and which fields say so. Hooks, sockets and the writing of answers are not known here.
 */
import type { Headers } from '../http/headers.js'
import { asksForWebSocket, listMembers, type UpgradeRequest } from '../http/upgrade.js'

/** The request asks for no WebSocket that counts: it goes on as plain HTTP. */
export interface NoHandshake {
  readonly kind: 'plain'
}

/** A WebSocket is asked for in a way that can't be granted. */
export interface HandshakeRefusal {
  readonly kind: 'refused'
  readonly status: 400 | 426
  /** What is wrong, for the body of the answer; nothing of it comes from the request. */
  readonly explanation: string
  /** Fields the answer must carry besides those of any answer. */
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** A sound request for a WebSocket: what it offers, and the proof that we understood it. */
export interface HandshakeOffer {
  readonly kind: 'offered'
  /** Value of Sec-WebSocket-Accept. */
  readonly accept: string
  /** Origin as sent; null when there is none, which browsers never do. */
  readonly origin: string | null
  /** Subprotocols in the client's order of preference, without duplicates. */
  readonly protocols: readonly string[]
  /** Value of Sec-WebSocket-Extensions, its lines joined; empty when there is none. */
  readonly extensions: string
}

export type Handshake = NoHandshake | HandshakeRefusal | HandshakeOffer

/** The only version there is (RFC 6455 4.1). */
const VERSION = '13'

/** RFC 6455 1.3. */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/**
 * A key is only hashed, as in Python, so any text of visible characters and blanks passes; RFC 6455 4.2.2 asks no server
 * to decode it.
 */
const KEY = /^[\x20-\x7e]+$/

const PLAIN: NoHandshake = { kind: 'plain' }

const WRONG_VERSION: HandshakeRefusal = {
  kind: 'refused',
  status: 426,
  explanation: `The WebSocket version has to be ${VERSION}`,
  // RFC 9110 15.5.22 and 7.8: Upgrade, named by Connection. RFC 6455 4.2.2: the version we speak.
  fields: [
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade, close'],
    ['Sec-WebSocket-Version', VERSION],
  ],
}

const WRONG_KEY = badRequest('Exactly one Sec-WebSocket-Key is required')
const UNEXPECTED_BODY = badRequest('A WebSocket handshake has no body')

/** What a request head means for a server that speaks WebSocket. */
export function readHandshake(request: UpgradeRequest): Handshake {
  if (!asksForWebSocket(request)) return PLAIN
  const { headers } = request
  const versions = headers.get_all('Sec-WebSocket-Version')
  if (versions.length !== 1 || versions[0] !== VERSION) return WRONG_VERSION
  const [key = '', ...otherKeys] = headers.get_all('Sec-WebSocket-Key')
  if (otherKeys.length > 0 || !KEY.test(key)) return WRONG_KEY
  // What follows the head would be taken for frames: RFC 9110 7.8 wants the whole request read before the switch.
  if (hasBody(headers)) return UNEXPECTED_BODY
  return {
    kind: 'offered',
    accept: acceptValue(key),
    origin: headers.get('Origin'),
    protocols: offeredProtocols(headers),
    extensions: headers.get_all('Sec-WebSocket-Extensions').join(', '),
  }
}

/** Fields of the 101 response, in the order and case of the Python original, then what RFC 6455 adds to them. */
export function acceptFields(
  { accept }: HandshakeOffer,
  protocol: string | null,
  extension: string | null,
): [name: string, value: string][] {
  const fields: [string, string][] = [
    ['Upgrade', 'WebSocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Accept', accept],
  ]
  if (protocol !== null) fields.push(['Sec-WebSocket-Protocol', protocol])
  if (extension !== null) fields.push(['Sec-WebSocket-Extensions', extension])
  return fields
}

/** RFC 6455 4.2.2, item 5.4. */
export function acceptValue(key: string): string {
  return process
    .getBuiltinModule('node:crypto')
    .createHash('sha1')
    .update(key + ACCEPT_SUFFIX, 'latin1')
    .digest('base64')
}

function badRequest(explanation: string): HandshakeRefusal {
  return { kind: 'refused', status: 400, explanation, fields: [] }
}

function hasBody(headers: Headers): boolean {
  return headers.has('Transfer-Encoding') || headers.get_all('Content-Length').some((length) => !/^0+$/.test(length))
}

function offeredProtocols(headers: Headers): string[] {
  const names = listMembers(headers, 'Sec-WebSocket-Protocol').filter((name) => TOKEN.test(name))
  return [...new Set(names)]
}
