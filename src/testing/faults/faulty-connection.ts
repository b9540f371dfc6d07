/**
 * A connection whose responses faults act on. It stands where the handler's own connection stood, hands everything that
 * is about requests to it, and puts faults between what the handler writes and what reaches the wire.
 *
 *   handler ──► FaultyOutput ──► framer ──► fault ──► fault … ──► Wire ──► the real connection
 *
 * An exchange without faults goes the real connection's own way, untouched.
 */
import type { Duplex } from 'node:stream'
import { inspect, type InspectOptions } from 'node:util'
import type {
  Connection,
  RequestBody,
  BodyReader,
  RequestTaker,
  ResponseFraming,
  ResponseOutput,
  Timeouts,
} from '../../handler/connection.js'
import type { RequestHead } from '../../http/events.js'
import type { Limits } from '../../http/limits.js'
import { Pipeline } from './action.js'
import type { Fault } from './fault.js'
import { FaultyOutput } from './faulty-output.js'
import { FaultyStream } from './faulty-stream.js'
import { Framer } from './framer.js'
import { Wire } from './wire.js'

export class FaultyConnection implements Connection {
  readonly #real: Connection
  readonly #choose: (request: RequestHead) => readonly Fault[]
  /** What the current response goes through, the handler's own output first; empty while no faults act on it. */
  #outputs: FaultyOutput[] = []

  /** @param choose - Asked once for each request. */
  constructor(real: Connection, choose: (request: RequestHead) => readonly Fault[]) {
    this.#real = real
    this.#choose = choose
  }

  /**
   * Has faults act on the rest of the current response.
   *
   * @param command - Verb of the request that is being answered.
   */
  begin(faults: readonly Fault[], command: string): void {
    if (faults.length === 0) return
    const { wfile } = this
    const output = new FaultyOutput({
      pipeline: new Pipeline([new Framer(command), ...faults.map((fault) => fault.begin({ command }))]),
      wire: new Wire(this.#real, { output: wfile, flush: () => wfile.flush() }),
      highWaterMark: this.limits.output_bytes,
      onBroken: () => this.destroy(),
    })
    this.#outputs.unshift(output)
  }

  /** Resolves when everything that the handler wrote, and what faults do behind it, was done. Never rejects. */
  async settled(): Promise<void> {
    for (const output of this.#outputs) await output.finish()
  }

  // ── what faults change ───────────────────────────────────────────────────────────────────────────────────────

  async nextRequest(): Promise<RequestHead | null> {
    await this.settled()
    this.#outputs = []
    const request = await this.#real.nextRequest()
    if (request !== null) this.begin(this.#choose(request), request.method)
    return request
  }

  takeRequest(taker: RequestTaker): undefined {
    this.nextRequest().then(
      (head) => taker.requestCame(head),
      (error: unknown) => taker.requestFailed(error),
    )
  }

  get wfile(): ResponseOutput {
    return this.#outputs[0] ?? this.#real.wfile
  }

  get responseStarted(): boolean {
    return this.#outputs[0]?.account.touched ?? this.#real.responseStarted
  }

  get responseFault(): string | null {
    // What a fault makes of a response is meant.
    return this.#outputs.length === 0 ? this.#real.responseFault : null
  }

  writeHead(octets: string, framing: ResponseFraming | 'interim' | 'partial'): void {
    const [output] = this.#outputs
    if (output === undefined) this.#real.writeHead(octets, framing)
    else output.writeHead(octets, framing)
  }

  finishRequest(): Promise<boolean> | boolean {
    const [output] = this.#outputs
    return output === undefined ? this.#real.finishRequest() : this.#finish(output)
  }

  async #finish(output: FaultyOutput): Promise<boolean> {
    await this.settled()
    if (this.#outputs.some(({ wire }) => wire.over) || output.account.whole === false) return false
    return this.#real.finishRequest()
  }

  detach(): { stream: Duplex; head: Buffer } {
    const outputs = this.#outputs
    if (outputs.length === 0) return this.#real.detach()
    this.#outputs = []
    const ready = performed(outputs)
    const { stream, head } = this.#real.detach()
    const wire = new Wire(this.#real, { output: stream, flush: () => written(stream) })
    const pipeline = new Pipeline(outputs.map((output) => output.pipeline))
    return { stream: new FaultyStream(stream, pipeline, wire, ready), head }
  }

  async close(): Promise<void> {
    await this.settled()
    await this.#real.close()
  }

  destroy(): void {
    const [output] = this.#outputs
    // Where closing delimits the body, only a reset shows that it is not whole.
    if (output?.account.delimitedByClosing) void output.wire.end('reset')
    else this.#real.destroy()
  }

  // ── what they leave alone ────────────────────────────────────────────────────────────────────────────────────

  get client_address(): readonly [host: string, port: number] {
    return this.#real.client_address
  }

  get encrypted(): boolean {
    return this.#real.encrypted
  }

  get stream(): Duplex {
    return this.#real.stream
  }

  get limits(): Readonly<Limits> {
    return this.#real.limits
  }

  get timeouts(): Readonly<Timeouts> {
    return this.#real.timeouts
  }

  overdue(): Promise<never> {
    return this.#real.overdue()
  }

  readBodyTo(reader: BodyReader): boolean {
    return this.#real.readBodyTo(reader)
  }

  get rfile(): RequestBody {
    return this.#real.rfile
  }

  get signal(): AbortSignal {
    return this.#real.signal
  }

  get mayPersist(): boolean {
    return this.#real.mayPersist
  }

  get drainable(): boolean {
    return this.#real.drainable
  }

  /** What `util.inspect` shows: the connection below. */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    return `${this.constructor.name} ${inspect(this.#real, options)}`
  }

  onShutdown(listener: () => void): () => void {
    return this.#real.onShutdown(listener)
  }
}

function written(stream: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write('', (error) => (error ? reject(error) : resolve()))
  })
}

/** Settles when what handlers wrote to these was done, or can't be. */
async function performed(outputs: readonly FaultyOutput[]): Promise<void> {
  for (const output of outputs) await output.performed().catch(ignore)
}

function ignore(): void {}
