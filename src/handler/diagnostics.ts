/**
 * What `node:diagnostics_channel` tells of connections and requests, for those who trace and count. A channel that nobody
 * listens to costs one look per event: no message is made for it. Names and messages are as stable as the rest of the API.
 */
import { channel } from 'node:diagnostics_channel'
import type { RequestHead } from '../http/events.js'
import type { BaseHTTPRequestHandler } from './base-request-handler.js'
import type { Connection } from './connection.js'
import type { Exchange } from './exchange.js'
import type { HandlerServer } from './handler-server.js'
import type { MaybePromise } from './response-steps.js'

/**
 * Message of `advancedhttpserver.connection.start`, when a connection begins to be served, and of
 * `advancedhttpserver.connection.end`, when its stream has closed: the same object both times. Connections that were
 * refused, or whose TLS handshake failed, are not told of.
 */
export interface ConnectionDiagnostics {
  /** The connection; a key for a Map that tells what belongs to it. */
  readonly connection: Connection
  /** The listening address it came in at. */
  readonly server: HandlerServer
}

/**
 * Message of `advancedhttpserver.request.start`, when the head of a request was read, and of
 * `advancedhttpserver.request.end`, when its answer has been given to the connection: the same object both times. The
 * handler runs within the stores that are bound to the channel of the start (`channel.bindStore`).
 */
export interface RequestDiagnostics {
  /** Handler of the connection; `handler.connection` is that of {@link ConnectionDiagnostics}. */
  readonly handler: BaseHTTPRequestHandler
  /** The request; null when the peer's octets are none, which is answered all the same. */
  readonly head: RequestHead | null
  /** Status code of the answer; null before the end, and when no status line was sent by `send_response`. */
  readonly status: number | null
  /** What the handler threw, or what is wrong with the octets; null when nothing is, and before the end. */
  readonly error: unknown
}

const connectionStart = channel('advancedhttpserver.connection.start')
const connectionEnd = channel('advancedhttpserver.connection.end')
const requestStart = channel('advancedhttpserver.request.start')
const requestEnd = channel('advancedhttpserver.request.end')

/** Tells of a connection from now to its end, if anybody listens. */
export function observeConnection(
  connection: Connection & { readonly closed: Promise<void> },
  server: HandlerServer,
): void {
  if (!connectionStart.hasSubscribers && !connectionEnd.hasSubscribers) return
  const message: ConnectionDiagnostics = { connection, server }
  connectionStart.publish(message)
  void connection.closed.then(() => connectionEnd.publish(message))
}

/** Whether anybody listens to what requests do. */
export function requestsAreObserved(): boolean {
  return requestStart.hasSubscribers || requestEnd.hasSubscribers
}

/** Serves a request, and tells of its start and end. */
export function observeRequest(
  handler: BaseHTTPRequestHandler,
  exchange: Exchange,
  head: RequestHead | null,
  serve: () => MaybePromise<void>,
): MaybePromise<void> {
  const message: { -readonly [Name in keyof RequestDiagnostics]: RequestDiagnostics[Name] } = {
    handler,
    head,
    status: null,
    error: null,
  }
  const tellEnd = (): void => {
    message.status = exchange.status === 0 ? null : exchange.status
    message.error = exchange.error
    requestEnd.publish(message)
  }
  const served = requestStart.runStores(message, serve)
  return served instanceof Promise ? served.finally(tellEnd) : tellEnd()
}
