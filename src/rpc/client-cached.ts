/**
 * A client that keeps answers in a table, in memory or in a file that Python's client can use, too.
 * Source: AdvancedHTTPServer `RPCClientCached`.
 */
import { CacheStore } from './cache-store.js'
import { RPCClient, type RPCClientOptions, splitArguments } from './client.js'

/** Arguments that are longer than this are kept as their SHA-1, which is as long, in octets. */
const LONGEST_PLAIN_OPTIONS = 20

/** What a client that keeps answers may be made with beside the address. */
export interface RPCClientCachedOptions extends RPCClientOptions {
  /** Path of the file, or `:memory:`, the default. On Node.js before 22.13 a file belongs to one process at a time. */
  cache_db?: string
}

/** A client that keeps answers, in memory or in a file that Python's client can use, too.
 *
 * @remarks Source: AdvancedHTTPServer's `RPCClientCached`. */
export class RPCClientCached extends RPCClient {
  readonly #store: CacheStore

  /** @throws RPCCacheError `NO_SQLITE`, or `BAD_FILE` when the file can't be opened or is none of its own. */
  constructor(address: readonly [host: string, port: number], options: RPCClientCachedOptions = {}) {
    super(address, options)
    this.#store = new CacheStore(options.cache_db ?? ':memory:')
  }

  /**
   * The answer kept for this method and these arguments, else that of the server, which is then kept. What is raised is not
   * kept. Answers are kept as the client's serializer writes them: all users of a file use the same one.
   *
   * @throws what {@link RPCClient.call} throws.
   */
  async cache_call(method: string, ...args: unknown[]): Promise<unknown> {
    const kept = this.#store.find(method, this.#optionsHash(args))
    return kept === null ? this.cache_call_refresh(method, ...args) : this.decode(kept)
  }

  /**
   * The answer of the server, which replaces one that was kept.
   *
   * @throws what {@link RPCClient.call} throws; the answer that was kept then stays.
   */
  async cache_call_refresh(method: string, ...args: unknown[]): Promise<unknown> {
    const hash = this.#optionsHash(args)
    const answer = await this.call(method, ...args)
    this.#store.store(method, hash, this.encode(answer))
    return answer
  }

  /** Forgets all answers. */
  cache_clear(): void {
    this.#store.clear()
  }

  /** Drops the connection and closes the file; afterwards only {@link call} can be used. */
  override close(): void {
    super.close()
    this.#store.close()
  }

  /** Differs from Python: keyword arguments are allowed, and count. */
  #optionsHash(args: readonly unknown[]): Buffer {
    const { payload } = splitArguments(args)
    const octets = this.encode(payload)
    return octets.length > LONGEST_PLAIN_OPTIONS ? sha1(octets) : octets
  }
}

function sha1(octets: Uint8Array): Buffer {
  return process.getBuiltinModule('node:crypto').createHash('sha1').update(octets).digest()
}
