/** Tells a person why the server can't listen, and what to try next. */

/** An error of `listen()`: the system's code, and the address that was asked for. */
interface ListenError extends Error {
  readonly code: string
  readonly address: string
  readonly port: number
}

/** One line each: what is wrong, and what to try. Null when the error is none of listening. */
export function explainListenError(error: unknown): { reason: string; advice: string | null } | null {
  if (!isListenError(error)) return null
  const { code, address, port, message } = error
  switch (code) {
    case 'EADDRINUSE':
      return {
        reason: `port ${port} of ${address} is already in use`,
        advice: `try --port ${nextPort(port)}, or --port 0 for any free one`,
      }
    case 'EACCES':
      return { reason: `this user may not listen on port ${port}`, advice: 'try --port 8080' }
    case 'EADDRNOTAVAIL':
      return { reason: `this machine has no address ${address}`, advice: 'try --ip 0.0.0.0, which is all of them' }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { reason: `there is no host ${address}`, advice: 'try --ip 127.0.0.1, which is this machine only' }
    default:
      return { reason: message, advice: null }
  }
}

function nextPort(port: number): number {
  return port < 65_535 ? port + 1 : port - 1
}

function isListenError(error: unknown): error is ListenError {
  return error instanceof Error && 'code' in error && 'address' in error && 'port' in error
}
