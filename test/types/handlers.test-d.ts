/** Handlers, hooks and the registered functions of both kinds, with and without `async`. */
import { Readable } from 'node:stream'
import {
  BaseHTTPRequestHandler,
  type Headers,
  type MaybePromise,
  type Query,
  RegisterPath,
  RequestHandler,
  WebSocketHandler,
} from '../../src/index.js'
import { holds, type Same } from './support.js'

export class DemoHandler extends RequestHandler {
  override on_init(): void {
    this.handler_map['^hello-world$'] = this.res_hello_world
    this.handler_map['^later$'] = this.res_later
    this.handler_map['^function$'] = (handler: DemoHandler, query: Query) =>
      handler.send_response_full(String(query.size))
    this.rpc_handler_map['/add'] = this.rpc_add
    // @ts-expect-error -- a handler is a function
    this.handler_map['^text$'] = 'text'
  }

  res_hello_world(query: Query): MaybePromise<void> {
    const all = query.get('name')
    holds<Same<typeof all, string[] | undefined>>()
    const [name] = query.get('name', [''])
    holds<Same<typeof name, string>>()
    return this.send_response_full(`hello ${name}`)
  }

  async res_later(): Promise<void> {
    const body = await this.read_body()
    holds<Same<typeof body, Buffer>>()
    await this.send_response_full(Readable.from([body]), { status: 201, headers: { 'X-Length': body.length } })
  }

  rpc_add(a: number, b: number): number {
    return a + b
  }

  do_PURGE(): void {
    holds<Same<typeof this.headers, Headers>>()
    holds<Same<typeof this.raw_query_data, Buffer | null>>()
    holds<Same<typeof this.client_address, readonly [host: string, port: number]>>()
    this.send_response(204)
    // @ts-expect-error -- a field has a value
    this.send_header('X-Purged')
    this.end_headers()
  }

  async 'do_M-SEARCH'(): Promise<void> {
    await this.respond_not_found()
  }

  override async custom_authentication(username: string, password: string): Promise<boolean> {
    return username === password
  }
}

/** The base class alone knows no maps, and its steps may be sync or async in a subclass. */
export class BareHandler extends BaseHTTPRequestHandler {
  do_GET(): void {
    // @ts-expect-error -- only RequestHandler has them
    void this.handler_map
  }
  override async parse_request(): Promise<boolean> {
    return (await super.parse_request()) && this.command !== 'TRACE'
  }
}

export class Echo extends WebSocketHandler<DemoHandler> {
  override async on_message_text(message: string): Promise<void> {
    holds<Same<typeof this.handler, DemoHandler>>()
    await this.send_message_text(message)
  }
}
DemoHandler.web_socket_handler = Echo

/** What is registered comes back as it was. */
const registered = RegisterPath(
  '^a$',
  DemoHandler,
)((handler: DemoHandler, query: Query) => query.size > 0 && handler.path)
holds<Same<typeof registered, (handler: DemoHandler, query: Query) => string | false>>()
export { registered }
