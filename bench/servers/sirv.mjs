// The peer of files.mjs: sirv on node:http, as it is in production, where it reads the folder once at the start.
import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import { announce, settings } from '../lib/contender.mjs'

const sirv = createRequire(new URL('../peers/package.json', import.meta.url))('sirv')
const server = createServer(sirv(settings.root))
server.listen(0, '127.0.0.1', () => announce(server.address().port))
