/** Names that a peer chooses and every object inherits: verbs, paths, fields, query and form keys, cookies, RPC. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { LineLog } from '../support/line-log.js'
import { serve, type Served } from '../support/serve.js'

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  '__defineGetter__',
  '__lookupSetter__',
  'then',
  'toJSON',
]

class Handler extends RequestHandler {
  override on_init(): void {
    this.handler_map['^query$'] = this.show_query
    this.handler_map['^fields$'] = this.show_fields
    this.handler_map['^cookies$'] = this.show_cookies
    this.rpc_handler_map['^/echo$'] = (_handler: unknown, value: unknown) => value
  }
  show_query(): void {
    this.#show([...this.query_data].map(([name, values]) => [name, values]))
  }
  show_fields(): void {
    this.#show(this.headers.items().filter(([name]) => name !== 'Host'))
  }
  show_cookies(): void {
    this.#show([...this.cookies].map(([name, { value }]) => [name, value]))
  }
  #show(value: unknown): void {
    void this.send_response_full(JSON.stringify(value), { content_type: 'application/json' })
  }
}

describe.each(NAMES)('the name %s', (name) => {
  let server: Served
  const log = new LineLog()
  beforeAll(async () => {
    server = await serve(Handler, { logger: log })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function ask(
    start: string,
    fields: readonly string[] = [],
    body = '',
  ): Promise<[status: number, body: string]> {
    const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
    const lines = [`${start} HTTP/1.1`, 'Host: a', 'Connection: close', ...fields, ...length]
    const heard = await server.talk(`${lines.join('\r\n')}\r\n\r\n${body}`)
    expect(log.lines.filter((line) => line.includes('encountered exception'))).toEqual([])
    return [Number(heard.slice(9, 12)), heard.slice(heard.indexOf('\r\n\r\n') + 4)]
  }

  it('is a verb that nobody has', async () => {
    expect((await ask(`${name} /`))[0]).toBe(501)
  })

  it('is a path that nobody has', async () => {
    expect((await ask(`GET /${name}`))[0]).toBe(404)
    expect((await ask(`GET /${name}/${name}`))[0]).toBe(404)
  })

  it('is a key of a query', async () => {
    expect(await ask(`GET /query?${name}=1&a=2&${name}=3`)).toEqual([
      200,
      JSON.stringify([
        [name, ['1', '3']],
        ['a', ['2']],
      ]),
    ])
  })

  it('is a key of a form', async () => {
    const type = 'Content-Type: application/x-www-form-urlencoded'
    expect(await ask('POST /query', [type], `${name}=1&a=2`)).toEqual([
      200,
      JSON.stringify([
        [name, ['1']],
        ['a', ['2']],
      ]),
    ])
  })

  it('is a key of a JSON object', async () => {
    const [status, body] = await ask('POST /query', ['Content-Type: application/json'], `{"${name}": 1, "a": 2}`)
    expect(status).toBe(200)
    expect(JSON.parse(body)).toEqual([
      [name, [1]],
      ['a', [2]],
    ])
  })

  it('is a field', async () => {
    const [, body] = await ask('GET /fields', [`${name}: 1`, 'X: 2'])
    expect(JSON.parse(body)).toEqual([
      ['Connection', 'close'],
      [name, '1'],
      ['X', '2'],
    ])
  })

  it('is a cookie', async () => {
    const [, body] = await ask('GET /cookies', [`Cookie: ${name}=1; a=2`])
    expect(JSON.parse(body)).toEqual([
      [name, '1'],
      ['a', '2'],
    ])
  })

  it('is a call that nobody can make, and a value that goes there and back', async () => {
    const json = 'Content-Type: application/json'
    expect((await ask(`RPC /${name}`, [json], '[]'))[0]).toBe(501)
    const [status, body] = await ask('RPC /echo', [json], `[{"${name}": {"a": 1}}]`)
    expect(status).toBe(200)
    expect(body.replaceAll(' ', '')).toContain(`"result":{"${name}":{"a":1}}`)
  })

  it('is a keyword that no function takes', async () => {
    const call = `{"args": [1], "kwargs": {"${name}": 2}}`
    const [status, body] = await ask('RPC /echo', ['Content-Type: application/json'], call)
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ exception_occurred: true, exception: { name: 'builtins.TypeError' } })
  })

  it('has changed no object', () => {
    const plain: Record<string, unknown> = {}
    expect(plain['a']).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
