/** A handler class with something between its instances and their connections, and still the same class to all others. */
import type { BaseHTTPRequestHandler, Connection, HandlerClass } from '../index.js'

export interface HandlerClassWrapping {
  /** The connection an instance is to see instead of its own. */
  readonly connection?: (real: Connection) => Connection
  /** Told of each instance once it is constructed, before its `on_init`. */
  readonly made?: (handler: BaseHTTPRequestHandler) => void
}

/**
 * Instances are of the class itself, so that its statics, its name, and what `RegisterPath` has registered for it count as
 * without the wrapping.
 */
export function wrapHandlerClass<T extends HandlerClass>(klass: T, { connection, made }: HandlerClassWrapping): T {
  return new Proxy(klass, {
    construct(target, [real, server]: [Connection, unknown], newTarget) {
      const seen = connection === undefined ? real : connection(real)
      const handler = Reflect.construct(target, [seen, server], newTarget) as BaseHTTPRequestHandler
      made?.(handler)
      return handler
    },
  })
}
