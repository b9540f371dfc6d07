import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Temporal } from 'temporal-polyfill'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { CacheStore } from '../../src/rpc/cache-store.js'
import { kwargs } from '../../src/rpc/call.js'
import { RPCClientCached } from '../../src/rpc/client-cached.js'
import { pureVectors } from '../support/pure-vectors.js'
import { runPython } from '../support/python.js'
import { answering, resultOf, ScriptedServer } from './scripted-server.js'
import { comparable, untag } from './typed-values.js'

interface RecordedRow {
  readonly method: string
  readonly options: unknown[]
  readonly value: unknown
  readonly row: { method: string; options_hash: string; return_value: string }
}

const directory = mkdtempSync(join(tmpdir(), 'rpc-cache-'))
afterAll(() => rmSync(directory, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

let files = 0
function newFile(): string {
  files += 1
  return join(directory, `${files}.db`)
}

/** Answers each call with how many there were. */
function counting(): ReturnType<typeof answering> {
  let calls = 0
  return answering(() => resultOf(String(++calls)))
}

const READ_ROWS = `
import json, sqlite3, sys
rows = sqlite3.connect(json.load(sys.stdin)).execute('SELECT method, options_hash, return_value FROM cache').fetchall()
print(json.dumps([{'method': m, 'options_hash': o.hex(), 'return_value': r.hex()} for m, o, r in rows]))
`

/** What Python's client does when it is made and keeps an answer. */
const WRITE_ROW = `
import json, sqlite3, sys
path, row = json.load(sys.stdin)
db = sqlite3.connect(path)
db.execute('CREATE TABLE IF NOT EXISTS cache (method TEXT NOT NULL, options_hash BLOB NOT NULL, return_value BLOB NOT NULL)')
values = (row['method'], sqlite3.Binary(bytes.fromhex(row['options_hash'])), sqlite3.Binary(bytes.fromhex(row['return_value'])))
db.execute('INSERT INTO cache (method, options_hash, return_value) VALUES (?, ?, ?)', values)
db.commit()
print('null')
`

describe('the file', () => {
  const { cases } = pureVectors<RecordedRow>('rpc_client_cache')

  test.each(cases)(
    'has the row that Python would write for $method $options',
    async ({ method, options, value, row }) => {
      await using server = await ScriptedServer.start(
        answering(() => resultOf(Buffer.from(row.return_value, 'hex').toString())),
      )
      const cache_db = newFile()
      using rpc = new RPCClientCached(server.address, { cache_db })
      const args = untag(options) as unknown[]
      expect(comparable(await rpc.cache_call(method, ...args))).toEqual(comparable(untag(value)))
      rpc.close()
      const store = new CacheStore(cache_db)
      const kept = store.find(row.method, Buffer.from(row.options_hash, 'hex'))
      store.close()
      expect(kept === null ? null : Buffer.from(kept).toString('hex')).toBe(row.return_value)
    },
  )

  test("is read by Python's sqlite3, and Python's rows are read here", async (context) => {
    await using server = await ScriptedServer.start(answering(() => resultOf('42')))
    for (const { method, options, value, row } of cases) {
      const cache_db = newFile()
      runPython(context, WRITE_ROW, [cache_db, row])
      using rpc = new RPCClientCached(server.address, { cache_db })
      const args = untag(options) as unknown[]
      expect(comparable(await rpc.cache_call(method, ...args))).toEqual(comparable(untag(value)))
      await rpc.cache_call_refresh(method, ...args)
      await rpc.cache_call('other')
      rpc.close()
      expect(runPython(context, READ_ROWS, cache_db)).toEqual([
        { ...row, return_value: Buffer.from('42').toString('hex') },
        { method: 'other', options_hash: '5b5d', return_value: '3432' },
      ])
    }
    expect(server.connections).toBeGreaterThan(0)
  })

  test('that is no database is an error', () => {
    const path = newFile()
    writeFileSync(path, 'this is no database, but long enough to be looked at as one'.repeat(40))
    expect(() => new RPCClientCached(['localhost', 1], { cache_db: path })).toThrow(/not a database/)
    expect(() => new RPCClientCached(['localhost', 1], { cache_db: join(directory, 'none', 'x.db') })).toThrow()
  })
})

describe('the cache', () => {
  test('asks the server once for the same method and arguments', async () => {
    await using server = await ScriptedServer.start(counting())
    using rpc = new RPCClientCached(server.address)
    expect(await rpc.cache_call('a', 1)).toBe(1)
    expect(await rpc.cache_call('a', 1)).toBe(1)
    expect(await rpc.cache_call('a', 2)).toBe(2)
    expect(await rpc.cache_call('b', 1)).toBe(3)
    expect(await rpc.cache_call('a', 1, kwargs({ b: 1 }))).toBe(4)
    expect(await rpc.cache_call('a', 1, kwargs({ b: 1 }))).toBe(4)
    expect(await rpc('a', 1)).toBe(5)
  })

  test('keeps a new answer in the place of the old one when it is refreshed', async () => {
    await using server = await ScriptedServer.start(counting())
    using rpc = new RPCClientCached(server.address)
    await rpc.cache_call('a', 'an argument that is longer than twenty octets')
    expect(await rpc.cache_call_refresh('a', 'an argument that is longer than twenty octets')).toBe(2)
    expect(await rpc.cache_call('a', 'an argument that is longer than twenty octets')).toBe(2)
  })

  test('forgets everything when it is cleared', async () => {
    await using server = await ScriptedServer.start(counting())
    using rpc = new RPCClientCached(server.address)
    await rpc.cache_call('a')
    rpc.cache_clear()
    expect(await rpc.cache_call('a')).toBe(2)
  })

  test('keeps what was there when the method raises', async () => {
    const answers = [resultOf('1'), '{"result": null, "exception_occurred": true, "exception": {}}']
    await using server = await ScriptedServer.start(answering(() => answers.shift() ?? resultOf('3')))
    using rpc = new RPCClientCached(server.address)
    await rpc.cache_call('a')
    await expect(rpc.cache_call_refresh('a')).rejects.toThrow('remote method incurred an exception')
    expect(await rpc.cache_call('a')).toBe(1)
  })

  test('keeps values as the serializer of the client writes them', async () => {
    const when = Temporal.PlainTime.from('01:02:03.000004')
    await using server = await ScriptedServer.start(
      answering(() => resultOf('{"__complex_type__": "datetime.time", "value": "01:02:03.000004"}')),
    )
    using rpc = new RPCClientCached(server.address)
    rpc.set_serializer('binary/message-pack', 'zlib')
    expect(comparable(await rpc.cache_call('a'))).toEqual(comparable(when))
    expect(comparable(await rpc.cache_call('a'))).toEqual(comparable(when))
    expect(server.connections).toBe(1)
  })
})

describe('the SQLite below', () => {
  test("is Node's own where there is one", () => {
    const calls: string[] = []
    class DatabaseSync {
      exec(sql: string): void {
        calls.push(sql)
      }
      prepare(sql: string) {
        calls.push(sql)
        return { run: () => undefined, get: () => ({ return_value: Buffer.from('x') }) }
      }
      close(): void {
        calls.push('close')
      }
    }
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ DatabaseSync })
    const store = new CacheStore(':memory:')
    expect(store.find('m', Buffer.from('o'))).toEqual(Buffer.from('x'))
    store.store('m', Buffer.from('o'), Buffer.from('a'))
    store.close()
    expect(calls.map((sql) => sql.split(' ')[0]).join(' ')).toBe(
      'PRAGMA CREATE SELECT BEGIN DELETE INSERT COMMIT close',
    )
  })

  test('takes back a step that fails halfway', () => {
    const calls: string[] = []
    class DatabaseSync {
      exec(sql: string): void {
        calls.push(sql)
      }
      prepare() {
        return {
          run: () => {
            throw new Error('disk full')
          },
        }
      }
    }
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ DatabaseSync })
    const store = new CacheStore(':memory:')
    expect(() => store.store('m', Buffer.from('o'), Buffer.from('a'))).toThrow('disk full')
    expect(calls.at(-1)).toBe('ROLLBACK')
  })
})
