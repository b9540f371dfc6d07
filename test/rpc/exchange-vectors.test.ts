/** Every recorded call, without the connection: head and body of the request in, status and body of the reply out. */
import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { Headers } from '../../src/http/headers.js'
import { DEFAULT_LIMITS } from '../../src/http/limits.js'
import { answerRPC, type RPCMethod, refuseRPCHead, type RPCReply } from '../../src/rpc/exchange.js'
import type { Callee } from '../../src/rpc/parameters.js'
import { type Exchange, loadExchanges } from '../support/replay.js'
import { RpcMethods } from '../support/rig/rpc-methods.js'

/** Decided elsewhere: by the parser, by the dispatch of verbs, or by the handler. */
const NOT_HERE = new Set(['auth', 'content-length-negative', 'content-length-invalid', 'rpc-no-leading-slash'])

/** Where the recorded reply is not ours. */
const DEVIATIONS: Record<string, string> = {
  'rpc-media-type-case': '200',
  'rpc-unknown-compression': '400 Invalid Content-Type',
  'rpc-string-args': '400 Invalid Data',
  'json-nan': '400 Invalid Data',
  'type-utf-32': '400 Invalid Data',
  'rpc-registered-args-crash':
    '200 {"result": null, "exception_occurred": true, "exception": {"name": "builtins.TypeError", "message": null}}',
  'rpc-integral-float': '200 {"result": [1, 100], "exception_occurred": false}',
  'double-integral': '200 {"result": 5, "exception_occurred": false}',
  'msgpack-integral-float': '200 \x82\xa6result\x91\x01\xb2exception_occurred\xc2',
}

async function reply(octets: string): Promise<string> {
  const [head = '', ...rest] = octets.split('\r\n\r\n')
  const [requestLine = '', ...lines] = head.split('\r\n')
  const headers = new Headers(lines.map((line): [string, string] => line.split(/: ?(.*)/s, 2) as [string, string]))
  const content_type = headers.get('content-type')
  const refusal = refuseRPCHead(headers.has('content-length'), content_type)
  if (refusal !== null) return spell(refusal)
  const body = Buffer.from(rest.join('\r\n\r\n'), 'latin1').subarray(0, Number(headers.get('content-length')))
  const path = requestLine.split(' ')[1] ?? ''
  return spell(
    await answerRPC({ content_type: content_type ?? '', body, limits: DEFAULT_LIMITS, resolve: () => methodFor(path) }),
  )
}

/** As RIG.md lists them: patterns without an end, matched at the begin of the path. */
function methodFor(path: string): RPCMethod | null {
  const name = /^\/+(xor|double|add|throw|echo|kwargs|none|datetime|date|time|unserializable|custom-error|where)/.exec(
    path,
  )?.[1]
  const self = { command: 'RPC', path }
  if (path.startsWith('/registered-rpc')) return { callee: registered, self, leading: [self] }
  if (name === undefined) return null
  const callee = Reflect.get(RpcMethods.prototype, `rpc_${name.replace('-', '_')}`) as Callee
  return { callee, self, leading: [] }
}

function registered(_handler: unknown, ...args: unknown[]): unknown[] {
  return ['registered', args]
}

function spell(reply: RPCReply): string {
  if (reply.kind === 'refusal') return `${reply.status} ${reply.reason ?? 'Length Required'}`
  if (reply.kind === 'failure') return `${reply.status} ${reply.message ?? 'Not Implemented'}`
  const octets = reply.content_type.endsWith('zlib') ? inflateSync(reply.body) : reply.body
  return `200 ${octets.toString('latin1')}`
}

function recordedReply({ receive, body }: Exchange): string {
  const [head = '', ...rest] = receive.split('\r\n\r\n')
  const [, status = '', reason] = /^HTTP\/1\.1 (\d+) (.*)$/m.exec(head) ?? []
  const octets = Buffer.from(rest.join('\r\n\r\n'), 'latin1')
  if (status === '200') return `200 ${(body === 'zlib' ? inflateSync(octets) : octets).toString('latin1')}`
  return `${status} ${status === '500' ? octets.toString('latin1') : reason}`
}

const exchanges = ['rpc', 'rpc-errors', 'msgpack']
  .flatMap(loadExchanges)
  .filter(({ name, steps }) => steps.length === 1 && !NOT_HERE.has(name))

describe.each(exchanges)('$group: $name', (exchange) => {
  test('is answered as recorded, but for the deviations', async () => {
    const expected = DEVIATIONS[exchange.name] ?? DEVIATIONS[exchange.deviation_id ?? ''] ?? recordedReply(exchange)
    const octets = await reply(exchange.steps[0]?.send ?? '')
    expect(expected === '200' ? octets.slice(0, 3) : octets).toBe(expected)
  })
})
