/**
 * The table in which a client keeps answers: the file that Python's client makes and reads. The only file that knows the
 * SQLite packages: Node's own where there is one, else `node-sqlite3-wasm`. Knows nothing of what the octets mean.
 */
import { createRequire } from 'node:module'
import { RPCCacheError } from './errors.js'

/** How long a statement waits for a file that another process has locked. Python waits 5 s, but not in an event loop. */
const BUSY_TIMEOUT_MS = 1_000

const CREATE =
  'CREATE TABLE IF NOT EXISTS cache (method TEXT NOT NULL, options_hash BLOB NOT NULL, return_value BLOB NOT NULL)'
const FIND = 'SELECT return_value FROM cache WHERE method = ? AND options_hash = ?'
const REMOVE = 'DELETE FROM cache WHERE method = ? AND options_hash = ?'
const INSERT = 'INSERT INTO cache (method, options_hash, return_value) VALUES (?, ?, ?)'

type Row = Record<string, unknown>

/** What both packages can do. */
interface Database {
  execute(sql: string): void
  run(sql: string, values: readonly (string | Uint8Array)[]): void
  first(sql: string, values: readonly (string | Uint8Array)[]): Row | undefined
  close(): void
}

export class CacheStore {
  readonly #database: Database
  #isOpen = true

  /**
   * @param path - A file, made when there is none, or `:memory:`.
   * @throws RPCCacheError when there is no SQLite, or the file is no database.
   */
  constructor(path: string) {
    this.#database = openDatabase(path)
    try {
      this.#database.execute(CREATE)
    } catch (cause) {
      this.#database.close()
      throw unusable(path, cause)
    }
  }

  find(method: string, options: Uint8Array): Uint8Array | null {
    const value = this.#database.first(FIND, [method, options])?.['return_value']
    return value instanceof Uint8Array ? value : null
  }

  /** Keeps an answer, in the place of one that may be there. */
  store(method: string, options: Uint8Array, answer: Uint8Array): void {
    this.#transaction(() => {
      this.#database.run(REMOVE, [method, options])
      this.#database.run(INSERT, [method, options, answer])
    })
  }

  clear(): void {
    this.#database.execute('DELETE FROM cache')
  }

  /** May be called more than once. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#database.close()
  }

  #transaction(step: () => void): void {
    this.#database.execute('BEGIN IMMEDIATE')
    try {
      step()
      this.#database.execute('COMMIT')
    } catch (error) {
      this.#database.execute('ROLLBACK')
      throw error
    }
  }
}

function openDatabase(path: string): Database {
  let database: Database | null
  try {
    database = openBuiltin(path) ?? openWasm(path)
  } catch (cause) {
    throw unusable(path, cause)
  }
  if (database !== null) return database
  throw new RPCCacheError(
    'NO_SQLITE',
    'no SQLite for the cache: use Node.js 22.13 or later, or install node-sqlite3-wasm',
  )
}

function unusable(path: string, cause: unknown): RPCCacheError {
  return new RPCCacheError('BAD_FILE', `no cache can be kept in ${path}: ${String(cause)}`, { cause })
}

/** The part of `node:sqlite` that is used; the declarations we compile against are older than it. */
interface BuiltinSqlite {
  DatabaseSync: new (
    path: string,
  ) => {
    exec(sql: string): void
    prepare(sql: string): {
      run(...values: readonly (string | Uint8Array)[]): unknown
      get(...values: readonly (string | Uint8Array)[]): Row | undefined
    }
    close(): void
  }
}

function openBuiltin(path: string): Database | null {
  const sqlite = process.getBuiltinModule?.('node:sqlite') as BuiltinSqlite | undefined
  if (sqlite === undefined) return null
  const database = new sqlite.DatabaseSync(path)
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
  return {
    execute: (sql) => database.exec(sql),
    run: (sql, values) => void database.prepare(sql).run(...values),
    first: (sql, values) => database.prepare(sql).get(...values),
    close: () => database.close(),
  }
}

/** It does not see the locks of other processes: a file belongs to one process at a time. */
function openWasm(path: string): Database | null {
  const sqlite = requireWasm()
  if (sqlite === null) return null
  const database = new sqlite.Database(path)
  return {
    execute: (sql) => database.exec(sql),
    run: (sql, values) => void database.run(sql, [...values]),
    first: (sql, values) => (database.get(sql, [...values]) as Row | null) ?? undefined,
    close: () => database.close(),
  }
}

function requireWasm(): typeof import('node-sqlite3-wasm') | null {
  try {
    return createRequire(import.meta.url)('node-sqlite3-wasm') as typeof import('node-sqlite3-wasm')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null
    throw error
  }
}
