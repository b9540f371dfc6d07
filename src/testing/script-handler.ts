/**
 * Acts a script out on one connection: takes the next step for each request, whatever its verb, and notes what is said on
 * both sides. It writes heads by itself, so that nothing is on the wire but what the script says.
 */
import { Buffer } from 'node:buffer'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import {
  BaseHTTPRequestHandler,
  type Connection,
  type HandlerClass,
  type HandlerServer,
  RequestError,
} from '../index.js'
import type { RequestHead } from '../http/events.js'
import { isInterim } from '../http/response-checks.js'
import { fieldLine, statusLine } from '../http/response-head.js'
import { statusPhrase } from '../http/status.js'
import type { Ending } from './faults/action.js'
import { Wire } from './faults/wire.js'
import { applyFaults } from './faults/with-faults.js'
import { toBuffer } from './octets.js'
import type { ScriptRun } from './script-run.js'
import type { HeaderFields, ResponseOptions, Step } from './script-step.js'
import { describedBy, type ReceivedRequest } from './script-request.js'
import { tapConnection } from '../net/tap.js'

/** For requests that no step is left for. */
const BEYOND_THE_END: Step = {
  kind: 'response',
  status: 500,
  options: { body: 'the script has no answer to this request\n', headers: { Connection: 'close' } },
}

/** A handler class whose connections share the run. */
export function scriptHandler(run: ScriptRun): HandlerClass {
  let connections = 0
  let requests = 0
  return class ScriptHandler extends BaseHTTPRequestHandler {
    readonly #number: number
    /** Requests that came over this connection. */
    #received = 0

    constructor(connection: Connection, server: HandlerServer) {
      super(connection, server)
      connections += 1
      this.#number = connections
      const { transcript } = run
      transcript.addNote(
        this.#number,
        `connected from ${this.client_address.join(':')}${connection.encrypted ? ', TLS' : ''}`,
      )
      tapConnection(connection, (direction, octets) => transcript.addOctets(direction, this.#number, octets))
      connection.stream.once('end', () => transcript.addNote(this.#number, 'the client has ended its side'))
      connection.stream.once('close', () => transcript.addNote(this.#number, 'closed'))
    }

    override async handle(): Promise<void> {
      if (run.takeConnectionStep() !== null) return this.#end('reset')
      try {
        while (await this.#answerNext());
      } catch (error) {
        if (!(error instanceof RequestError)) throw error
        if (error.status !== 0) run.fail(`octets on connection ${this.#number} are no request: ${error.message}`)
      }
    }

    /** Whether another request may follow. */
    async #answerNext(): Promise<boolean> {
      const head = await this.connection.nextRequest()
      if (head === null) return false
      const step = run.takeRequestStep()
      this.command = head.method
      const request = await this.#receive(head)
      run.heed(request, step)
      return this.#perform(step ?? BEYOND_THE_END, head.keepsAlive)
    }

    async #receive(head: RequestHead): Promise<ReceivedRequest> {
      requests += 1
      this.#received += 1
      const place = { number: requests, connection: this.#number, first: this.#received === 1 }
      if (head.expectsContinue) this.connection.writeHead('HTTP/1.1 100 Continue\r\n\r\n', 'interim')
      const body: Buffer[] = []
      if (head.framing !== 'none') for await (const octets of this.rfile) body.push(octets as Buffer)
      return { ...place, ...describedBy(head), body: Buffer.concat(body) }
    }

    async #perform(step: Step, keepsAlive: boolean): Promise<boolean> {
      if (step.delayMs !== undefined) await delay(step.delayMs)
      if (step.faults !== undefined) applyFaults(this, ...step.faults)
      switch (step.kind) {
        case 'response':
          this.#respond(step.status, step.options)
          return this.#goOn(keepsAlive && !closes(step.options))
        case 'raw':
          this.wfile.write(toBuffer(step.octets))
          return this.#goOn(!step.close)
        case 'hang':
          run.transcript.addNote(this.#number, 'gets no answer')
          await closed(this.request)
          return false
        case 'close':
          return false
        default:
          await this.#end('reset')
          return false
      }
    }

    #respond(status: number, { reason = statusPhrase(status), headers = {}, body = '' }: ResponseOptions): void {
      const octets = Buffer.from(body as Uint8Array)
      const { lines, framing } = headOf(status, headers, octets.length)
      const head = `${statusLine('HTTP/1.1', status, reason)}${lines}\r\n`
      this.connection.writeHead(head, {
        ...framing,
        bodiless: this.command === 'HEAD' || hasNoBody(status),
        interim: isInterim(status),
      })
      this.wfile.write(octets)
    }

    async #goOn(wanted: boolean): Promise<boolean> {
      return wanted && (await this.connection.finishRequest())
    }

    async #end(how: Ending['kind']): Promise<void> {
      run.transcript.addNote(this.#number, `is ended by the script: ${how}`)
      await new Wire(this.connection, { output: this.wfile, flush: () => this.wfile.flush() }).end(how)
    }
  }
}

function closes({ close = false, headers = {} }: ResponseOptions): boolean {
  return (
    close ||
    Object.entries(headers).some(([name, value]) => /^connection$/i.test(name) && /\bclose\b/i.test(String(value)))
  )
}

/** Field lines as the script has them, and what they say of the body's end. */
function headOf(status: number, headers: HeaderFields, bodyBytes: number): { lines: string; framing: Framing } {
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'object' ? value : [value]).map((each) => [name, each] as const),
  )
  const has = (wanted: string): boolean => fields.some(([name]) => name.toLowerCase() === wanted)
  const chunked = has('transfer-encoding')
  if (!chunked && !has('content-length') && !hasNoBody(status)) fields.push(['Content-Length', bodyBytes])
  const lines = fields.map(([name, value]) => fieldLine(name, value)).join('')
  // Whatever length a script announces, its body is what it is: a wrong one must not end the connection.
  return { lines, framing: { contentLength: chunked ? -1 : bodyBytes, chunked } }
}

interface Framing {
  readonly contentLength: number
  readonly chunked: boolean
}

function hasNoBody(status: number): boolean {
  return status < 200 || status === 204 || status === 304
}

function closed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve()
    else stream.once('close', resolve)
  })
}
