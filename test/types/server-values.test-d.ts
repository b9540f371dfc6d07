/** Values that a program hands to its handlers through the server are typed all the way. */
import {
  AdvancedHTTPServer,
  type AdvancedHTTPServerOptions,
  type HandlerClass,
  type HandlerServer,
  RequestHandler,
  ServerNonThreaded,
  ServerThreaded,
  type SubServer,
} from '../../src/index.js'
import { holds, type Same } from './support.js'

interface Values {
  some_value: string
}

class ValueHandler extends RequestHandler<SubServer<Values>> {
  override do_GET(): void {
    holds<Same<typeof this.server.some_value, string>>()
    holds<Same<typeof this.server.using_ssl, boolean>>()
    // @ts-expect-error -- nobody has declared this value
    void this.server.other_value
  }
}

class ValueServer extends AdvancedHTTPServer<Values> {
  constructor(some_value: string, handler_klass: HandlerClass, options?: AdvancedHTTPServerOptions) {
    super(handler_klass, options)
    for (const sub_server of this.sub_servers) sub_server.some_value = some_value
    // @ts-expect-error -- and its type is known
    for (const sub_server of this.sub_servers) sub_server.some_value = 1
  }
}

export const server = new ValueServer('hello', ValueHandler)
holds<Same<(typeof server.sub_servers)[number]['some_value'], string>>()

/** Without values of its own a handler has a server that is no more than the contract. */
class PlainHandler extends RequestHandler {
  override do_GET(): void {
    holds<Same<typeof this.server, HandlerServer>>()
    holds<Same<typeof this.server.server_address, readonly [host: string, port: number]>>()
    // @ts-expect-error -- nobody has declared this value
    void this.server.some_value
  }
}

export const plain: AdvancedHTTPServer = new AdvancedHTTPServer(PlainHandler, { addresses: [['127.0.0.1', 0, false]] })
// @ts-expect-error -- and neither has a server without values
void plain.sub_servers[0]?.some_value

/** A class of its own for the listening address, and the spelling of the documents, do as well. */
abstract class CountingServer extends ServerThreaded {
  count = 0
}
class CountingHandler extends RequestHandler<CountingServer> {
  override do_GET(): void {
    holds<Same<typeof this.server.count, number>>()
  }
}
class MarkedHandler extends RequestHandler<ServerNonThreaded & { mark: symbol }> {
  override do_GET(): void {
    holds<Same<typeof this.server.mark, symbol>>()
  }
}
export const classes: HandlerClass[] = [ValueHandler, PlainHandler, CountingHandler, MarkedHandler]

// @ts-expect-error -- a class that serves no connection is no handler class
export const wrong = new AdvancedHTTPServer(Map)
