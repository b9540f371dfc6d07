/**
 * The maps from patterns to handlers that handler classes fill: written like an object, `map['^hello$'] = handler`, and kept in the
 * order of writing, which decides who answers. A plain object can't do that: it moves keys such as `'1'` to the front.
 */
import { RouteTable } from './route-table.js'

/** Any function can be a handler; how it is called is its caller's affair. */
export type AnyHandler = (...args: never[]) => unknown

/** What can be asked of a handler map beside reading and writing its keys. A key of the same name hides the method. */
export interface HandlerMapMethods<Handler> extends Iterable<[pattern: string, handler: Handler]> {
  /** Number of patterns. */
  readonly size: number
  /** Handler of a pattern; undefined when there is none. */
  get(pattern: string): Handler | undefined
  /** Whether a pattern is there. */
  has(pattern: string): boolean
  /** Adds a pattern, or changes the handler of one. */
  set(pattern: string, handler: Handler): unknown
  /** Takes a pattern out; false when it was not there. */
  delete(pattern: string): boolean
  /** Takes all patterns out. */
  clear(): void
  /** The patterns, in order. */
  keys(): string[]
  /** The handlers, in order. */
  values(): Handler[]
  /** Patterns with their handlers, in order. */
  entries(): [pattern: string, handler: Handler][]
}

/**
 * Handlers by pattern, in insertion order. Without a prototype: its keys are those written to it and no others.
 *
 * @remarks Writing throws PatternError when the pattern does not compile and TypeError when the handler is no function.
 */
export type HandlerMap<Handler> = HandlerMapMethods<Handler> & { [pattern: string]: Handler }

/** Asks a handler map for the collection behind it. */
const COLLECTION = Symbol('COLLECTION')

/** Makes a handler map, filled with the given entries. */
export function createHandlerMap<Handler extends AnyHandler>(
  entries: Iterable<readonly [pattern: string, handler: Handler]> = [],
): HandlerMap<Handler> {
  const collection = new HandlerCollection<Handler>()
  for (const [pattern, handler] of entries) collection.set(pattern, handler)
  return new Proxy(collection, OBJECT_TRAPS) as unknown as HandlerMap<Handler>
}

/** The handler of the first pattern that matches at the start of the path, in insertion order; undefined when none does. */
export function matchHandler<Handler extends AnyHandler>(map: HandlerMap<Handler>, path: string): Handler | undefined {
  return (map as unknown as { readonly [COLLECTION]: HandlerCollection<Handler> })[COLLECTION].match(path)
}

/** Never written to: many maps stay empty, and each connection has two. */
const NO_HANDLERS: AnyHandler[] = []

class HandlerCollection<Handler extends AnyHandler> implements HandlerMapMethods<Handler> {
  /** The patterns. Usually the very table that the maps of earlier connections have. */
  #table = RouteTable.EMPTY
  /** Their handlers, at the same places. */
  #handlers = NO_HANDLERS as Handler[]

  get size(): number {
    return this.#table.size
  }

  get(pattern: string): Handler | undefined {
    return this.#handlers[this.#table.place(pattern)]
  }

  has(pattern: string): boolean {
    return this.#table.place(pattern) >= 0
  }

  /** A new pattern goes to the end, a known one keeps its place and changes its handler, as in a Python dict. */
  set(pattern: string, handler: Handler): void {
    if (typeof handler !== 'function') {
      throw new TypeError(`the handler of ${JSON.stringify(pattern)} must be a function, got ${String(handler)}`)
    }
    const follower = this.#table.follower(pattern)
    const place = follower === undefined ? this.#table.place(pattern) : -1
    if (place >= 0) {
      this.#handlers[place] = handler
      return
    }
    this.#table = follower ?? this.#table.append(pattern)
    // Made with what it holds: an empty array makes room for many with its first element.
    if (this.#handlers === NO_HANDLERS) this.#handlers = [handler]
    else this.#handlers.push(handler)
  }

  delete(pattern: string): boolean {
    const place = this.#table.place(pattern)
    if (place < 0) return false
    this.#table = this.#table.without(pattern)
    this.#handlers.splice(place, 1)
    return true
  }

  clear(): void {
    this.#table = RouteTable.EMPTY
    this.#handlers = NO_HANDLERS as Handler[]
  }

  keys(): string[] {
    return this.#table.keys()
  }

  values(): Handler[] {
    return [...this.#handlers]
  }

  entries(): [pattern: string, handler: Handler][] {
    return this.keys().map((pattern, place) => [pattern, this.#handlers[place] as Handler])
  }

  [Symbol.iterator](): Iterator<[pattern: string, handler: Handler]> {
    return this.entries().values()
  }

  match(path: string): Handler | undefined {
    return this.#handlers[this.#table.find(path)]
  }

  /** What `util.inspect` shows of the map. */
  [Symbol.for('nodejs.util.inspect.custom')](
    _depth: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    return `Handler${inspect(new Map(this.entries()), options)}`
  }
}

/** Methods that a map shows under a name that is no key. */
const METHODS: ReadonlySet<string | symbol> = new Set<string | symbol>([
  'get',
  'has',
  'set',
  'delete',
  'clear',
  'keys',
  'values',
  'entries',
  Symbol.iterator,
])

/** Makes the collection look like an object without prototype whose properties are the handlers. */
const OBJECT_TRAPS: ProxyHandler<HandlerCollection<AnyHandler>> = {
  get(collection, key) {
    if (key === COLLECTION) return collection
    const handler = typeof key === 'string' ? collection.get(key) : undefined
    if (handler !== undefined) return handler
    if (key === 'size') return collection.size
    return METHODS.has(key) ? (Reflect.get(collection, key) as () => unknown).bind(collection) : undefined
  },
  set(collection, key, handler: AnyHandler) {
    if (typeof key !== 'string') return false
    collection.set(key, handler)
    return true
  },
  has: (collection, key) => typeof key === 'string' && collection.has(key),
  deleteProperty(collection, key) {
    if (typeof key === 'string') collection.delete(key)
    return true
  },
  ownKeys: (collection) => collection.keys(),
  getOwnPropertyDescriptor(collection, key) {
    const value = typeof key === 'string' ? collection.get(key) : undefined
    return value && { value, writable: true, enumerable: true, configurable: true }
  },
  defineProperty: () => false,
  getPrototypeOf: () => null,
}
