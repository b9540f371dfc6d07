/** Deviations in the WebSocket handshake and in frames: every failure has its close code. */
import type { DeviationTable } from './deviations.js'
import { notFound, type Outcome, refused, responses } from './expectations.js'

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
  // The client has left without a closing handshake: nobody is there to be told.
  'ws-eof-close-frame': afterHandshake(''),
  'ws-missing-key': refused(400),
  'ws-version': () => ({
    closed: true,
    complaint: (received) =>
      /^HTTP\/1\.1 426 .*\r\n(?:.*\r\n)*Sec-WebSocket-Version: 13\r\n/.test(received)
        ? null
        : 'expected 426 with the version that is supported',
  }),
  // No upgrade, but plain HTTP: there is no such resource.
  'ws-no-connection-upgrade': responses(notFound('close')),
  'ws-http10': responses(notFound('keep-alive')),
}

/** The handshake, then one close frame with this code, and the end of the stream. */
function closesWith(code: number): Outcome {
  return afterHandshake(`\x88\x02${String.fromCharCode(code >> 8, code & 0xff)}`)
}

function afterHandshake(frames: string): Outcome {
  return () => [{ receive: HANDSHAKE + frames, closed: true }]
}
