/** Taps every connection of a handler class. */
import type { HandlerClass } from '../index.js'
import { type OctetsListener, tapConnection } from '../net/tap.js'
import { wrapHandlerClass } from './wrap-handler-class.js'

/** A handler class each of whose connections is tapped. */
export function withTap<T extends HandlerClass>(klass: T, on_octets: OctetsListener): T {
  return wrapHandlerClass(klass, {
    connection: (real) => {
      tapConnection(real, on_octets)
      return real
    },
  })
}
