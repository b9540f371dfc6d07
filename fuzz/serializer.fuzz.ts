/**
 * RPC payloads: what is written is read back as it was, whatever octets a peer sends give a value or the declared error,
 * and nothing deeper, wider or larger than the limits gets through.
 */
import { deflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFAULT_LIMITS, type Limits } from '../src/http/limits.js'
import { answerRPC } from '../src/rpc/exchange.js'
import { Serializer } from '../src/rpc/serializer.js'
import { faultOf } from '../test/rpc/fault.js'
import { jsonData, messagePackData } from '../test/rpc/generated-values.js'
import { comparable } from '../test/rpc/typed-values.js'
import { parameters as fuzzParameters } from './support/settings.js'

const parameters = fuzzParameters()

const JSON_TYPE = 'application/json'
const MESSAGE_PACK_TYPE = 'binary/message-pack'
const typeAndValue = fc.oneof(
  fc.tuple(fc.constantFrom(JSON_TYPE, `${JSON_TYPE}+zlib`, `${JSON_TYPE}; charset=utf-16`), jsonData),
  fc.tuple(fc.constantFrom(MESSAGE_PACK_TYPE, `${MESSAGE_PACK_TYPE}+zlib`), messagePackData),
)

/** Octets that are almost a payload: a few of them changed, left out, doubled, or followed by others. */
const damaged = fc
  .tuple(typeAndValue, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.nat({ max: 255 })), { maxLength: 6 }))
  .map(([[type, value], changes]): [string, Buffer] => {
    const octets = [...Serializer.from_content_type(type).dumps(value)]
    for (const [at, change, octet] of changes) {
      const place = at % (octets.length + 1)
      if (change === 0) octets[place] = octet
      else octets.splice(place, change === 1 ? 1 : 0, ...(change === 1 ? [] : [octet]))
    }
    return [type, Buffer.from(octets)]
  })

const JSON_SIGNS = '[]{},:"\\-0 \t\0'
const jsonPiece = fc.oneof(
  fc.nat({ max: JSON_SIGNS.length - 1 }).map((place) => JSON_SIGNS.charAt(place)),
  fc.constantFrom('"a"', '\\u', 'd800', '1', '.5', 'e9', 'true', 'null'),
)
const jsonLike = fc
  .array(jsonPiece, { maxLength: 40 })
  .map((pieces): [string, Buffer] => [JSON_TYPE, Buffer.from(pieces.join(''))])
const noise = fc.tuple(
  fc.constantFrom(JSON_TYPE, MESSAGE_PACK_TYPE, `${JSON_TYPE}+zlib`, `${JSON_TYPE}; charset=shift_jis`),
  fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets)),
)
const payload = fc.oneof(damaged, jsonLike, noise)

test('what is written is read back as it was', () => {
  fc.assert(
    fc.property(typeAndValue, ([type, value]) => {
      const serializer = Serializer.from_content_type(type)
      expect(comparable(serializer.loads(serializer.dumps(value)))).toEqual(comparable(value))
    }),
    parameters,
  )
})

test('octets give a value that can be written and read again, or the declared error', () => {
  fc.assert(
    fc.property(payload, ([type, octets]) => {
      const serializer = Serializer.from_content_type(type)
      let value: unknown
      if (faultOf(() => (value = serializer.loads(octets))) !== null) return
      const utf8 = new Serializer(serializer.name)
      expect(comparable(utf8.loads(utf8.dumps(value)))).toEqual(comparable(value))
    }),
    parameters,
  )
})

test('text is refused exactly when JSON.parse refuses it', () => {
  fc.assert(
    fc.property(jsonLike, ([type, octets]) => {
      const fault = faultOf(() => Serializer.from_content_type(type).loads(octets))
      if (fault !== 'BAD_VALUE') expect(fault === null).toBe(isJson(octets.toString()))
    }),
    parameters,
  )
})

test('what is deeper, wider or larger than a limit is refused, and nothing else', () => {
  const small = fc.nat({ max: 12 })
  const shape = fc.record({
    depth: small,
    width: small,
    rpc_depth: small,
    rpc_elements: small,
    rpc_inflated_bytes: small,
  })
  fc.assert(
    fc.property(shape, fc.constantFrom(JSON_TYPE, MESSAGE_PACK_TYPE), ({ depth, width, ...limits }, name) => {
      const plain = new Serializer(name).dumps(nested(depth, width))
      const fault = loadFault(name, deflateSync(plain), limits)
      const refusals: unknown[] = []
      if (plain.length > limits.rpc_inflated_bytes) refusals.push('TOO_LARGE')
      if (depth + 1 > limits.rpc_depth) refusals.push('TOO_DEEP')
      if (depth + 1 + width > limits.rpc_elements) refusals.push('TOO_MANY_ELEMENTS')
      if (refusals.length === 0) expect(fault).toBeNull()
      else expect(refusals).toContain(fault)
    }),
    parameters,
  )
})

test('a call is answered or refused, whatever its octets and its type', async () => {
  const types = fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.constantFrom('application/json; charset', 'a/b; c=d=e', '+zlib'),
  )
  const method = { callee: (...args: unknown[]) => args, self: null, leading: [] }
  await fc.assert(
    fc.asyncProperty(payload, types, async ([type, body], otherType) => {
      const content_type = otherType ?? type
      const reply = await answerRPC({ content_type, body, limits: DEFAULT_LIMITS, resolve: () => method })
      expect([200, 400, 500]).toContain(reply.status)
    }),
    parameters,
  )
})

/** So many lists in each other, the innermost with so many numbers. */
function nested(depth: number, width: number): unknown {
  let value: unknown = Array.from({ length: width }, (_, place) => place)
  for (let level = 0; level < depth; level += 1) value = [value]
  return value
}

function loadFault(name: string, octets: Buffer, limits: Partial<Limits>) {
  const serializer = new Serializer(name, { compression: 'zlib', limits: { ...DEFAULT_LIMITS, ...limits } })
  return faultOf(() => serializer.loads(octets))
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
