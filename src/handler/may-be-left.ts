/** Promises that a handler may get and not wait for. */

/**
 * The same promise. Its rejection still reaches whoever waits for it; it does not end the process when nobody does, since
 * what has failed ends its own connection anyway.
 */
export function mayBeLeft<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore)
  return promise
}

function ignore(): void {}
