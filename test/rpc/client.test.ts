import { once } from 'node:events'
import { createServer } from 'node:net'
import { createSecureContext } from 'node:tls'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, onTestFinished, test } from 'vitest'
import { kwargs } from '../../src/rpc/call.js'
import { call_options, RPCClient, type RPCClientOptions } from '../../src/rpc/client.js'
import { RPCConnectionError, RPCError, SerializerError } from '../../src/rpc/errors.js'
import { CertificateWorkshop, needOpenssl } from '../support/certificates.js'
import { pureVectors } from '../support/pure-vectors.js'
import { PythonServer } from './python-server.js'
import { answering, resultOf, type Script, ScriptedServer } from './scripted-server.js'
import { comparable, untag } from './typed-values.js'

interface RecordedCall {
  readonly options: RPCClientOptions & { serializer?: string }
  readonly method: string
  readonly args: unknown[]
  readonly kwargs: unknown
  readonly request: string
  readonly response: string
  readonly result?: unknown
  readonly error?: { class: string; message?: string; status?: number; remote_exception?: unknown; str?: string }
}

const silent: Script = async () => undefined

/** The code of the connection error that a call rejects with. */
async function faultOf(call: Promise<unknown>): Promise<string> {
  try {
    return `no fault, but ${JSON.stringify(await call)}`
  } catch (error) {
    if (error instanceof RPCConnectionError) return error.code
    throw error
  }
}

describe('beside the Python original', () => {
  test.each(pureVectors<RecordedCall>('rpc_client').cases)('$method $args, $options', async (recorded) => {
    let sent: string | null = null
    await using server = await ScriptedServer.start(async (connection) => {
      sent = await connection.request()
      connection.socket.end(Buffer.from(recorded.response, 'latin1'))
    })
    const { serializer, ...options } = recorded.options
    const rpc = new RPCClient(server.address, { ...options, keep_alive: false })
    if (serializer !== undefined) rpc.set_serializer(serializer)
    const keywords = untag(recorded.kwargs) as Record<string, unknown>
    const args = [
      ...(untag(recorded.args) as unknown[]),
      ...(Object.keys(keywords).length > 0 ? [kwargs(keywords)] : []),
    ]
    const outcome: unknown = await rpc(recorded.method, ...args).catch((error: unknown) => error)
    expect(sent).toBe(recorded.request.replace('<HOST>', server.address.join(':')))
    if (recorded.error === undefined) expect(comparable(outcome)).toEqual(comparable(untag(recorded.result)))
    else expectError(outcome, recorded.error)
  })

  function expectError(error: unknown, expected: NonNullable<RecordedCall['error']>): void {
    if (expected.class === 'JSONDecodeError') return expect(error).toBeInstanceOf(SerializerError)
    expect(error).toBeInstanceOf(RPCError)
    const { message, status, remote_exception, is_remote_exception } = error as RPCError
    expect({ message, status, remote_exception }).toEqual({
      message: expected.message,
      status: expected.status,
      remote_exception: expected.remote_exception === null ? null : { ...(untag(expected.remote_exception) as object) },
    })
    expect(is_remote_exception).toBe(expected.remote_exception !== null)
    expect(String(error)).toBe(expected.str)
  }
})

describe('with a server in Python', () => {
  test('calls, keyword arguments, exceptions and dates', async (context) => {
    await using server = await PythonServer.start(context)
    using rpc = new RPCClient(server.address)
    expect(await rpc('add', 1, 2)).toBe(3)
    expect(await rpc.call('add', 1)).toBe(11)
    expect(await rpc('add', 1, kwargs({ b: 5 }))).toBe(6)
    expect(await rpc('add', 2n ** 64n, 1)).toBe(2n ** 64n + 1n)
    expect(await rpc('echo', 'é\u{1f600}', [null, true, 1.5], { a: {} })).toMatchObject([
      'é\u{1f600}',
      [null, true, 1.5],
      { a: {} },
    ])
    const when = Temporal.PlainDateTime.from('2020-01-02T03:04:05.678901')
    expect(comparable(await rpc('echo', when))).toEqual(comparable([when]))
    await expect(rpc('fail')).rejects.toMatchObject({
      is_remote_exception: true,
      remote_exception: { name: 'builtins.ValueError', message: 'out of luck' },
    })
    await expect(rpc('add')).rejects.toMatchObject({ remote_exception: { name: 'builtins.TypeError' } })
  })

  test('compression, credentials, and one connection for all calls', async (context) => {
    await using server = await PythonServer.start(context)
    using rpc = new RPCClient(server.address, { username: 'user', password: 'päss' })
    const first = await rpc('who')
    rpc.set_serializer('application/json', 'zlib')
    expect(await rpc('who')).toEqual(first)
    expect(first).toEqual(['Basic dXNlcjpww6Rzcw==', expect.any(Number)])
    rpc.reconnect()
    expect(await rpc('who')).not.toEqual(first)
  })

  test('an answer without a length, as the original sends it, ends with its connection', async (context) => {
    await using server = await PythonServer.start(context)
    using rpc = new RPCClient(server.address)
    expect(await rpc('old', 1)).toBe(1)
    expect(await rpc('old', 2)).toBe(2)
  })
})

