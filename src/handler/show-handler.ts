/** What `util.inspect` shows of a handler: where its connection comes from and what it asks, without what hangs on it. */
import { inspect, type InspectOptions } from 'node:util'

/** Big, or likely to hold what users have typed in. */
const HIDDEN: ReadonlySet<string> = new Set(['connection', 'server', '_exchange', 'query_data', 'raw_query_data'])

/** The class's name and the instance's own fields, those of a subclass included. */
export function showHandler(handler: object, depth: number, options: InspectOptions): string {
  const { name } = handler.constructor
  if (depth < 0) return `[${name}]`
  const shown = Object.entries(handler).filter(([field]) => !HIDDEN.has(field))
  return `${name} ${inspect(Object.fromEntries(shown), options)}`
}
