// The files below `root`, and listings of its folders.
import { AdvancedHTTPServer, RequestHandler } from '../../dist/index.js'
import { announce, settings } from '../lib/contender.mjs'

const server = new AdvancedHTTPServer(RequestHandler, { addresses: [['127.0.0.1', 0]] })
server.serve_files = true
server.serve_files_root = settings.root
await server.listen()
announce(server.sub_servers[0].server_address[1])