describe('the client object', () => {
  test('is a function, an instance, and nothing that Function adds', () => {
    const rpc = new RPCClient(['localhost', 8080])
    expect(typeof rpc).toBe('function')
    expect(rpc).toBeInstanceOf(RPCClient)
    expect(rpc).not.toBeInstanceOf(Function)
    expect([rpc.host, rpc.port, rpc.uri_base, rpc.serializer.name]).toEqual([
      'localhost',
      8080,
      '/',
      'application/json',
    ])
  })

  test('calls what a subclass has made of call', async () => {
    class Doubling extends RPCClient {
      readonly factor = 2
      override async call(method: string, ...args: unknown[]): Promise<unknown> {
        return [method, ...args, this.factor]
      }
    }
    expect(await new Doubling(['localhost', 1])('x', 1)).toEqual(['x', 1, 2])
  })

  test('refuses what could not be sent, before anything is', async () => {
    await using server = await ScriptedServer.start(silent)
    const rpc = new RPCClient(server.address)
    await expect(rpc('a b')).rejects.toThrow(TypeError)
    await expect(rpc('é')).rejects.toThrow(TypeError)
    await expect(rpc('x\r\nEvil: 1')).rejects.toThrow(TypeError)
    await expect(rpc('x', Symbol('x'))).rejects.toMatchObject({ code: 'NOT_SERIALIZABLE' })
    rpc.headers = { 'X-Evil': 'a\r\nb: c' }
    await expect(rpc('x')).rejects.toMatchObject({ code: 'FORBIDDEN_CHARACTER' })
    expect(() => rpc.set_serializer('text/plain')).toThrow(SerializerError)
    expect(() => rpc.set_serializer('application/json', 'gzip')).toThrow(SerializerError)
    expect(() => new RPCClient(['x', 1], { limits: { rpc_depth: -1 } })).toThrow(RangeError)
    expect(server.connections).toBe(0)
  })

  test('does not keep a process alive by a connection that nobody waits on', async () => {
    await using server = await ScriptedServer.start(answering(() => resultOf('1')))
    using rpc = new RPCClient(server.address)
    await rpc('x')
    expect(process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap')).toHaveLength(1)
  })
})

describe('the connection', () => {
  test('is kept between calls, which are made one after the other', async () => {
    let open = 0
    await using server = await ScriptedServer.start(async (connection) => {
      for (let request = await connection.request(); request !== null; request = await connection.request()) {
        open += 1
        await new Promise(setImmediate)
        connection.reply(resultOf(String(open)))
        open -= 1
      }
    })
    using rpc = new RPCClient(server.address)
    expect(await Promise.all([rpc('a'), rpc('b'), rpc('c'), rpc('d')])).toEqual([1, 1, 1, 1])
    expect(server.connections).toBe(1)
  })

  test('is made anew when the server has closed it in the meantime', async () => {
    const closed: Promise<unknown>[] = []
    await using server = await ScriptedServer.start(async (connection, index) => {
      closed.push(once(connection.socket, 'close'))
      await connection.request()
      connection.reply(resultOf(String(index)))
      connection.socket.end()
    })
    using rpc = new RPCClient(server.address)
    expect(await rpc('x')).toBe(0)
    await closed[0]
    expect(await rpc('x')).toBe(1)
  })

  test('is not used again after octets that nobody asked for', async () => {
    await using server = await ScriptedServer.start(async (connection, index) => {
      await connection.request()
      connection.reply(resultOf(String(index)))
      connection.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
    using rpc = new RPCClient(server.address)
    expect([await rpc('x'), await rpc('x')]).toEqual([0, 1])
  })

  test.each([
    ['the response says close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 43\r\n\r\n'],
    ['the response is HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 43\r\n\r\n'],
  ])('is not used again when %s', async (_title, head) => {
    await using server = await ScriptedServer.start(async (connection, index) => {
      await connection.request()
      connection.socket.write(head + resultOf(String(10 + index)))
    })
    using rpc = new RPCClient(server.address)
    expect([await rpc('x'), await rpc('x')]).toEqual([10, 11])
  })

  test('a request that was handed over is not sent again', async () => {
    const requests: string[] = []
    await using server = await ScriptedServer.start(async (connection) => {
      requests.push((await connection.request()) ?? '')
      if (requests.length === 1) return connection.reply(resultOf('1'))
      connection.socket.resetAndDestroy()
    })
    using rpc = new RPCClient(server.address)
    await rpc('x')
    rpc.reconnect()
    expect(await faultOf(rpc('y'))).toBe('CONNECTION_LOST')
    expect(requests.filter((request) => request.startsWith('RPC /y'))).toHaveLength(1)
  })

  test('that can not be made is an error with its reason', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    server.close()
    await once(server, 'close')
    const rpc = new RPCClient(['127.0.0.1', port])
    await expect(rpc('x')).rejects.toMatchObject({ code: 'CONNECT_FAILED', status: 0, cause: { code: 'ECONNREFUSED' } })
    expect(String(await rpc('x').catch((error: unknown) => error))).toMatch(/^RPCConnectionError: no connection to 127/)
  })

  test('that is dropped ends the call that is made on it, and no later one', async () => {
    await using server = await ScriptedServer.start(async (connection, index) => {
      await connection.request()
      if (index === 0) rpc.close()
      else connection.reply(resultOf('1'))
    })
    using rpc = new RPCClient(server.address)
    expect(await faultOf(rpc('x'))).toBe('CLOSED')
    expect(await rpc('x')).toBe(1)
    const early = rpc('x')
    rpc.close()
    expect(['CLOSED', 'no fault, but 1']).toContain(await faultOf(early))
  })
})

describe('responses', () => {
  const responses: [string, string, unknown][] = [
    [
      'interim ones are skipped',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
      1,
    ],
    ['a chunked one', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 1],
    ['the connection ends in the head', 'HTTP/1.1 200', 'CONNECTION_LOST'],
    ['the connection ends in the body', 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n', 'CONNECTION_LOST'],
    ['nothing at all', '', 'CONNECTION_LOST'],
    ['octets that are no response', 'SSH-2.0-OpenSSH\r\n\r\n', 'BAD_RESPONSE'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n', 'BAD_RESPONSE'],
    ['a body longer than it may be', 'HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n', 'RESPONSE_TOO_LARGE'],
  ]
  test.each(responses)('%s', async (_title, head, expected) => {
    const body = resultOf('1')
    await using server = await ScriptedServer.start(async (connection) => {
      await connection.request()
      const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
      connection.socket.end(head.endsWith('\r\n\r\n') ? head + (head.includes('chunked') ? chunked : body) : head)
    })
    using rpc = new RPCClient(server.address, { limits: { collected_body_bytes: 1000 } })
    expect(typeof expected === 'string' ? await faultOf(rpc('x')) : await rpc('x')).toBe(expected)
  })

  test('a body without a length ends at the limit, too', async () => {
    await using server = await ScriptedServer.start(async (connection) => {
      await connection.request()
      connection.socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(2000)}`)
    })
    using rpc = new RPCClient(server.address, { limits: { collected_body_bytes: 1000 } })
    expect(await faultOf(rpc('x'))).toBe('RESPONSE_TOO_LARGE')
  })

  test('another status than 200 is an error, and leaves the connection in step', async () => {
    await using server = await ScriptedServer.start(async (connection) => {
      await connection.request()
      connection.socket.write('HTTP/1.1 404 Nobody Here\r\nContent-Length: 4\r\n\r\ngone')
      await connection.request()
      connection.reply(resultOf('1'))
    })
    using rpc = new RPCClient(server.address)
    await expect(rpc('x')).rejects.toMatchObject({ status: 404, message: 'Nobody Here', is_remote_exception: false })
    expect(await rpc('x')).toBe(1)
    expect(server.connections).toBe(1)
  })

  test('the type of the response tells how it is read', async () => {
    await using server = await ScriptedServer.start(async (connection) => {
      await connection.request()
      const body = Buffer.from('\x82\xa6result\x01\xb2exception_occurred\xc2', 'latin1')
      connection.reply(body, 'Content-Type: binary/message-pack\r\n')
      await connection.request()
      connection.reply(resultOf('2'), 'Content-Type: text/whatever\r\n')
    })
    using rpc = new RPCClient(server.address)
    expect([await rpc('x'), await rpc('x')]).toEqual([1, 2])
  })

  test.each(['5', 'null', '[]', '{"result": 1}', '{"__proto__": {"result": 1, "exception_occurred": false}}'])(
    '%s is no answer',
    async (body) => {
      await using server = await ScriptedServer.start(answering(() => body))
      using rpc = new RPCClient(server.address)
      await expect(rpc('x')).rejects.toMatchObject({ message: 'missing response information', status: 200 })
    },
  )

  test('an exception that says nothing of itself is one all the same', async () => {
    await using server = await ScriptedServer.start(answering(() => '{"result": null, "exception_occurred": true}'))
    using rpc = new RPCClient(server.address)
    await expect(rpc('x')).rejects.toMatchObject({ remote_exception: { name: 'builtins.Exception', message: null } })
  })
})

describe('calls that end early', () => {
  test('by the time limit of the client or of the call', async () => {
    await using server = await ScriptedServer.start(silent)
    using rpc = new RPCClient(server.address, { timeout_ms: 20 })
    expect(await faultOf(rpc('x'))).toBe('TIMEOUT')
    expect(await faultOf(rpc('x', call_options({ timeout_ms: 5 })))).toBe('TIMEOUT')
  })

  test('by a signal, before, while waiting for a turn, and while waiting for the answer', async () => {
    await using server = await ScriptedServer.start(async (connection, index) => {
      await connection.request()
      if (index === 0) controller.abort(new Error('enough'))
      else connection.reply(resultOf('1'))
    })
    const controller = new AbortController()
    const { signal } = controller
    using rpc = new RPCClient(server.address)
    const calls = [
      rpc('x', call_options({ signal })),
      rpc('x', 1, kwargs({ a: 1 }), call_options({ signal })),
      rpc('y'),
    ]
    expect(await faultOf(calls[0] as Promise<unknown>)).toBe('ABORTED')
    await expect(calls[1]).rejects.toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } })
    expect(await calls[2]).toBe(1)
    expect(await faultOf(rpc('x', call_options({ signal })))).toBe('ABORTED')
    expect(server.connections).toBe(2)
  })

  test('and leave nothing behind at the signal', async () => {
    await using server = await ScriptedServer.start(answering(() => resultOf('1')))
    using rpc = new RPCClient(server.address)
    const { signal } = new AbortController()
    const added: unknown[] = []
    signal.addEventListener = (...args: unknown[]) => void added.push(args)
    signal.removeEventListener = () => void added.pop()
    await rpc('x', call_options({ signal }))
    expect(added).toHaveLength(0)
  })
})

describe('over TLS', () => {
  test('the certificate is checked, against what the context trusts', async (context) => {
    needOpenssl(context)
    const workshop = new CertificateWorkshop()
    onTestFinished(() => workshop.remove())
    const pair = workshop.selfSigned('localhost')
    const [cert, key] = [workshop.read(pair.certfile), workshop.read(pair.keyfile)]
    await using server = await ScriptedServer.start(
      answering(() => resultOf('1')),
      { cert, key },
    )
    const connect = (options: RPCClientOptions) => new RPCClient(server.address, { use_ssl: true, ...options })('x')
    expect(await connect({ ssl_context: { ca: cert, servername: 'localhost' } })).toBe(1)
    expect(await connect({ ssl_context: { rejectUnauthorized: false } })).toBe(1)
    expect(await faultOf(connect({}))).toBe('CONNECT_FAILED')
    expect(await faultOf(connect({ ssl_context: { ca: cert, servername: 'other' } }))).toBe('CONNECT_FAILED')
    const trusting = new RPCClient(['localhost', server.address[1]], {
      use_ssl: true,
      ssl_context: createSecureContext({ ca: cert }),
    })
    expect(await trusting('x')).toBe(1)
  })

  test('a server that speaks plain HTTP is no server', async () => {
    await using server = await ScriptedServer.start(async (connection) => {
      connection.socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    expect(await faultOf(new RPCClient(server.address, { use_ssl: true })('x'))).toBe('CONNECT_FAILED')
  })
})
