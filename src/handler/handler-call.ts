/** How a registered function is called: as a method of the handler, or with the handler in front of its arguments. */
import type { AnyHandler } from './handler-map.js'

/**
 * Whether a function is a method of the instance: the instance has it under the function's own name, bound or not.
 *
 * @remarks Differs from Python: a name that the instance has for something else makes no difference.
 */
export function isMethodOf(instance: object, handler: AnyHandler): boolean {
  const members = instance as unknown as Record<string, unknown>
  const { name } = handler
  return members[name] === handler || (name.startsWith('bound ') && typeof members[name.slice(6)] === 'function')
}
