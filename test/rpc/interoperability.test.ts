/** Remote calls against this library's own server: by its own client in every format, and by python3's http.client. */
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { RequestHandler } from '../../src/handler/request-handler.js'
import { kwargs } from '../../src/rpc/call.js'
import { RPCClient } from '../../src/rpc/client.js'
import { AdvancedHTTPServer } from '../../src/server/advanced-http-server.js'
import { runPythonAsync } from './python-program.js'
import { comparable } from './typed-values.js'

const METHODS = ['add', 'echo', 'whoami', 'fail', 'options'] as const

class Handler extends RequestHandler {
  override on_init(): void {
    for (const name of METHODS) this.rpc_handler_map[`^/${name}$`] = this[`rpc_${name}`]
  }

  async rpc_add(a: number, b = 10): Promise<number> {
    return a + b
  }

  rpc_echo(...args: unknown[]): unknown[] {
    return args
  }

  rpc_whoami(): unknown[] {
    return [this.basic_auth_user, this.client_address[1]]
  }

  rpc_fail(): never {
    throw new RangeError('out of luck')
  }

  rpc_options(a: unknown, { kwarg1 = null }: { kwarg1?: unknown } = {}): unknown[] {
    return [a, kwarg1]
  }
}

class Served implements AsyncDisposable {
  readonly server = new AdvancedHTTPServer(Handler, { addresses: [['127.0.0.1', 0]] })
  readonly #done: Promise<void>

  private constructor() {
    this.#done = this.server.serve_forever()
  }

  static async start(prepare: (server: AdvancedHTTPServer) => void = () => undefined): Promise<Served> {
    const served = new Served()
    prepare(served.server)
    await served.server.listen()
    return served
  }

  get address(): [host: string, port: number] {
    const address = this.server.sub_servers[0]?.server_address as readonly [string, number]
    return ['127.0.0.1', address[1]]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown({ grace_ms: 0 })
    await this.#done
  }
}

describe.each([
  ['application/json', null],
  ['application/json', 'zlib'],
  ['binary/message-pack', null],
  ['binary/message-pack', 'zlib'],
])('our client and our server, %s %s', (name, compression) => {
  test('agree on values, arguments, exceptions and the connection', async () => {
    await using served = await Served.start()
    using rpc = new RPCClient(served.address)
    rpc.set_serializer(name, compression)
    expect(await rpc('add', 1)).toBe(11)
    expect(await rpc('add', 1, kwargs({ b: 2 }))).toBe(3)
    expect(await rpc('options', 1, kwargs({ kwarg1: 'x' }))).toEqual([1, 'x'])
    const values = [null, true, 1.5, -(2n ** 60n), 'é', { a: [] }, Temporal.PlainTime.from('01:02:03.000004')]
    expect(comparable(await rpc('echo', ...values))).toEqual(comparable(values))
    const remote_exception = { name: 'builtins.RangeError', message: 'out of luck' }
    await expect(rpc('fail')).rejects.toMatchObject({ remote_exception })
    await expect(rpc('add')).rejects.toMatchObject({ remote_exception: { name: 'builtins.TypeError', message: null } })
    await expect(rpc('nothing')).rejects.toMatchObject({ status: 501, message: 'Not Implemented' })
    expect(await rpc('whoami')).toEqual(await rpc('whoami'))
  })
})

test('credentials are those of the client', async () => {
  await using served = await Served.start((server) => server.auth_add_creds('user', 'päss'))
  expect(await new RPCClient(served.address, { username: 'user', password: 'päss' })('whoami')).toContain('user')
  await expect(new RPCClient(served.address)('whoami')).rejects.toMatchObject({ status: 401, message: 'Unauthorized' })
})

test("python3's http.client calls, keeps its connection, and reads what json and datetime can read", async (context) => {
  await using served = await Served.start()
  const program = `
import http.client, json, sys, zlib
connection = http.client.HTTPConnection('127.0.0.1', json.load(sys.stdin), timeout=10)
def call(path, body, content_type='application/json'):
    connection.request('RPC', path, body, {'Content-Type': content_type, 'Connection': 'keep-alive'})
    response = connection.getresponse()
    return response.status, response.reason, response.headers['Content-Type'], response.read()
def result(path, body): return json.loads(call(path, json.dumps(body))[3])
port = result('/whoami', [])['result'][1]
packed = call('/echo', zlib.compress(b'[1, "x"]'), 'application/json; compression=zlib')
print(json.dumps([
    result('/add', [1]), result('/add', {'args': [1], 'kwargs': {'b': 2}}), result('/add', []), result('/fail', []),
    result('/echo', [2**64, 1e-7, 'é', {'__complex_type__': 'datetime.date', 'value': '2020-2-3'}]),
    json.loads(zlib.decompress(packed[3])), packed[2],
    call('/none', '[]')[:2], call('/add', '[')[:2], port == result('/whoami', [])['result'][1],
]))
`
  const refused = { result: null, exception_occurred: true }
  const answers = JSON.parse(await runPythonAsync(context, program, served.address[1])) as unknown[]
  expect(answers).toEqual([
    { result: 11, exception_occurred: false },
    { result: 3, exception_occurred: false },
    { ...refused, exception: { name: 'builtins.TypeError', message: null } },
    { ...refused, exception: { name: 'builtins.RangeError', message: 'out of luck' } },
    {
      result: [2 ** 64, 1e-7, 'é', { __complex_type__: 'datetime.date', value: '2020-02-03' }],
      exception_occurred: false,
    },
    { result: [1, 'x'], exception_occurred: false },
    'application/json; charset=UTF-8; compression=zlib',
    [501, 'Not Implemented'],
    [400, 'Invalid Data'],
    // The 400 has closed the connection.
    false,
  ])
})
