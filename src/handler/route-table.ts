/**
 * The keys of a handler map in their order, shared by all maps that got the same keys in the same order. A handler is made per
 * connection and fills its map each time; walking from table to table makes that one lookup per key, and the index that
 * finds a route is built once. Knows patterns, not what they lead to.
 */
import { type Pattern, compilePattern } from './pattern.js'
import { RouteIndex } from './route-index.js'

/** Tables that can be shared, all together. A program that makes up keys for each connection gets tables of its own beyond it. */
const MAX_SHARED_TABLES = 65_536
let sharedTables = 0

export class RouteTable {
  static readonly EMPTY = new RouteTable(null, null)

  /** Number of keys. */
  readonly size: number
  /** The table without the last key, and that key; null for the empty table. */
  readonly #previous: RouteTable | null
  readonly #last: Pattern | null
  /** Tables with one more key than this one, by that key. */
  #followers: Map<string, RouteTable> | undefined
  /** Made when a path is looked up for the first time. */
  #index: RouteIndex | undefined

  private constructor(previous: RouteTable | null, last: Pattern | null) {
    this.#previous = previous
    this.#last = last
    this.size = previous === null ? 0 : previous.size + 1
  }

  /** The table with this key at its end, if another map has had it before: then the key is a new one. */
  follower(key: string): RouteTable | undefined {
    return this.#followers?.get(key)
  }

  /**
   * The table with a new key at its end.
   * @throws PatternError when the key does not compile.
   */
  append(key: string): RouteTable {
    const follower = new RouteTable(this, compilePattern(key))
    if (sharedTables < MAX_SHARED_TABLES) {
      sharedTables += 1
      this.#followers ??= new Map()
      this.#followers.set(key, follower)
    }
    return follower
  }

  /** The table that has all keys but one, in the same order. */
  without(key: string): RouteTable {
    const others = this.keys().filter((other) => other !== key)
    return others.reduce<RouteTable>((table, other) => table.follower(other) ?? table.append(other), RouteTable.EMPTY)
  }

  /** Place of a key, counted from 0, or -1. */
  place(key: string): number {
    return RouteTable.#placeIn(this, key)
  }

  keys(): string[] {
    return RouteTable.#patternsOf(this).map((pattern) => pattern.key)
  }

  /** Place of the first key that matches the path, or -1. */
  find(path: string): number {
    this.#index ??= new RouteIndex(RouteTable.#patternsOf(this))
    return this.#index.find(path)
  }

  static #placeIn(table: RouteTable, key: string): number {
    for (let at: RouteTable | null = table; at !== null; at = at.#previous) {
      if (at.#last?.key === key) return at.size - 1
    }
    return -1
  }

  static #patternsOf(table: RouteTable): Pattern[] {
    const patterns: Pattern[] = []
    for (let at: RouteTable | null = table; at !== null; at = at.#previous) {
      if (at.#last !== null) patterns.push(at.#last)
    }
    return patterns.toReversed()
  }
}
