/** The targets by name. Each is loaded alone, so that only the files it uses are counted. */
import type { Target } from '../target.js'

const TARGETS: Readonly<Record<string, () => Promise<{ readonly target: Target }>>> = {
  request: () => import('./request.js'),
  response: () => import('./response.js'),
  websocket: () => import('./web-socket.js'),
  serializers: () => import('./serializers.js'),
}

export const TARGET_NAMES = Object.keys(TARGETS)

/** @throws RangeError when there is no such target. */
export async function loadTarget(name: string): Promise<Target> {
  const load = Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined
  if (load === undefined) throw new RangeError(`no target ${name}; there are ${TARGET_NAMES.join(', ')}`)
  return (await load()).target
}
