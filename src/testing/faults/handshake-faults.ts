/** Faults of a TLS handshake. They act below TLS, before any handler exists, so a server in front has to commit them. */
import { defineHandshakeFault, type HandshakeParameters } from './fault.js'
import { count, milliseconds } from './parameters.js'

export const slowHandshake = defineHandshakeFault<HandshakeParameters>({
  name: 'slowHandshake',
  does: "Sends the server's first part of the TLS handshake late, or a few octets at a time.",
  parameters: {
    ms: milliseconds(1_000, 'Pause in front of each piece. Infinity: until the client is gone.'),
    octets: count(Infinity, 'Octets of a piece. Infinity: all that is there.'),
  },
})
