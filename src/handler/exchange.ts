/** One request and its answer, as far as the steps of a handler share knowledge of it; begun anew with each request. */
import type { RequestHead } from '../http/events.js'
import type { ChunkedBody } from './chunked-body.js'
import { PendingHead } from './pending-head.js'

export class Exchange {
  /** Lines of the response's head that are not on the wire yet. */
  readonly pendingHead = new PendingHead()
  /** Head of the request; null before the first one, and while octets are answered that were none. */
  requestHead: RequestHead | null = null
  /** The client waits for `100 Continue` and nobody has sent it. */
  continueOwed = false
  /** Body of the response, when it is chunked by us. */
  chunkedBody: ChunkedBody | null = null
  /** Status code of the answer; 0 while none was sent. */
  status = 0
  /** What went wrong, on whichever side; null while nothing has. */
  error: unknown = null
  /** The stream was handed over: there is nothing more to answer on it, for good. */
  detached = false

  begin(head: RequestHead): void {
    this.requestHead = head
    this.continueOwed = head.expectsContinue
    this.chunkedBody = null
    this.status = 0
    this.error = null
    this.pendingHead.clear()
  }

  /** Lets go of what a connection at rest need not hold. */
  end(): void {
    this.requestHead = null
    this.chunkedBody = null
  }
}
