/** The handler that most instances of the rig serve: all resources, all RPC methods, its own verbs; and its variants. */
import type { MaybePromise } from '../../../src/index.js'
import { RpcMethods } from './rpc-methods.js'
import { RuntimeError } from './rpc-errors.js'

export class RigHandler extends RpcMethods {
  do_PURGE(): MaybePromise<void> {
    return this.send_response_full('purged\n')
  }

  do_BREW(): void {
    this.send_response(418)
    this.endWithoutBody()
  }

  async do_PUT(): Promise<void> {
    const octets = await this.read_body()
    await this.send_response_full(`put ${octets.length} bytes\n`, { status: 201 })
  }

  do_DELETE(): void {
    this.send_response(204)
    this.end_headers()
  }

  'do_M-SEARCH'(): void {
    this.send_response(200)
    this.send_header('ST', 'ssdp:all')
    this.endWithoutBody()
  }
}

/** Has no RPC methods at all, not even those registered for every handler. */
export class NoRPCHandler extends RigHandler {
  override on_init(): void {
    super.on_init()
    this.rpc_handler_map.clear()
  }
}

export class HTTP10Handler extends RigHandler {
  static override readonly protocol_version = 'HTTP/1.0'
}

export class CustomAuthHandler extends RigHandler {
  override custom_authentication(username: string, password: string): boolean {
    if (username === 'boom') throw new RuntimeError()
    return username === 'custom' && password === 'letmein'
  }
}
