/** The opcodes of RFC 6455 5.2 and the close codes of section 7.4.1 that this library gives by itself. */

export const OPCODE = Object.freeze({ continue: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa })

export const CLOSE_CODE = Object.freeze({
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  /** Never sent: the peer's close frame had no code. */
  noCode: 1005,
  /** Never sent: the connection ended without a close frame. */
  abnormal: 1006,
  invalidPayload: 1007,
  policyViolation: 1008,
  tooBig: 1009,
  internalError: 1011,
})
