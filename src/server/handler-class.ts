/** What can be given to a server as handler: a class whose instances serve one connection each. */
import type { BaseHTTPRequestHandler } from '../handler/base-request-handler.js'
import type { Connection } from '../handler/connection.js'

/** A handler class. `never` stands for its server: each class may ask for a server of its own kind. */
export type HandlerClass = new (connection: Connection, server: never) => BaseHTTPRequestHandler
