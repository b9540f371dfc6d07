/**
 * Requests one after the other: the outermost of Python's steps, `handle` and `handle_one_request`, and how a connection is
 * waited for between them. How a request is answered, and when it is the last one, is known to `base-request-handler.ts`.
 */
import { AsyncResource } from 'node:async_hooks'
import type { RequestHead } from '../http/events.js'
import type { RequestTaker } from './connection.js'
import type { HandlerServer } from './handler-server.js'
import { type MaybePromise, ResponseSteps } from './response-steps.js'

/** A request that can't be served: the octets were none, or did not come in time. */
class Refused {
  constructor(readonly error: unknown) {}
}

/** What the connection gave when it was asked for a request; undefined: that has to be waited for. */
type TakenRequest = RequestHead | Refused | null | undefined

/** Serves requests that were waited for in the context in which it was made. */
class RequestWait extends AsyncResource implements RequestTaker {
  readonly #loop: RequestLoop
  readonly #serve: (this: RequestLoop, taken: TakenRequest) => void

  constructor(loop: RequestLoop, serve: (this: RequestLoop, taken: TakenRequest) => void) {
    super('ADVANCEDHTTPSERVER')
    this.#loop = loop
    this.#serve = serve
  }

  requestCame(head: RequestHead | null): void {
    this.runInAsyncScope(this.#serve, this.#loop, head)
  }

  requestFailed(error: unknown): void {
    this.runInAsyncScope(this.#serve, this.#loop, new Refused(error))
  }
}

export abstract class RequestLoop<TServer extends HandlerServer = HandlerServer> extends ResponseSteps<TServer> {
  /** Waits in the context in which {@link handle} was called. */
  #wait: RequestWait | null = null
  #tellHandled: () => void = ignore
  #tellUnhandled: (error: unknown) => void = ignore

  /** @internal Answers a request; null: there will be no other. */
  protected abstract _serveRequest(head: RequestHead | null): MaybePromise<void>

  /** @internal Answers octets that are no request, or did not come in time. */
  protected abstract _refuseRequest(error: unknown): MaybePromise<void>

  /** @internal Whether another request is wanted. */
  protected abstract get _goesOn(): boolean

  /** Answers requests until the connection is to be closed. Overridable. */
  handle(): Promise<void> {
    // Only a step that somebody has replaced needs a promise for each request.
    if (this.handle_one_request !== RequestLoop.prototype.handle_one_request) return this.#handleInSteps()
    return new Promise((resolve, reject) => {
      this.#tellHandled = resolve
      this.#tellUnhandled = reject
      this.#wait = new RequestWait(this, this.#serveRequests)
      this.#serveRequests(this.#takeRequest())
    })
  }

  async #handleInSteps(): Promise<void> {
    do {
      const turn = this.handle_one_request()
      if (turn !== undefined) await turn
    } while (this._goesOn)
  }

  /** What {@link handle_one_request} does, from this request on as long as there is none to be waited for. */
  #serveRequests(first: TakenRequest): void {
    try {
      for (let taken = first; taken !== undefined; taken = this.#takeRequest()) {
        const turn = taken instanceof Refused ? this._refuseRequest(taken.error) : this._serveRequest(taken)
        if (turn !== undefined) return void turn.then(() => this.#serveMore(), this.#tellUnhandled)
        if (!this._goesOn) return this.#tellHandled()
      }
    } catch (error) {
      this.#tellUnhandled(error)
    }
  }

  #serveMore(): void {
    if (this._goesOn) this.#serveRequests(this.#takeRequest())
    else this.#tellHandled()
  }

  #takeRequest(): TakenRequest {
    try {
      const head = this.connection.takeRequest(this.#wait as RequestWait)
      if (head === undefined) this._comesToRest()
      return head
    } catch (error) {
      return new Refused(error)
    }
  }

  /** @internal Lets go of what need not be held while the next request is waited for. */
  protected _comesToRest(): void {}

  /** Waits for one request and answers it. Overridable. */
  handle_one_request(): MaybePromise<void> {
    let next: MaybePromise<RequestHead | null>
    try {
      next = this.connection.nextRequest()
    } catch (error) {
      return this._refuseRequest(error)
    }
    if (!(next instanceof Promise)) return this._serveRequest(next)
    return next.then(
      (head) => this._serveRequest(head),
      (error: unknown) => this._refuseRequest(error),
    )
  }
}

function ignore(): void {}
