/** What signals mean to a running server: the first one drains it, Ctrl-C after that stops it at once. */

/** As much of a server as signals need. */
export interface Stoppable {
  shutdown(options?: { grace_ms?: number }): Promise<void>
}

export interface SignalWatch {
  /** Status to end the process with: 0, or 130 when it was interrupted while draining. */
  readonly exitStatus: number
  /** Gives the signals back to the process. */
  restore(): void
}

/** @param tell - Takes one line about what happens. */
export function drainOnSignals(server: Stoppable, tell: (message: string) => void): SignalWatch {
  let draining = false
  let exitStatus = 0
  const drain = (advice: string) => {
    draining = true
    tell(`shutting down: requests in flight are answered${advice}`)
    void server.shutdown()
  }
  const interrupted = () => {
    if (!draining) return drain('; Ctrl-C again stops at once')
    exitStatus = 130
    void server.shutdown({ grace_ms: 0 })
  }
  const terminated = () => {
    if (!draining) drain('')
  }
  process.on('SIGINT', interrupted)
  process.on('SIGTERM', terminated)
  return {
    get exitStatus() {
      return exitStatus
    },
    restore() {
      process.off('SIGINT', interrupted)
      process.off('SIGTERM', terminated)
    },
  }
}
