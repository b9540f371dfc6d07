/**
 * Serializers and the answer to a call. An input is a settings octet, a Content-Type up to the first LF, and a payload.
 * Claims: a value or a SerializerError, nothing else; a value that was read is written and read back the same; JSON as
 * JSON.parse has it; a call is answered whatever it says; no limit is passed.
 */
import { deflateSync } from 'node:zlib'
import { DEFAULT_LIMITS } from '../../../src/http/limits.js'
import { SerializerError } from '../../../src/rpc/errors.js'
import { answerRPC } from '../../../src/rpc/exchange.js'
import { Serializer } from '../../../src/rpc/serializer.js'
import { comparable } from '../../../test/rpc/typed-values.js'
import { JSON_WORDS, MESSAGE_PACK_WORDS, TYPE_WORDS, words } from '../dictionaries.js'
import { claim, type Target } from '../target.js'

const TIGHT = { ...DEFAULT_LIMITS, rpc_depth: 4, rpc_elements: 12, rpc_inflated_bytes: 200 }

const DEFLATED = deflateSync('[1, "two", {"three": [3.5, null, true]}]').toString('latin1')

const SEEDS = [
  '@application/json\n[1, -2.5e3, "a\\u00e9\\ud83d\\ude00", {"k": [true, false, null]}]',
  '@application/json; charset=utf-16\n\xff\xfe[\x001\x00]\x00',
  '@application/json+zlib\n' + DEFLATED,
  '@application/json; charset=shift_jis\n["\x83\x65"]',
  '@application/json\n["2020-01-02T03:04:05.678901", {"__complex_type__": ["datetime.date", "2020-01-02"]}]',
  '@binary/message-pack\n\x93\x01\xa3abc\x82\xa1a\xc0\xa1b\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18',
  '@binary/message-pack\n\x92\xc7\x0a\x0a2020-01-02\xd4\x05\x01',
  '@binary/message-pack\n\xdc\x00\x02\xc4\x02ab\xcf\xff\xff\xff\xff\xff\xff\xff\xff',
  '@binary/message-pack\n\x83\xc3\x01\x01\xc2\xc0\xde\x00\x01\x91\x01\x02',
  'Aapplication/json\n[[[[[1]]]]]',
]

interface Parts {
  readonly type: string
  readonly payload: Buffer
  readonly limits: typeof DEFAULT_LIMITS
}

function partsOf(input: Buffer): Parts {
  const limits = ((input[0] ?? 0) & 1) === 0 ? DEFAULT_LIMITS : TIGHT
  const lineEnd = input.indexOf('\n')
  const end = lineEnd < 0 ? input.length : lineEnd
  return { type: input.toString('latin1', 1, end), payload: Buffer.from(input.subarray(end + 1)), limits }
}

function load({ type, payload, limits }: Parts): { serializer: Serializer; value: unknown } | null {
  try {
    const serializer = Serializer.from_content_type(type, { limits })
    return { serializer, value: serializer.loads(payload) }
  } catch (error) {
    if (error instanceof SerializerError) return null
    throw error
  }
}

function assertWrittenAndRead(name: string, value: unknown, limits: typeof DEFAULT_LIMITS): void {
  // What was read in another charset can be more octets in UTF-8.
  const serializer = new Serializer(name, { limits: { ...limits, rpc_inflated_bytes: Infinity } })
  const again = serializer.loads(serializer.dumps(value))
  const [before, after] = [comparable(value), comparable(again)].map((one) => JSON.stringify(one, plainly))
  claim(before === after, 'a value is written and read back the same', { before, after })
}

/** What JSON has no form for, told apart. */
function plainly(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `bigint ${value}`
  if (typeof value === 'number' && !Number.isFinite(value)) return `number ${value}`
  return Object.is(value, -0) ? 'number -0' : value
}

function assertAsJsonParse({ type, payload, limits }: Parts): void {
  if (type !== 'application/json' || limits !== DEFAULT_LIMITS) return
  const text = payload.toString()
  if (!Buffer.from(text).equals(payload) || text.startsWith('\ufeff')) return
  let sound = true
  try {
    JSON.parse(text)
  } catch {
    sound = false
  }
  const fault = faultOf({ type, payload, limits })
  // A well-formed text can name a date that is none, or be beyond a limit.
  if (fault !== null && fault !== 'MALFORMED') return
  claim((fault === null) === sound, 'a text is JSON when JSON.parse says so', { fault, sound })
}

function faultOf(parts: Parts): string | null {
  try {
    Serializer.from_content_type(parts.type, { limits: parts.limits }).loads(parts.payload)
    return null
  } catch (error) {
    if (error instanceof SerializerError) return error.code
    throw error
  }
}

const ECHO = { callee: (...args: unknown[]) => args, self: null, leading: [] }

export const target: Target = {
  name: 'serializers',
  seeds: SEEDS.map((seed) => Buffer.from(seed, 'latin1')),
  dictionary: words([...JSON_WORDS, ...MESSAGE_PACK_WORDS, ...TYPE_WORDS]),
  maxBytes: 2048,

  run(input) {
    const parts = partsOf(input)
    const loaded = load(parts)
    if (loaded !== null) assertWrittenAndRead(loaded.serializer.name, loaded.value, parts.limits)
    assertAsJsonParse(parts)
  },

  async check(input) {
    const { type, payload, limits } = partsOf(input)
    const reply = await answerRPC({ content_type: type, body: payload, limits, resolve: () => ECHO })
    claim([200, 400, 500].includes(reply.status), 'a call is answered with one of its statuses', reply.status)
  },
}
