/**
 * A script: what a server answers to one request after the other, on whatever connections they come, what it expects of
 * each, and what became of it. It knows no sockets; `script-handler.ts` acts it out.
 *
 *   const script = new Script().reset().respond(503, { headers: { 'Retry-After': 0 } }).respond(200, { body: 'done' })
 *   await using server = await script.serve()
 *   … the client under test talks to server.url …
 *   script.verify()
 */
import type { HandlerClass } from '../index.js'
import type { Octets } from './octets.js'
import { scriptHandler } from './script-handler.js'
import type { ReceivedRequest } from './script-request.js'
import { ScriptRun } from './script-run.js'
import type { RawOptions, ResponseOptions, Step, StepOptions } from './script-step.js'
import { startServer, type TestServer, type TestServerOptions } from './test-server.js'
import type { Transcript } from './transcript.js'

/** The client did not do what the script expects. */
export class ScriptError extends Error {
  /** Always `ScriptError`. */
  override readonly name = 'ScriptError'
  /** What happened, as a stable code. */
  readonly code = 'NOT_FOLLOWED'
  constructor(
    /** What the client did otherwise, each a sentence. */
    readonly failures: readonly string[],
    /** All that was said, for people. */
    readonly transcript: Transcript,
  ) {
    super(
      ['the script was not followed:', ...failures.map((failure) => `- ${failure}`), '', String(transcript)].join('\n'),
    )
  }
}

/** A server that answers request after request as it was told beforehand, and tells what the client did instead of what was
 * expected. */
export class Script {
  readonly #steps: Step[] = []
  readonly #run = new ScriptRun(this.#steps)

  /** Every octet of every connection, both ways. */
  get transcript(): Transcript {
    return this.#run.transcript
  }

  /** The requests that came, each once it was whole. */
  get requests(): readonly ReceivedRequest[] {
    return this.#run.requests
  }

  // ── writing it ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Answers a request. */
  respond(status: number, options: ResponseOptions = {}): this {
    return this.#add({ ...options, kind: 'response', status, options })
  }

  /** Answers a request with exactly these octets, which may be no HTTP at all. */
  send(octets: Octets, { close = false, ...options }: RawOptions = {}): this {
    return this.#add({ ...options, kind: 'raw', octets, close })
  }

  /** Closes the connection in good order instead of answering a request. */
  close(options: StepOptions = {}): this {
    return this.#add({ ...options, kind: 'close' })
  }

  /** Resets the connection instead of answering a request. */
  reset(options: StepOptions = {}): this {
    return this.#add({ ...options, kind: 'reset' })
  }

  /** Never answers a request. */
  hang(options: StepOptions = {}): this {
    return this.#add({ ...options, kind: 'hang' })
  }

  /** Resets a connection as soon as it is there; under TLS, after the handshake. */
  refuse(): this {
    return this.#add({ kind: 'refuse' })
  }

  #add(step: Step): this {
    this.#steps.push(step)
    return this
  }

  // ── acting it out ────────────────────────────────────────────────────────────────────────────────────────────

  /** A server that follows the script. One script is for one server. */
  serve(options: TestServerOptions = {}): Promise<TestServer> {
    return startServer(this.handlerClass(), options)
  }

  /** For a server of your own. */
  handlerClass(): HandlerClass {
    return scriptHandler(this.#run)
  }

  /**
   * Holds what happened against the script: every step taken, no request beyond them, each as expected.
   *
   * @throws ScriptError with every failure and the transcript.
   */
  verify(): void {
    const failures = this.#run.failures()
    if (failures.length > 0) throw new ScriptError(failures, this.transcript)
  }
}
