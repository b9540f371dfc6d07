/** What can be given to a server as handler: a class whose instances serve one connection each. */
import type { BaseHTTPRequestHandler } from '../handler/base-request-handler.js'
import type { Connection } from '../handler/connection.js'
import type { HandlerServer } from '../handler/handler-server.js'

export type HandlerClass<TServer extends HandlerServer = HandlerServer> = new (
  connection: Connection,
  server: TServer,
) => BaseHTTPRequestHandler<TServer>
