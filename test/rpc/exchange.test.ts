import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/http/limits.js'
import { answerRPC, type RPCReply, refuseRPCHead, remoteException } from '../../src/rpc/exchange.js'
import type { Callee } from '../../src/rpc/parameters.js'

const JSON_TYPE = 'application/json'

interface Call {
  content_type?: string
  limits?: Partial<typeof DEFAULT_LIMITS>
  self?: unknown
  leading?: unknown[]
}

/** One call of a function, with the octets of its request's body. */
async function exchange(callee: Callee | null, body: string | Uint8Array, call: Call = {}): Promise<RPCReply> {
  const { content_type = JSON_TYPE, limits = {}, self, leading = [] } = call
  return answerRPC({
    content_type,
    body: Buffer.from(body as string),
    limits: { ...DEFAULT_LIMITS, ...limits },
    resolve: () => (callee === null ? null : { callee, self, leading }),
  })
}

/** The body of an answer as text; for any other reply, the status and what it says. */
async function outcome(...call: Parameters<typeof exchange>): Promise<string> {
  const reply = await exchange(...call)
  if (reply.kind === 'answer') return reply.body.toString()
  return `${reply.status} ${(reply.kind === 'refusal' ? reply.reason : reply.message) ?? ''}`.trim()
}

function returned(json: string): string {
  return `{"result": ${json}, "exception_occurred": false}`
}

function raised(name: string, message = 'null'): string {
  return `{"result": null, "exception_occurred": true, "exception": {"name": "${name}", "message": ${message}}}`
}

const echo = (...args: unknown[]) => args
const add = (a: number, b = 10) => a + b
const registered = (handler: unknown, ...args: unknown[]) => [handler, args]

function greet(this: { prefix: string }, name: string): string {
  return this.prefix + name
}

describe('the head', () => {
  test('a length is asked for first, then a type', () => {
    expect(refuseRPCHead(false, null)).toEqual({ kind: 'refusal', status: 411, reason: undefined })
    expect(refuseRPCHead(true, null)).toEqual({ kind: 'refusal', status: 400, reason: 'Missing Header: Content-Type' })
    expect(refuseRPCHead(true, '')).toBeNull()
  })

  test.each(['', 'text/plain', 'application/json; a=b=c', 'application/json; compression=br'])(
    '%j is no type',
    async (type) => {
      expect(await outcome(echo, '[]', { content_type: type })).toBe('400 Invalid Content-Type')
    },
  )
})

describe('the arguments', () => {
  test('a list is the positional ones, a map has args and kwargs', async () => {
    expect(await outcome(add, '[5]')).toBe(returned('15'))
    expect(await outcome(add, '{"args": [1], "kwargs": {"b": 2}}')).toBe(returned('3'))
    expect(await outcome(add, '{"kwargs": {"b": 2, "a": 1}}')).toBe(returned('3'))
    expect(await outcome(echo, '{}')).toBe(returned('[]'))
    expect(await outcome(echo, '{"__proto__": [1]}')).toBe(returned('[]'))
  })

  test('the handler goes in front for a function that is no method', async () => {
    expect(await outcome(registered, '[1, 2]', { leading: ['handler'] })).toBe(returned('["handler", [1, 2]]'))
  })

  test('a method sees its instance', async () => {
    expect(await outcome(greet, '["x"]', { self: { prefix: '>' } })).toBe(returned('">x"'))
  })

  test.each(['5', 'null', '"text"', 'true', '', '[1', '{"args": "abc"}', '{"args": {"x": 1}}'])(
    '%s is no call',
    async (body) => {
      expect(await outcome(echo, body)).toBe('400 Invalid Data')
    },
  )

  test('a date as the outermost value is no call', async () => {
    expect(await outcome(echo, '{"__complex_type__": "datetime.date", "value": "2020-01-02"}')).toBe('400 Invalid Data')
  })

  test.each(['{"args": 5}', '{"args": null}', '{"kwargs": [1]}', '{"kwargs": null}', '{"kwargs": {"x": 1}}'])(
    '%s is a TypeError of the function, as in Python',
    async (body) => {
      expect(await outcome(echo, body)).toBe(raised('builtins.TypeError'))
      expect(await outcome(echo, body, { leading: ['handler'] })).toBe(raised('builtins.TypeError'))
    },
  )

  test.each(['[]', '[1, 2, 3]', '{"args": [1], "kwargs": {"a": 2}}', '{"args": [1], "kwargs": {"c": 2}}'])(
    'arguments %s that do not fit are a TypeError without a message',
    async (body) => {
      expect(await outcome(add, body)).toBe(raised('builtins.TypeError'))
    },
  )

  test('a map of MessagePack may have keys of any kind beside args and kwargs', async () => {
    const body = Buffer.from('\x82\x01\x02\xa4args\x91\x05', 'latin1')
    const reply = await exchange(echo, body, { content_type: 'binary/message-pack' })
    expect(reply).toMatchObject({ body: Buffer.from('\x82\xa6result\x91\x05\xb2exception_occurred\xc2', 'latin1') })
  })

  test('they are read before the function is looked for', async () => {
    expect(await outcome(null, '5')).toBe('400 Invalid Data')
    expect(await outcome(null, '{"args": 5}')).toBe('501')
  })
})

