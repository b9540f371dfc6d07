/**
 * Streams of requests: about a third is valid (else every case would end in its first line), a third has fields and
 * versions that parsers disagree about, a third is damaged. Values are often longer than 16 octets, so that llhttp's
 * vectorised paths run too.
 */
import { METHODS } from 'node:http'
import * as fc from 'fast-check'
import { damaged } from './octets.js'

const TOKEN = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const VALUE =
  'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \t!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~\x80\xe9\xff'
const TARGET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&\'()*+,;=:@/?%[]{}|^\\"<>`'

function textOf(characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters.split('')), minLength, maxLength })
}

/** The common ones nine times as often as the rare ones. */
function mostly<T>(common: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: common }, { weight: 1, arbitrary: rare })
}

/** Any verb but CONNECT, which frames its request in another way. */
export const ordinaryVerb: fc.Arbitrary<string> = mostly(
  fc.oneof(
    fc.constantFrom(...METHODS.filter((method) => method !== 'CONNECT')),
    fc.constantFrom(
      'RPC',
      'X',
      'GE',
      'GETX',
      'POSTAL',
      'PUTT',
      'get',
      'CONNECTX',
      'connect',
      'DESCRIBE',
      'PLAY',
      'PRI',
    ),
    textOf(TOKEN, 1, 20),
  ),
  textOf(TOKEN, 60, 66),
)

export const knownVerb: fc.Arbitrary<string> = fc.constantFrom(...METHODS)

/** CONNECT wants a target of its own: mostly it brings one, and what follows is a field. */
const connect = mostly(fc.constant('CONNECT a:1 HTTP/1.1\r\nX-Rest:'), fc.constant('CONNECT'))

const anyVerb: fc.Arbitrary<string> = mostly(ordinaryVerb, connect)

const target: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('/', '/a/b?c=d&e', 'http://host:80/path?q', '//host/path'),
  textOf(TARGET, 0, 50).map((path) => `/${path}`),
)

const trickyTarget: fc.Arbitrary<string> = mostly(
  target,
  fc.constantFrom(
    '*',
    '*x',
    '/a#b',
    'http://',
    'http://u@h/',
    'http://[h/',
    'host:80',
    'foo',
    '',
    ' /',
    '/ ',
    '/\t',
    '/\na:b',
  ),
)

type Field = readonly [name: string, value: string]

const ordinaryField: fc.Arbitrary<Field> = fc.tuple(
  textOf(TOKEN, 0, 24).map((name) => `X-${name}`),
  textOf(VALUE, 0, 60),
)

const host: fc.Arbitrary<Field> = fc.constantFrom(
  ['Host', 'a'],
  ['hOST', 'localhost:8080'],
  ['Host', '[::1]:1'],
  ['Host', ''],
)

/** Fields that frame a message or steer its connection, right and wrong. */
const trickyField: fc.Arbitrary<Field> = fc.oneof(
  fc.tuple(
    fc.constantFrom('Connection', 'connection', 'CONNECTION', 'Proxy-Connection', 'Connectio'),
    fc.constantFrom(
      'close',
      'close\t',
      'keep-alive',
      'Keep-Alive',
      'keep-alive, close',
      'upgrade',
      'x,\tUpgrade',
      'closed',
      '',
    ),
  ),
  fc.tuple(fc.constantFrom('Upgrade', 'upgrade', 'Upgrad'), fc.constantFrom('websocket', 'h2c', '')),
  fc.tuple(
    fc.constantFrom('Transfer-Encoding', 'transfer-encoding', 'Transfer_Encoding', 'Transfer-Encoding '),
    fc.constantFrom(
      'chunked',
      'ChUnKeD ',
      'chunked\t',
      '',
      'gzip, chunked',
      'chunked, gzip',
      'identity',
      ',chunked',
      'chunked,',
      'xchunked',
      '"chunked"',
      '\x0bchunked',
    ),
  ),
  fc.tuple(
    fc.constantFrom('Content-Length', 'content-length', 'Content-Lengt'),
    fc.constantFrom(
      '0',
      '3',
      '03',
      '3 ',
      '3\t',
      '3, 3',
      '-1',
      '+3',
      '0x3',
      '',
      '3.0',
      '9007199254740992',
      '18446744073709551616',
    ),
  ),
  fc.tuple(fc.constantFrom('Host', 'host'), fc.constantFrom('a', 'a, b', 'u@a', 'a/b', 'a:x', '')),
  fc.tuple(fc.constant('Expect'), fc.constantFrom('100-continue', '100-Continue ', 'x')),
)

/** Blanks around a value: one space for nearly all. */
const blanks: fc.Arbitrary<string> = mostly(fc.constant(' '), fc.constantFrom('', '\t', '   \t '))

const fieldLines = (fields: fc.Arbitrary<Field[]>): fc.Arbitrary<string> =>
  fc
    .tuple(fields, blanks, blanks)
    .map(([list, before, after]) => list.map((field) => fieldLine(field, before, after)).join(''))

