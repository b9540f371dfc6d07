/** What code that is not the library's has returned: a value, or something to wait for, which need not be a native promise. */
import { isThenable } from '../rpc/thenable.js'
import type { MaybePromise } from './response-steps.js'

/** The value, or a native promise of it: whatever has a `then` is waited for, as `await` would. */
export function returned<T>(value: MaybePromise<T>): MaybePromise<T> {
  return isThenable(value) && !(value instanceof Promise) ? Promise.resolve(value) : value
}
