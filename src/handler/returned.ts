/** What code that is not the library's has returned: a value, or something to wait for, which need not be a native promise. */
import type { MaybePromise } from './response-steps.js'

/** The value, or a native promise of it: whatever has a `then` is waited for, as `await` would. */
export function returned<T>(value: MaybePromise<T>): MaybePromise<T> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value
  if (value instanceof Promise || typeof (value as { readonly then?: unknown }).then !== 'function') return value
  return Promise.resolve(value)
}