/** Blanks behind a value come with ordinary fields only: llhttp does not take a tab behind a framing value. */
function fieldLine([name, value]: Field, before: string, after: string): string {
  return `${name}:${before}${value}${name.startsWith('X-') ? after : ''}\r\n`
}

const content: fc.Arbitrary<string> = fc.oneof(
  textOf(`${VALUE}\r\n\0`, 1, 40),
  fc.constant('GET / HTTP/1.1\r\nHost: smuggled\r\n\r\n'),
)

const extension: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom(';a=b', ';a="x\\"y"', ';name', `;${'x'.repeat(40)}`) },
)

const chunkedBody: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.tuple(content, extension, fc.constantFrom('', '0', '000')), { maxLength: 4 }),
    extension,
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: fieldLines(fc.array(ordinaryField, { maxLength: 3 })) },
    ),
  )
  .map(([chunks, last, trailers]) => {
    const lines = chunks.map(([octets, ext, zeros]) => `${zeros}${octets.length.toString(16)}${ext}\r\n${octets}\r\n`)
    return `${lines.join('')}0${last}\r\n${trailers}\r\n`
  })

interface Body {
  readonly field: Field | null
  readonly octets: string
}

const body: fc.Arbitrary<Body> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ field: null, octets: '' }) },
  {
    weight: 2,
    arbitrary: fc
      .oneof(content, fc.constant(''))
      .map((octets): Body => ({ field: ['Content-Length', String(octets.length)], octets })),
  },
  { weight: 2, arbitrary: chunkedBody.map((octets): Body => ({ field: ['Transfer-Encoding', 'chunked'], octets })) },
)

function withField(fields: readonly Field[], field: Field | null, place: number): Field[] {
  const list = [...fields]
  if (field !== null) list.splice(place % (list.length + 1), 0, field)
  return list
}

/** What follows the verb of a valid request that keeps its connection. */
const validRest: fc.Arbitrary<string> = fc
  .tuple(target, host, fc.array(ordinaryField, { maxLength: 5 }), body, fc.nat())
  .chain(([path, hostField, fields, { field, octets }, place]) =>
    fieldLines(fc.constant(withField(withField(fields, hostField, place), field, place >> 4))).map(
      (lines) => ` ${path} HTTP/1.1\r\n${lines}\r\n${octets}`,
    ),
  )

/** What follows the verb of a request that parsers may disagree about. */
const trickyRest: fc.Arbitrary<string> = fc
  .tuple(
    trickyTarget,
    mostly(
      fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0'),
      fc.constantFrom('HTTP/1.2', 'HTTP/2.0', 'HTTP/0.9', 'RTSP/1.0', 'ICE/1.0', ''),
    ),
    fc.array(fc.oneof(host, trickyField, ordinaryField), { maxLength: 5 }),
    body,
    fc.nat(),
  )
  .chain(([path, version, fields, { field, octets }, place]) =>
    fieldLines(fc.constant(withField(fields, field, place))).map(
      (lines) => ` ${path} ${version}\r\n${lines}\r\n${octets}`,
    ),
  )

export const anyRest: fc.Arbitrary<string> = fc.oneof(validRest, trickyRest, damaged(fc.oneof(validRest, trickyRest)))

function request(verb: fc.Arbitrary<string>, rest: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.oneof(
        { weight: 8, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: fc.constantFrom('\r\n', '\n', '\r\n\r\n') },
      ),
      verb,
      rest,
    )
    .map((parts) => parts.join(''))
}

/** A verb as `validRest` can follow it: not longer than the limit. */
const servedVerb = ordinaryVerb.map((verb) => verb.slice(0, 64))

/** One to four requests, each of which is valid. */
export const validRequests: fc.Arbitrary<string[]> = fc.array(request(servedVerb, validRest), {
  minLength: 1,
  maxLength: 4,
})

/** Streams whose verbs are of this kind. */
export function requestStreams(verb: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const some = (rest: fc.Arbitrary<string>) =>
    fc.array(request(verb, rest), { minLength: 1, maxLength: 4 }).map((list) => list.join(''))
  return fc.oneof(some(validRest), some(trickyRest), damaged(some(fc.oneof(validRest, trickyRest))))
}

export const anyStream: fc.Arbitrary<string> = requestStreams(anyVerb)

const FRAGMENTS = [
  'GET ',
  'CONNECT ',
  'X',
  ' ',
  '/',
  '*',
  'a:1',
  ' HTTP/1.1',
  ' HTTP/1.0',
  '\r\n',
  '\r',
  '\n',
  '\r\n\r\n',
  'Host: a',
  'Content-Length: 3',
  'Transfer-Encoding: chunked',
  'Connection: upgrade',
  'Upgrade: x',
  'Connection: close',
  ':',
  '\t',
  'abc',
  '0\r\n\r\n',
  '3\r\nabc\r\n',
  ';x="',
  '"',
  '\0',
  '\x80',
  'GET / HTTP/1.1\r\nHost: a\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
  'x'.repeat(40),
]

/** Pieces of HTTP in any order, and any octets at all. */
export const fragments: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 20 }).map((list) => list.join('')),
  fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets).toString('latin1')),
)
