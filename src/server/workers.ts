/**
 * Several processes that serve the same addresses: the program runs again in each of them, and Node's cluster shares the
 * listening sockets. The first process listens to nothing; it keeps the others alive and ends them together.
 */
import cluster, { type Worker } from 'node:cluster'
import { performance } from 'node:perf_hooks'
import { ServerError } from './server-error.js'

/** Sent to a worker that is to finish what it is serving and end. */
interface ShutdownMessage {
  readonly advancedhttpserver: 'shutdown'
  readonly grace_ms: number
}

/** A worker that dies this soon after its start is not started again: the next one would die as well. */
const LEAST_LIFE_MS = 1_000

/** Whether this process is one of several that a first process has started. */
export function isWorker(): boolean {
  return cluster.isWorker
}

/** In a worker: ends the server when the first process asks for it. */
export function heedShutdown(shutdown: (options: { grace_ms: number }) => Promise<void>): void {
  process.on('message', (message: unknown) => {
    if (!isShutdown(message)) return
    void shutdown({ grace_ms: message.grace_ms }).then(() => cluster.worker?.disconnect())
  })
}

function isShutdown(message: unknown): message is ShutdownMessage {
  return typeof message === 'object' && message !== null && 'advancedhttpserver' in message
}

/** The processes that one call of `serve_forever` has started. */
export class WorkerGroup {
  readonly #workers = new Set<Worker>()
  #stopping = false
  /** Why the group can't go on; null while it can. */
  #failure: ServerError | null = null
  #tellEnded: () => void = () => {}
  /** Resolves when no worker is left. */
  readonly ended: Promise<void>

  /** @throws RangeError when the count is no whole number from 1 up. */
  constructor(count: number) {
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`workers must be a whole number from 1 up: ${count}`)
    this.ended = new Promise((resolve) => {
      this.#tellEnded = resolve
    })
    for (let number = 0; number < count; number += 1) this.#start()
  }

  /** @throws ServerError `WORKER_FAILED` when a worker could not start. */
  async run(): Promise<void> {
    await this.ended
    if (this.#failure !== null) throw this.#failure
  }

  stop(grace_ms: number): Promise<void> {
    this.#stopping = true
    const message: ShutdownMessage = { advancedhttpserver: 'shutdown', grace_ms }
    for (const worker of this.#workers) worker.send(message)
    if (this.#workers.size === 0) this.#tellEnded()
    return this.ended
  }

  #start(): void {
    const worker = cluster.fork()
    const startedAt = performance.now()
    this.#workers.add(worker)
    worker.once('exit', (code, signal) => {
      this.#workers.delete(worker)
      if (!this.#stopping && performance.now() - startedAt > LEAST_LIFE_MS) return this.#start()
      if (!this.#stopping)
        this.#fail(new ServerError('WORKER_FAILED', `a worker ended at its start (${signal ?? code})`))
      if (this.#workers.size === 0) this.#tellEnded()
    })
  }

  #fail(error: ServerError): void {
    this.#failure ??= error
    void this.stop(0)
  }
}
