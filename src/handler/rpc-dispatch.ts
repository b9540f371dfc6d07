/** The verb RPC: connects one request to the call in `rpc/`, which knows payloads but no requests. */
import { answerRPC, refuseRPCHead, type RPCMethod, type RPCReply } from '../rpc/exchange.js'
import type { MaybePromise } from './base-request-handler.js'
import { isMethodOf } from './handler-call.js'
import { matchHandler } from './handler-map.js'
import type { RequestHandler } from './request-handler.js'
import { originForm } from './resource-path.js'

/**
 * @param announcedBytes - Content-Length of the request, -1 when it is chunked, 0 also when it has neither.
 * @param readBody - Gives the body of the request; asked for when its head is that of a call.
 * @remarks Source: AdvancedHTTPServer's `RequestHandler.do_RPC`.
 */
export function answerRemoteCall(
  handler: RequestHandler,
  announcedBytes: number,
  readBody: () => MaybePromise<Buffer>,
): MaybePromise<void> {
  const contentType = handler.headers.get('content-type')
  const framed = announcedBytes < 0 || handler.headers.has('content-length')
  const refusal = refuseRPCHead(framed, contentType)
  if (refusal !== null) return handler.send_error(refusal.status, refusal.reason)
  const body = readBody()
  return body instanceof Promise
    ? body.then((octets) => call(handler, contentType ?? '', octets))
    : call(handler, contentType ?? '', body)
}

function call(handler: RequestHandler, contentType: string, body: Buffer): MaybePromise<void> {
  const reply = answerRPC({
    content_type: contentType,
    body,
    limits: handler.connection.limits,
    resolve: () => methodFor(handler),
  })
  return reply instanceof Promise ? reply.then((settled) => send(handler, settled)) : send(handler, reply)
}

/** A function that is no method of the handler gets the handler in front of the peer's arguments. */
function methodFor(handler: RequestHandler): RPCMethod | null {
  const found = matchHandler(handler.rpc_handler_map, originForm(handler.path))
  if (found === undefined) return null
  return { callee: found, self: handler, leading: isMethodOf(handler, found) ? [] : [handler] }
}

function send(handler: RequestHandler, reply: RPCReply): MaybePromise<void> {
  switch (reply.kind) {
    case 'refusal':
      return handler.send_error(reply.status, reply.reason)
    case 'failure':
      if (reply.error !== undefined)
        handler.server.logger.debug('failed to pack the response of a remote call', reply.error)
      return handler.respond_server_error(reply.status, undefined, reply.message)
    case 'answer':
      if (reply.error !== undefined) logException(handler, reply.error)
      return sendAnswer(handler, reply.content_type, reply.body)
  }
}

function sendAnswer(handler: RequestHandler, contentType: string, body: Buffer): void {
  handler.send_response(200)
  handler.send_header('Content-Type', contentType)
  handler.send_header('Content-Length', body.length)
  handler.end_headers()
  handler.wfile.write(body)
}

function logException(handler: RequestHandler, error: unknown): void {
  handler.server.logger.error(`error: ${String(error)} occurred while calling rpc method: ${handler.path}`, error)
}
