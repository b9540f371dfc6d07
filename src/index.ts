/** The public names of `advancedhttpserver`, and nothing else. */
// Programs that include no types by default (TypeScript 6) see those of Node.js through this line.
/// <reference types="node" preserve="true" />
export { AdvancedHTTPServer } from './server/advanced-http-server.js'
export type {
  AdvancedHTTPServerOptions,
  ServeOptions,
  ShutdownOptions,
  SSLSNICertificate,
  SubServer,
} from './server/server-options.js'
export { ServerError, type ServerFault } from './server/server-error.js'
export type { Address } from './server/addresses.js'
export type { HandlerClass } from './server/handler-class.js'
export {
  type BuildOptions,
  build_server_from_argparser,
  build_server_from_config,
  type ServerClass,
} from './server/build.js'
export { ConfigError } from './settings/config-error.js'
export { ConfigParser } from './settings/config-file.js'
export { ServerNonThreaded, ServerThreaded } from './server/sub-server.js'
export type { WaitOptions } from './handler/abortable.js'
export { BaseHTTPRequestHandler, type MaybePromise } from './handler/base-request-handler.js'
export { ChunkedBody } from './handler/chunked-body.js'
export type {
  BodyReader,
  Connection,
  DetachedStream,
  RequestBody,
  RequestTaker,
  ResponseFraming,
  ResponseOutput,
} from './handler/connection.js'
export type { ConnectionDiagnostics, RequestDiagnostics } from './handler/diagnostics.js'
export type { HandlerServer, ServerConfig } from './handler/handler-server.js'
export type { Cookie } from './handler/cookies.js'
export type { RespondFileOptions, RespondListOptions } from './handler/files/file-handler.js'
export type { AnyHandler, HandlerMap, HandlerMapMethods } from './handler/handler-map.js'
export type { ExtensionsMap } from './handler/mime-types.js'
export { PatternError } from './handler/pattern.js'
export type { ReadBodyOptions } from './handler/read-body.js'
export { Query } from './handler/query.js'
export { type PathRegistrar, RegisterPath } from './handler/register-path.js'
export { scrypt_hash, type ScryptCost } from './handler/scrypt-password.js'
export { mimetypes_init, RequestHandler } from './handler/request-handler.js'
export type { FullResponseOptions, ResponseMessage } from './handler/responding-request-handler.js'
export { HeaderError, RequestError, type RequestFault } from './http/errors.js'
export type { BodyFraming, RequestHead, ResponseHead } from './http/events.js'
export { Headers } from './http/headers.js'
export type { StatusText } from './http/status.js'
export { DEFAULT_LIMITS, type Limits } from './http/limits.js'
export type { Logger } from './logging/logger.js'
export { DEFAULT_TIMEOUTS, type Timeouts } from './net/timeouts.js'
export { CertificateError, type CertificateFault } from './tls/certificate-error.js'
export type { ClientVerification } from './tls/certificate-store.js'
export { g_ssl_has_server_sni, type ProtocolVersions, resolve_ssl_protocol_version } from './tls/protocol-version.js'
export type { WebSocketServing } from './handler/web-socket-dispatch.js'
export { WebSocketClosedError } from './websocket/errors.js'
export { type WebSocketData, WebSocketHandler } from './websocket/web-socket-handler.js'
export type { WebSocketHost } from './websocket/web-socket-host.js'
export { KeywordArguments, kwargs } from './rpc/call.js'
export { call_options, RPCClient, type CallOptions, type RPCClientOptions } from './rpc/client.js'
export { RPCClientCached, type RPCClientCachedOptions } from './rpc/client-cached.js'
export {
  RPCCacheError,
  RPCConnectionError,
  RPCError,
  SerializerError,
  type CacheFault,
  type CallFault,
  type ConnectionFault,
  type RemoteException,
  type SerializerFault,
} from './rpc/errors.js'
export type { RPCLimits } from './rpc/limits.js'
export { MessagePackExtension } from './rpc/message-pack-extension.js'
export { g_serializer_drivers, Serializer, type SerializerDriver, type SerializerOptions } from './rpc/serializer.js'
export { random_string } from './random-string.js'
export { __version__ } from './version.js'
