/**
 * What every handler of the rig shares: the settings of the instance it serves, its own log lines, and the short
 * answer `text`. The settings travel with the listening address, so that several rigs can run in one process.
 */
import { type HandlerServer, RequestHandler } from '../../../src/index.js'
import { ownLines } from './connection-log.js'

export interface RigSettings {
  /** The fixture web root. */
  readonly webRoot: string
  /** Whether HTTP/1.1 persists without being asked to; the original does not. */
  readonly implicitKeepAlive: boolean
}

const settingsOf = new WeakMap<HandlerServer, RigSettings>()

export function equip(subServer: HandlerServer, settings: RigSettings): void {
  settingsOf.set(subServer, settings)
}

/** @throws Error when the handler is served by a server that no rig has started. */
function settingsFor(subServer: HandlerServer): RigSettings {
  const settings = settingsOf.get(subServer)
  if (settings === undefined) throw new Error('this server belongs to no rig')
  return settings
}

/** Sets the attributes that bring back what the original does and the library, by choice, does not. */
export function followOriginal(handler: RequestHandler): void {
  handler.implicit_keep_alive = settingsFor(handler.server).implicitKeepAlive
  handler.open_options = true
  handler.extended_file_fields = false
  handler.modern_listing = false
}

export class RigConnection extends RequestHandler {
  override on_init(): void {
    followOriginal(this)
  }

  override handle(): Promise<void> {
    return ownLines(() => super.handle())
  }

  protected get webRoot(): string {
    return settingsFor(this.server).webRoot
  }

  protected text(body: string | Buffer): void {
    const octets = typeof body === 'string' ? Buffer.from(body) : body
    this.send_response(200)
    this.send_header('Content-Type', 'text/plain')
    this.send_header('Content-Length', octets.length)
    this.end_headers()
    this.wfile.write(octets)
  }
}
