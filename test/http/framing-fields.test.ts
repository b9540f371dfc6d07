/** What the framing fields of either direction mean, without llhttp's opinion: it refuses most of this as well. */
import { describe, expect, test } from 'vitest'
import { announcedLength, FramingFields, judgeCoding } from '../../src/http/framing-fields.js'

describe('the fields that frame', () => {
  test('are found among others in any case', () => {
    const list = ['HOST', 'h', 'expect', 'e', 'UPGRADE', 'u', 'content-length', '5', 'transfer-encoding', 'chunked']
    expect(new FramingFields(['X-Any', 'x', ...list, 'connection', 'close'])).toMatchObject({
      host: 'h',
      hosts: 1,
      expectation: 'e',
      expectations: 1,
      hasUpgrade: true,
      contentLength: '5',
      contentLengths: 1,
      transferEncoding: 'chunked',
      transferEncodings: 1,
      connection: 'close',
    })
  })

  test('are none among names that only look like them', () => {
    const lookalikes = ['Hosf', 'Fxpect', 'Upgradf', 'Connectioo', 'Content-Lengtg', 'Transfer-Encodinh']
    const none = { hosts: 0, expectations: 0, hasUpgrade: false, contentLengths: 0, transferEncodings: 0 }
    const values = { host: null, expectation: null, contentLength: null, transferEncoding: null, connection: null }
    expect(new FramingFields(lookalikes.flatMap((name) => [name, 'v']))).toMatchObject({ ...none, ...values })
    expect(new FramingFields([])).toMatchObject({ ...none, ...values })
  })

  test('that come twice are counted, and the first value kept', () => {
    const names = ['Host', 'Expect', 'Content-Length', 'Transfer-Encoding']
    const list = names.flatMap((name) => [name, 'first', name, 'second', name, 'third'])
    expect(new FramingFields(list)).toMatchObject({
      host: 'first',
      hosts: 3,
      expectation: 'first',
      expectations: 3,
      contentLength: 'first',
      contentLengths: 3,
      transferEncoding: 'first',
      transferEncodings: 3,
    })
  })

  test('of Connection are taken together', () => {
    expect(new FramingFields(['Connection', 'a', 'connection', '', 'CONNECTION', 'b']).connection).toBe('a,,b')
  })
})

describe('Transfer-Encoding', () => {
  test.each([
    [[], 1, null],
    [['chunked'], 1, 'chunked'],
    [['\tChunked '], 1, 'chunked'],
    [['chunked'], 0, 'BAD_TRANSFER_ENCODING'],
    [['chunked', 'chunked'], 1, 'BAD_TRANSFER_ENCODING'],
    [['gzip', 'chunked'], 1, 'BAD_TRANSFER_ENCODING'],
    [['chunked, gzip'], 1, 'BAD_TRANSFER_ENCODING'],
    [['chunked, chunked'], 1, 'BAD_TRANSFER_ENCODING'],
    [[''], 1, 'BAD_TRANSFER_ENCODING'],
    [['chunked,'], 1, 'BAD_TRANSFER_ENCODING'],
    [[',chunked'], 1, 'BAD_TRANSFER_ENCODING'],
    [['gzip'], 1, 'UNKNOWN_TRANSFER_CODING'],
    [['gzip, chunked'], 1, 'UNKNOWN_TRANSFER_CODING'],
    [['chunked;q=1'], 1, 'UNKNOWN_TRANSFER_CODING'],
  ])('of %j over HTTP/1.%i is judged %s', (values, minorVersion, verdict) => {
    const fields = new FramingFields(values.flatMap((value) => ['Transfer-Encoding', value]))
    expect(judgeCoding(fields, minorVersion)).toBe(verdict)
  })
})

describe('Content-Length', () => {
  test.each([
    [[], -1],
    [['0'], 0],
    [['00012'], 12],
    [['9007199254740991'], Number.MAX_SAFE_INTEGER],
    [['9007199254740992'], Infinity],
    [['9'.repeat(400)], Infinity],
    [['5', '5'], Number.NaN],
    [[''], Number.NaN],
    [['-1'], Number.NaN],
    [['+1'], Number.NaN],
    [['1 2'], Number.NaN],
    [['1,1'], Number.NaN],
    [['0x10'], Number.NaN],
    [['1e3'], Number.NaN],
    [['1x'], Number.NaN],
    [['x1'], Number.NaN],
    [['1.0'], Number.NaN],
  ])('of %j announces %d', (values, length) => {
    expect(announcedLength(new FramingFields(values.flatMap((value) => ['Content-Length', value])))).toBe(length)
  })

  test('beside Transfer-Encoding announces nothing that could be believed', () => {
    const fields = new FramingFields(['Content-Length', '5', 'Transfer-Encoding', 'chunked'])
    expect(announcedLength(fields)).toBeNaN()
  })
})
