/**
 * What the options of the command add to whatever handler class is served: fields in every response, and requests logged
 * in a format of their own. It goes through the same steps that any subclass can override.
 */
import { isInterim } from '../http/response-checks.js'
import type { AccessRecord } from '../logging/log-formats.js'
import type { HandlerClass } from './handler-class.js'

export interface HandlerAdditions {
  /** Fields of every response, in front of the empty line. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Lets scripts of any origin read responses (Fetch standard, "HTTP extensions"), their preflights included. */
  readonly cors: boolean
  /** Logs an answered request in the place of `log_request`. */
  readonly access: ((record: AccessRecord) => void) | null
}

/** The class with the additions; the class itself when there are none. */
export function withAdditions(klass: HandlerClass, additions: HandlerAdditions): HandlerClass {
  let extended = klass
  if (additions.headers.length > 0 || additions.cors) extended = addFields(extended, additions)
  if (additions.access !== null) extended = addAccessLog(extended, additions.access)
  return extended
}

function addFields(klass: HandlerClass, { headers, cors }: HandlerAdditions): HandlerClass {
  return inPlaceOf(
    klass,
    class extends klass {
      /** The head being written is an interim one: what is added belongs to the answer behind it. */
      #interim = false

      override send_response_only(code: number, message?: string | null): void {
        super.send_response_only(code, message)
        this.#interim = isInterim(code)
      }

      override end_headers(): void {
        if (!this.#interim) {
          for (const [name, value] of headers) this.send_header(name, value)
          if (cors) this.#sendCorsFields()
        }
        super.end_headers()
      }

      #sendCorsFields(): void {
        this.send_header('Access-Control-Allow-Origin', '*')
        if (this.command !== 'OPTIONS' || !this.headers.has('Access-Control-Request-Method')) return
        this.send_header('Access-Control-Allow-Methods', '*')
        // The wildcard does not cover Authorization (Fetch standard, "CORS-preflight fetch").
        this.send_header('Access-Control-Allow-Headers', '*, Authorization')
      }
    },
  )
}

function addAccessLog(klass: HandlerClass, access: (record: AccessRecord) => void): HandlerClass {
  return inPlaceOf(
    klass,
    class extends klass {
      override log_request(status: number | string = '-', size: number | string = '-'): void {
        const client = this.address_string()
        access({ client, user: userOf(this), requestLine: this.requestline, status, size, time: new Date() })
      }
    },
  )
}

/** Paths are registered for the class that the program knows, and class attributes set on it: instances still name it. */
function inPlaceOf(original: HandlerClass, derived: HandlerClass): HandlerClass {
  Reflect.deleteProperty(derived.prototype, 'constructor')
  return Object.defineProperty(derived, 'name', { value: original.name })
}

function userOf(handler: object): string | null {
  const user = 'basic_auth_user' in handler ? handler.basic_auth_user : null
  return typeof user === 'string' ? user : null
}
