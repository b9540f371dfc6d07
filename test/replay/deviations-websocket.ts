/** Deviations in the WebSocket handshake and in frames: every failure has its close code. */
import type { Exchange, Rule } from '../support/replay.js'
import type { DeviationTable } from './deviations.js'
import { alternative, anyOf, type Outcome, refused } from './expectations.js'

const NORMAL = 1000
const PROTOCOL_ERROR = 1002
const INVALID_TEXT = 1007

const HANDSHAKE =
  'HTTP/1.1 101 Switching Protocols\r\nServer: Rig/1.0\r\nDate: <DATE>\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'

export const webSocketDeviations: DeviationTable = {
  'ws-close-code': {
    'ws-close-code': closesWith(NORMAL),
    'ws-ping-too-long': closesWith(PROTOCOL_ERROR),
    'ws-rsv': closesWith(PROTOCOL_ERROR),
    'ws-unknown-opcode': closesWith(PROTOCOL_ERROR),
    'ws-ping-without-fin': closesWith(PROTOCOL_ERROR),
    'ws-text-inside-fragments': closesWith(PROTOCOL_ERROR),
    'ws-invalid-utf-8': closesWith(INVALID_TEXT),
    'truncated-utf-8': closesWith(INVALID_TEXT),
  },
  'ws-continuation-without-start': closesWith(PROTOCOL_ERROR),
  'ws-unmasked': closesWith(PROTOCOL_ERROR),
  // The empty first fragment began a message, so that a second text frame interrupts it.
  'ws-empty-fragment': closesWith(PROTOCOL_ERROR),
  // The client has left without a closing handshake: a close frame is harmless and not needed.
  'ws-eof-close-frame': anyOf(alternative('ws-single-connection-header'), handshakeOnly),
  'ws-missing-key': refused(400),
  'ws-version': () => ({
    closed: true,
    complaint: (received) =>
      /^HTTP\/1\.1 426 .*\r\n(?:.*\r\n)*Sec-WebSocket-Version: 13\r\n/.test(received)
        ? null
        : 'expected 426 with the version that is supported',
  }),
  'ws-no-connection-upgrade': notUpgraded,
  'ws-http10': notUpgraded,
}

/** The handshake, then nothing but one close frame with this code, whatever its reason, and the end of the stream. */
function closesWith(code: number): Outcome {
  return (): Rule => ({
    closed: true,
    complaint: (received) => {
      if (!received.startsWith(HANDSHAKE)) return 'expected the handshake'
      const frame = Buffer.from(received.slice(HANDSHAKE.length), 'latin1')
      const isOneClose = frame.length >= 4 && frame[0] === 0x88 && frame[1] === frame.length - 2
      return isOneClose && frame.readUInt16BE(2) === code ? null : `expected one close frame with code ${code}`
    },
  })
}

function handshakeOnly(): ReturnType<Outcome> {
  return [{ receive: HANDSHAKE, closed: true }]
}

/** The request is served as plain HTTP: there is no such resource; or it is refused. */
function notUpgraded(exchange: Exchange): Rule {
  const asksToPersist = exchange.steps.some(({ send }) => /\r\nConnection: keep-alive/i.test(send))
  return {
    closed: !asksToPersist,
    complaint: (received) =>
      /^HTTP\/1\.1 40[04] /.test(received) ? null : `expected no upgrade of ${exchange.name} but a plain answer`,
  }
}
