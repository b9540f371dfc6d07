// A function called over the network with three arguments: this library's RPC, and the same JSON by POST.
import { isDeepStrictEqual } from 'node:util'
import { decode, encode } from '@msgpack/msgpack'
import { closedLoop } from '../lib/closed-loop.mjs'
import { withBody } from '../lib/requests.mjs'
import { comparison, contender, floor, OURS, sending, target } from '../lib/scenario.mjs'

const FASTIFY = 'fastify, POST JSON'
const JSON_ROW = `${OURS}, JSON`
const MESSAGE_PACK_ROW = `${OURS}, MessagePack`

const CALL = [17, 25, 'a text of some length']
const RESULT = { result: { sum: 42, text: CALL[2] }, exception_occurred: false }

function request(verb, type, serialize) {
  return withBody(`${verb} /add`, `Content-Type: ${type}\r\n`, Buffer.from(serialize(CALL)))
}

function calls(octets, parse) {
  const accepts = (body) => isDeepStrictEqual(parse(body), RESULT)
  return (port, durationMs) => closedLoop({ port, durationMs, connections: 16, send: sending(octets), accepts })
}

const jsonCall = (verb) => request(verb, 'application/json', JSON.stringify)
const json = (verb) => calls(jsonCall(verb), JSON.parse)

export const rpc = {
  rpc: comparison({
    about: 'Three arguments in, a map out, over 16 keep-alive connections.',
    base: FASTIFY,
    contenders: () => [
      contender(JSON_ROW, 'rpc', json('RPC')),
      contender(MESSAGE_PACK_ROW, 'rpc', calls(request('RPC', 'binary/message-pack', encode), decode)),
      contender(FASTIFY, 'fastify', json('POST'), {}, 'fastify and sirv'),
      floor(jsonCall('RPC'), Buffer.from(JSON.stringify(RESULT)), json('RPC')),
    ],
    targets: [
      target(3, FASTIFY, { of: JSON_ROW, atMost: 0.55 }),
      target(3, FASTIFY, { of: MESSAGE_PACK_ROW, atMost: 0.55 }),
      target(7, FASTIFY, { of: JSON_ROW, atMost: 0.45 }),
      target(7, FASTIFY, { of: MESSAGE_PACK_ROW, atMost: 0.45 }),
    ],
  }),
}
