/** What waits takes a signal, what holds something can be disposed of, and errors have codes that can be switched over. */
import {
  AdvancedHTTPServer,
  call_options,
  CertificateError,
  HeaderError,
  RequestError,
  RequestHandler,
  RPCClient,
  RPCClientCached,
  RPCConnectionError,
  RPCError,
  SerializerError,
  ServerError,
} from '../../src/index.js'

export async function serveUntil(signal: AbortSignal | undefined): Promise<void> {
  await using server = new AdvancedHTTPServer(RequestHandler)
  await server.listen({ signal })
  await server.serve_forever({ signal })
  await server.shutdown({ grace_ms: 1_000, signal })
}

export class Flushing extends RequestHandler {
  override async do_GET(): Promise<void> {
    this.wfile.write(await this.read_body({ signal: this.signal }))
    await this.wfile.flush({ signal: this.signal })
  }
}

export async function call(signal: AbortSignal): Promise<unknown> {
  using rpc = new RPCClient(['localhost', 8080], { timeout_ms: 1_000 })
  await using cached = new RPCClientCached(['localhost', 8080])
  const answers: unknown[] = [await rpc('add', 1, 2), await cached.cache_call('add', 1, 2)]
  return answers.concat(await rpc.call('slow', call_options({ signal })))
}

type PublicError = CertificateError | HeaderError | RequestError | RPCConnectionError | SerializerError | ServerError

export function explain(error: PublicError): string {
  switch (error.code) {
    case 'BODY_TOO_LARGE':
    case 'SHUT_DOWN':
    case 'TIMEOUT':
      return error.message
    // @ts-expect-error -- no error has this code
    case 'NO_SUCH_CODE':
      return ''
    default:
      return String(error.cause)
  }
}

export function isRemote(error: unknown): boolean {
  return error instanceof RPCError && error.is_remote_exception
}
