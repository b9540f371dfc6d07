/** Every server instance of the rig by name, and how to start some or all of them on ports of 127.0.0.1. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AdvancedHTTPServer } from '../../../src/index.js'
import { BaseHandler } from './base-handler.js'
import { connectionLog } from './connection-log.js'
import { MapsHandler } from './maps-handler.js'
import './registered-functions.js'
import { equip } from './rig-connection.js'
import { CustomAuthHandler, HTTP10Handler, NoRPCHandler, RigHandler } from './rig-handler.js'
import { SocketHandler } from './socket-handler.js'
import { makeWebRoot } from './web-root.js'

const VERSION = 'Rig/1.0'

interface Instance {
  readonly handler: ConstructorParameters<typeof AdvancedHTTPServer>[0]
  readonly tls?: boolean
  readonly configure?: (server: AdvancedHTTPServer, webRoot: string) => void
}

/** CPython's SimpleHTTPRequestHandler has no counterpart in the library, so the instance `simple` is left out. */
const INSTANCES = {
  plain: { handler: RigHandler },
  auth: { handler: RigHandler, configure: addCredentials },
  custom: { handler: CustomAuthHandler },
  files: { handler: RigHandler, configure: serveFiles },
  'files-nolist': { handler: RigHandler, configure: serveFilesUnlisted },
  'files-auth': { handler: RigHandler, configure: serveFilesToAdmin },
  norobots: { handler: RigHandler, configure: withoutRobots },
  norpc: { handler: NoRPCHandler },
  http10: { handler: HTTP10Handler },
  maps: { handler: MapsHandler },
  ws: { handler: SocketHandler },
  tls: { handler: RigHandler, tls: true, configure: addSecondCertificate },
  base: { handler: BaseHandler },
} satisfies Record<string, Instance>

export type InstanceName = keyof typeof INSTANCES

export const INSTANCE_NAMES = Object.keys(INSTANCES) as InstanceName[]

export interface RigOptions {
  /** Instances to start; all of them if not given. */
  readonly only?: readonly InstanceName[]
  /** Port by instance; any free one if not given. */
  readonly ports?: Readonly<Partial<Record<InstanceName, number>>>
  /** An existing web root; without it a temporary one is made, and removed by `stop`. */
  readonly webRoot?: string
  /** Whether HTTP/1.1 persists without being asked to. The recordings come from a server where it does not. */
  readonly implicitKeepAlive?: boolean
}

export interface Rig {
  readonly ports: Readonly<Partial<Record<InstanceName, number>>>
  stop(): Promise<void>
}

/** Starts instances; resolves when all of them accept connections. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const temporary = options.webRoot === undefined ? mkdtempSync(join(tmpdir(), 'rig-webroot-')) : undefined
  const webRoot = resolve(options.webRoot ?? makeWebRoot(temporary as string))
  const servers: AdvancedHTTPServer[] = []
  const ports: Partial<Record<InstanceName, number>> = {}
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.shutdown({ grace_ms: 0 })))
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true })
  }
  try {
    for (const name of options.only ?? INSTANCE_NAMES) {
      const server = makeServer(
        INSTANCES[name],
        options.ports?.[name] ?? 0,
        webRoot,
        options.implicitKeepAlive ?? false,
      )
      servers.push(server)
      await server.listen()
      ports[name] = server.sub_servers[0]?.server_address[1] as number
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { ports, stop }
}

function makeServer(instance: Instance, port: number, webRoot: string, implicitKeepAlive: boolean): AdvancedHTTPServer {
  const tls = instance.tls ?? false
  const server = new AdvancedHTTPServer(instance.handler, {
    addresses: [['127.0.0.1', port, tls]],
    ...(tls ? { ssl_certfile: certificate('default.pem') } : {}),
    logger: connectionLog,
  })
  server.server_version = VERSION
  for (const subServer of server.sub_servers) equip(subServer, { webRoot, implicitKeepAlive })
  instance.configure?.(server, webRoot)
  return server
}

function certificate(name: string): string {
  return fileURLToPath(new URL(`certs/${name}`, import.meta.url))
}

function addCredentials(server: AdvancedHTTPServer): void {
  server.auth_add_creds('admin', 'secret', 'plain')
  server.auth_add_creds('colon', 'pa:ss:word', 'plain')
  server.auth_add_creds('', 'blank', 'plain')
  server.auth_add_creds('emptypw', '', 'plain')
  server.auth_add_creds('\u00fcser', 'p\u00e4ss', 'plain')
  server.auth_add_creds('bytesuser', Buffer.from('secret'), 'plain')
  server.auth_add_creds('md5hex', digest('md5').toString('hex'), 'md5')
  server.auth_add_creds('md5raw', digest('md5'), 'md5')
  server.auth_add_creds('sha1hex', digest('sha1').toString('hex'), 'sha1')
  server.auth_add_creds('sha1raw', digest('sha1'), 'SHA1')
  server.auth_add_creds('sha256raw', digest('sha256'), 'sha256')
  server.auth_add_creds('sha384raw', digest('sha384'), 'sha384')
  server.auth_add_creds('sha512raw', digest('sha512'), 'sha512')
}

/** Digest of the password that belongs to a hash: `md5-pass`, `sha1-pass` and so on. */
function digest(hash: string): Buffer {
  return createHash(hash).update(`${hash}-pass`).digest()
}

function serveFiles(server: AdvancedHTTPServer, webRoot: string): void {
  server.serve_files = true
  server.serve_files_root = webRoot
}

function serveFilesUnlisted(server: AdvancedHTTPServer, webRoot: string): void {
  serveFiles(server, webRoot)
  server.serve_files_list_directories = false
}

function serveFilesToAdmin(server: AdvancedHTTPServer, webRoot: string): void {
  serveFiles(server, webRoot)
  server.auth_add_creds('admin', 'secret')
}

function withoutRobots(server: AdvancedHTTPServer): void {
  server.serve_robots_txt = false
}

function addSecondCertificate(server: AdvancedHTTPServer): void {
  server.add_sni_cert('alt.rig.example', { ssl_certfile: certificate('alt.pem') })
}
