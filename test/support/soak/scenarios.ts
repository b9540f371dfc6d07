/**
 * What clients do during the soak. Each scenario is one exchange, or a few, on a connection that others were made on before;
 * it gives the number of answers it has checked, octet for octet, and throws when one is wrong.
 */
import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { deflateSync, inflateSync } from 'node:zlib'
import { decode, encode } from '@msgpack/msgpack'
import type { Random } from '../../../src/testing/random.js'
import { contentOf, FILES } from './content.js'
import type { SoakClient } from './soak-client.js'

export interface Visit {
  readonly client: SoakClient
  readonly random: Random
}

/** Whether the connection can carry another exchange. */
export interface Outcome {
  readonly checked: number
  readonly over: boolean
}

export type Scenario = (visit: Visit) => Promise<Outcome>

const HOST = 'Host: soak\r\n'

/** Mostly small, now and then large. */
function someSize(random: Random, largest: number): number {
  const bound = random.pick([10, 1_000, 20_000, 70_000, largest])
  return random.below(Math.min(bound, largest) + 1)
}

async function getOctets({ client, random }: Visit): Promise<Outcome> {
  const asked = Array.from({ length: 1 + random.below(5) }, () => ({
    method: random.below(6) === 0 ? 'HEAD' : 'GET',
    seed: random.below(60_000),
    size: someSize(random, 300_000),
    chunked: random.below(2) === 0 ? '&chunked=1' : '',
  }))
  const requests = asked.map(({ method, seed, size, chunked }) => {
    return `${method} /octets?seed=${seed}&size=${size}${chunked} HTTP/1.1\r\n${HOST}\r\n`
  })
  await client.send(Buffer.from(requests.join('')), random)
  for (const { method, seed, size } of asked) {
    const { status, body } = await client.readAnswer(method)
    assert.equal(status, 200)
    if (method === 'GET') assert(body.equals(contentOf(seed, size)), 'the octets are those that were asked for')
  }
  return { checked: asked.length, over: false }
}