describe('the answer', () => {
  test('an async function is awaited, nothing returned is null', async () => {
    expect(await outcome(async () => [1], '[]')).toBe(returned('[1]'))
    // oxlint-disable-next-line unicorn/no-thenable -- any object with a then is waited for, as await does
    expect(await outcome(() => ({ then: (settle: (value: number) => void) => settle(7) }), '[]')).toBe(returned('7'))
    // oxlint-disable-next-line unicorn/no-thenable -- so is a function that has one
    const callable = Object.assign(() => 0, { then: (settle: (value: number) => void) => settle(8) })
    expect(await outcome(() => callable, '[]')).toBe(returned('8'))
    expect(await outcome(() => Promise.reject(new RangeError('far')), '[]')).toBe(
      raised('builtins.RangeError', '"far"'),
    )
    expect(await outcome(() => undefined, '[]')).toBe(returned('null'))
  })

  test('it has the type of the request, in the new form', async () => {
    const plain = await exchange(echo, '[1]', { content_type: 'application/json;charset=utf-8;version=2' })
    expect(plain).toMatchObject({ status: 200, content_type: 'application/json; charset=utf-8' })
    const zlib = await exchange(echo, Buffer.from('789c8b368c050001d300ea', 'hex'), {
      content_type: 'application/json+zlib',
    })
    expect(zlib).toMatchObject({ content_type: 'application/json; charset=UTF-8; compression=zlib' })
    expect(inflateSync((zlib as { body: Buffer }).body).toString()).toBe(returned('[1]'))
  })

  test('it is UTF-8, and says so, when the charset can only be read', async () => {
    const body = Buffer.concat([Buffer.from('["'), Buffer.of(0xc1), Buffer.from('"]')])
    const reply = await exchange(echo, body, { content_type: 'application/json; charset=koi8-r' })
    expect(reply).toMatchObject({ content_type: 'application/json; charset=UTF-8' })
    expect((reply as { body: Buffer }).body.toString()).toBe(returned('["\\u0430"]'))
  })

  test('a result that can not be written is a failure, with its reason for the log', async () => {
    const reply = await exchange(() => Symbol('x'), '[]')
    expect(reply).toMatchObject({ kind: 'failure', status: 500, message: 'Failed To Pack Response' })
    expect((reply as { error: Error }).error.message).toMatch('symbol')
  })

  test('what a function raised is there for the log', async () => {
    const error = new Error('boom')
    const reply = await exchange(() => {
      throw error
    }, '[]')
    expect(reply).toMatchObject({ kind: 'answer', status: 200, error })
    expect((reply as { body: Buffer }).body.toString()).toBe(raised('builtins.Exception', '"boom"'))
  })

  test('more arguments than a stack holds are an exception of the call, not the end of the process', async () => {
    const body = `[${'0, '.repeat(999_998)}0]`
    expect(await outcome(echo, body)).toMatch(/builtins.RangeError|"result": \[0, /)
  })
})

describe('names of exceptions', () => {
  class RuntimeError extends Error {}
  class Dotted extends Error {
    override name = 'rig.CustomError'
  }
  class Nameless extends TypeError {
    override name = 'Other'
  }
  test.each([
    [new Error('x'), 'builtins.Exception', 'x'],
    [new TypeError(''), 'builtins.TypeError', null],
    [new RangeError('x'), 'builtins.RangeError', 'x'],
    [new AggregateError([], 'x'), 'builtins.AggregateError', 'x'],
    [new RuntimeError('x'), 'RuntimeError', 'x'],
    [new Dotted('x'), 'rig.CustomError', 'x'],
    [new Nameless('x'), 'Nameless', 'x'],
    [Object.assign(new Error(''), { message: 5 }), 'builtins.Exception', null],
    ['text', 'builtins.Exception', 'text'],
    [null, 'builtins.Exception', null],
    [{ message: 'x' }, 'builtins.Exception', null],
  ])('%s is told as %s', (error, name, message) => {
    expect(remoteException(error)).toEqual({ name, message })
  })
})

describe('limits', () => {
  test('what is too large, too deep or too much is refused with the data', async () => {
    const bomb = Buffer.from('789c8b368c050001d300ea', 'hex')
    const zlib = { content_type: 'application/json+zlib', limits: { rpc_inflated_bytes: 2 } }
    expect(await outcome(echo, bomb, zlib)).toBe('400 Invalid Data')
    expect(await outcome(echo, '[[[]]]', { limits: { rpc_depth: 2 } })).toBe('400 Invalid Data')
    expect(await outcome(echo, '[1, 2]', { limits: { rpc_elements: 2 } })).toBe('400 Invalid Data')
    expect(await outcome(() => [[[]]], '[]', { limits: { rpc_depth: 2 } })).toBe('500 Failed To Pack Response')
  })
})
