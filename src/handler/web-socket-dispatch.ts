/** From a request that asks for a WebSocket to what serves it: a class on the model of WebSocketHandler, or a function. */
import type { WebSocketHandler } from '../websocket/web-socket-handler.js'
import type { WebSocketHost } from '../websocket/web-socket-host.js'

/** A class with a handler for its constructor, or a function that does all of it, the handshake included. */
export type WebSocketServing = (new (handler: never) => WebSocketHandler) | ((handler: never) => void | Promise<void>)

/** @returns False when nothing was answered and the request goes on as plain HTTP. */
export async function serveWebSocket(serving: WebSocketServing, handler: WebSocketHost): Promise<boolean> {
  if (isClass(serving)) return new serving(handler).run()
  await (serving as (handler: WebSocketHost) => void | Promise<void>)(handler)
  return true
}

function isClass(serving: WebSocketServing): serving is new (handler: WebSocketHost) => WebSocketHandler {
  const { prototype } = serving as { readonly prototype?: { readonly run?: unknown } }
  return typeof prototype?.run === 'function'
}
