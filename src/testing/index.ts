/** The public names of `advancedhttpserver/testing`, and nothing else. */
// Programs that include no types by default (TypeScript 6) see those of Node.js through this line.
/// <reference types="node" preserve="true" />
export { ServerTestCase, type HTTPRequestOptions, TestResponse } from './server-test-case.js'
export { startServer, type ServerClass, type TestServer, type TestServerOptions } from './test-server.js'
export { type ReadOptions, type SendOptions, WireClient, type WireClientOptions } from './wire-client.js'
export type { WireResponse } from './response-reading.js'
export { WireError, type WireErrorCode } from './wire-error.js'
export type { Octets } from './octets.js'
export {
  FAULT_TABLE,
  type FaultChooser,
  type FaultName,
  type FaultParameterRow,
  type FaultRow,
  Faults,
  type FaultyExchange,
  type RandomFaults,
  randomFaults,
  type RandomFaultsOptions,
} from './faults/faults.js'
export type {
  Fault,
  FaultMaker,
  FaultSubject,
  HandshakeFault,
  HandshakeFaultMaker,
  HandshakeParameters,
} from './faults/fault.js'
export type { FrameParameters } from './faults/web-socket-faults.js'
export { applyFaults, withFaults } from './faults/with-faults.js'
export { encodeWebSocketFrame, type WebSocketFrameParts } from './web-socket-frame.js'
export { Script, ScriptError } from './script.js'
export type { Expectation, Expected } from './script-expectation.js'
export type { ReceivedRequest } from './script-request.js'
export type { HeaderFields, RawOptions, ResponseOptions, StepOptions } from './script-step.js'
export { Transcript, type TranscriptEntry, type TranscriptKind } from './transcript.js'
export {
  type Direction,
  OCTETS_CHANNEL,
  type OctetsListener,
  type OctetsMessage,
  tapConnection,
  type TappedConnection,
} from '../net/tap.js'
export { withTap } from './with-tap.js'
export { selfSigned, type SelfSigned } from './self-signed.js'