/** A request with this body, by length or in chunks of random sizes. */
function withBody(line: string, fields: string, body: Buffer, random: Random): Buffer {
  if (random.below(2) === 0) {
    return Buffer.concat([Buffer.from(`${line}\r\n${HOST}${fields}Content-Length: ${body.length}\r\n\r\n`), body])
  }
  const parts: Buffer[] = [Buffer.from(`${line}\r\n${HOST}${fields}Transfer-Encoding: chunked\r\n\r\n`)]
  for (let at = 0; at < body.length; ) {
    const size = Math.min(body.length - at, 1 + random.below(random.pick([5_000, 70_000])))
    parts.push(Buffer.from(`${size.toString(16)}\r\n`), body.subarray(at, at + size), Buffer.from('\r\n'))
    at += size
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

async function putEcho({ client, random }: Visit): Promise<Outcome> {
  const body = contentOf(random.below(60_000), someSize(random, 300_000))
  const sent = client.send(withBody('PUT /echo HTTP/1.1', '', body, random), random)
  const answer = await client.readAnswer('PUT')
  await sent
  assert.equal(answer.status, 200)
  assert(answer.body.equals(body), 'the body comes back as it was')
  return { checked: 1, over: false }
}

async function postDigest({ client, random }: Visit): Promise<Outcome> {
  const body = contentOf(random.below(60_000), someSize(random, 600_000))
  await client.send(withBody('POST /digest HTTP/1.1', '', body, random), random)
  const answer = await client.readAnswer('POST')
  assert.equal(answer.status, 200)
  assert.equal(answer.body.toString(), createHash('sha256').update(body).digest('hex'))
  return { checked: 1, over: false }
}

async function postWhenAllowed({ client, random }: Visit): Promise<Outcome> {
  const body = contentOf(random.below(60_000), someSize(random, 50_000))
  const head = `POST /digest HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`
  await client.send(Buffer.from(head), random)
  assert.equal((await client.readAnswer('POST')).status, 100)
  await client.send(body, random)
  const answer = await client.readAnswer('POST')
  assert.equal(answer.body.toString(), createHash('sha256').update(body).digest('hex'))
  return { checked: 2, over: false }
}

async function abortUpload({ client, random }: Visit): Promise<Outcome> {
  const verb = random.pick(['PUT /echo', 'POST /digest', 'RPC /echo'])
  const request = withBody(`${verb} HTTP/1.1`, '', contentOf(1, someSize(random, 200_000)), random)
  await client.send(request.subarray(0, random.below(request.length)), random)
  client.vanish(random)
  return { checked: 0, over: true }
}

async function abortDownload({ client, random }: Visit): Promise<Outcome> {
  const target = random.pick(['/large.bin', '/octets?seed=1&size=900000', '/octets?seed=1&size=900000&chunked=1'])
  await client.send(Buffer.from(`GET ${target} HTTP/1.1\r\n${HOST}\r\n`), random)
  await client.readSome()
  client.vanish(random)
  return { checked: 0, over: true }
}

function someValue(random: Random): unknown {
  const text = contentOf(random.below(1000), someSize(random, 5_000)).toString('latin1')
  return random.pick<unknown>([
    text,
    random.below(1e9),
    -1.5,
    null,
    true,
    [1, [2, text]],
    { key: text, 'other key': [] },
  ])
}

async function callRpc({ client, random }: Visit): Promise<Outcome> {
  const args = Array.from({ length: random.below(4) }, () => someValue(random))
  const type = random.pick([
    'application/json',
    'application/json+zlib',
    'binary/message-pack',
    'binary/message-pack+zlib',
  ])
  const packs = type.startsWith('binary')
  const zipped = type.endsWith('zlib')
  const plain = packs ? Buffer.from(encode(args)) : Buffer.from(JSON.stringify(args))
  const body = zipped ? deflateSync(plain) : plain
  const fields = `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`
  await client.send(Buffer.concat([Buffer.from(`RPC /echo HTTP/1.1\r\n${HOST}${fields}`), body]), random)
  const answer = await client.readAnswer('RPC')
  assert.equal(answer.status, 200)
  const reply = zipped ? inflateSync(answer.body) : answer.body
  const value: unknown = packs ? decode(reply) : JSON.parse(reply.toString())
  assert.deepEqual(value, { result: args, exception_occurred: false })
  return { checked: 1, over: false }
}

async function getFile({ client, random }: Visit): Promise<Outcome> {
  const [name, content] = random.pick(FILES)
  const from = random.below(content.length + 1)
  const to = from + random.below(content.length + 1 - from)
  const isRange = content.length > 0 && from < content.length && random.below(3) === 0
  const range = isRange ? `Range: bytes=${from}-${to}\r\n` : ''
  const method = random.below(8) === 0 ? 'HEAD' : 'GET'
  await client.send(Buffer.from(`${method} /${name} HTTP/1.1\r\n${HOST}${range}\r\n`), random)
  const answer = await client.readAnswer(method)
  const asksForPart = isRange && method === 'GET'
  if (method === 'GET') assert.equal(answer.status, asksForPart ? 206 : 200)
  const expected = asksForPart ? content.subarray(from, to + 1) : content
  if (method === 'GET') assert(answer.body.equals(expected), 'the file is what is on the disk')
  return { checked: 1, over: false }
}

async function sendNonsense({ client, random }: Visit): Promise<Outcome> {
  const nonsense = random.pick([
    'GET / HTTP/1.1\r\n\r\n',
    'GET /\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01',
  ])
  await client.send(Buffer.from(nonsense, 'latin1'), random)
  const answer = await client.readAnswer('')
  assert.equal(answer.status, 400)
  assert.equal(answer.fields.get('connection'), 'close')
  await client.finish()
  return { checked: 1, over: true }
}

async function ask404({ client, random }: Visit): Promise<Outcome> {
  await client.send(Buffer.from(`GET /no/such/file HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`), random)
  assert.equal((await client.readAnswer('GET')).status, 404)
  await client.finish()
  return { checked: 1, over: true }
}

/** By name; how often each is chosen is how often it is listed. */
export const SCENARIOS: readonly (readonly [name: string, scenario: Scenario])[] = [
  ['get', getOctets],
  ['get', getOctets],
  ['get', getOctets],
  ['put', putEcho],
  ['put', putEcho],
  ['post', postDigest],
  ['post', postDigest],
  ['expect', postWhenAllowed],
  ['rpc', callRpc],
  ['rpc', callRpc],
  ['file', getFile],
  ['file', getFile],
  ['abort-upload', abortUpload],
  ['abort-download', abortDownload],
  ['nonsense', sendNonsense],
  ['close', ask404],
]
