/** How faults get between a handler and its connection: for a whole handler class, or for one response of a handler. */
import type { BaseHTTPRequestHandler, Connection, HandlerClass, ResponseOutput } from '../../index.js'
import { wrapHandlerClass } from '../wrap-handler-class.js'
import type { Fault } from './fault.js'
import { FaultyConnection } from './faulty-connection.js'
import type { FaultChooser } from './faults.js'

/**
 * A handler class whose every response is misbehaved.
 *
 * @param faults - Act one after the other, the first nearest the handler; a function chooses them for each response.
 */
export function withFaults<T extends HandlerClass>(klass: T, ...faults: readonly (Fault | FaultChooser)[]): T {
  let exchanges = 0
  const wrapped = (real: Connection): FaultyConnection =>
    new FaultyConnection(real, (request) => {
      const exchange = { number: exchanges, request }
      exchanges += 1
      return faults.flatMap((fault) => (typeof fault === 'function' ? fault(exchange) : [fault]))
    })
  return wrapHandlerClass(klass, { connection: wrapped, made: holdFinish })
}

/**
 * Has faults act on the current response of a handler, from its next octet on. The handler goes on as usual: everything it
 * sends goes through them.
 *
 * @returns The handler's `wfile`, as it is from now on.
 */
export function applyFaults(handler: BaseHTTPRequestHandler, ...faults: readonly Fault[]): ResponseOutput {
  const connection = faultyConnectionOf(handler)
  connection.begin(faults, handler.command)
  return connection.wfile
}

function faultyConnectionOf(handler: BaseHTTPRequestHandler): FaultyConnection {
  if (handler.connection instanceof FaultyConnection) return handler.connection
  const connection = new FaultyConnection(handler.connection, () => [])
  Object.defineProperty(handler, 'connection', { value: connection })
  holdFinish(handler)
  return connection
}

/** A server closes the connection behind `finish`, whatever faults have still to do: it has to wait for them. */
function holdFinish(handler: BaseHTTPRequestHandler): void {
  const finish = handler.finish.bind(handler)
  Object.defineProperty(handler, 'finish', {
    value: async (): Promise<void> => {
      if (handler.connection instanceof FaultyConnection) await handler.connection.settled()
      await finish()
    },
  })
}
