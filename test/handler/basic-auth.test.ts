import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPossibleUsername, parseBasicCredentials } from '../../src/handler/basic-auth.js'
import { pureVectors } from '../support/pure-vectors.js'

interface HeaderCase {
  readonly header: string
  readonly credentials: readonly [username: string, password: string] | null
}

function credentialsIn(header: string): readonly [string, string] | null {
  const credentials = parseBasicCredentials(header)
  return credentials && [credentials.username, credentials.password]
}

function basic(text: string | Uint8Array): string {
  return `Basic ${Buffer.from(text).toString('base64')}`
}

/** The scheme in any case is the one thing that we accept and Python does not; it accepts the rest of them. */
function expected({ header, credentials, deviation_id }: HeaderCase & { deviation_id?: string }): unknown {
  if (deviation_id === undefined) return credentials
  return deviation_id === 'auth-scheme-case' ? credentialsIn(header.replace(/^basic/i, 'Basic')) : null
}

describe('a recorded Authorization field', () => {
  test.each(pureVectors<HeaderCase>('basic_auth').cases)(
    '$header holds what Python finds, or what RFCs say',
    (vector) => {
      expect(credentialsIn(vector.header)).toEqual(expected(vector))
    },
  )
})

describe('an Authorization field', () => {
  test('names its scheme in any case', () => {
    for (const scheme of ['basic', 'BASIC', 'bAsIc']) {
      expect(credentialsIn(`${scheme} dXNlcjpwYXNz`), scheme).toEqual(['user', 'pass'])
    }
  })

  test.each([
    ['without padding', 'Basic dXNlcjpwYXM'],
    ['with bits left over behind the last octet', 'Basic dXNlcjp='],
    ['in the alphabet for URLs', 'Basic YWRtaW4_c2VjcmV0'],
    ['with a blank inside', 'Basic dXNl cjpwYXNz'],
    ['without a colon', basic('user')],
    ['that is no UTF-8', basic(Uint8Array.of(0xfc, 0x3a, 0x78))],
    ['with half a surrogate pair as UTF-8', basic(Uint8Array.of(0xed, 0xa0, 0x80, 0x3a))],
    ['with a NUL in the user name', basic('admin\0:secret')],
    ['with a line end in the password', basic('admin:se\r\ncret')],
    ['with DEL in it', basic('admin:\x7f')],
    ['between blanks that are neither space nor tab', 'Basic\u00a0dXNlcjpwYXNz'],
  ])('%s holds no credentials', (_what, header) => {
    expect(parseBasicCredentials(header)).toBeNull()
  })

  test('keeps colons, blanks and every other character of the password', () => {
    expect(credentialsIn(basic('üser: pä:ss \ufeff✓'))).toEqual(['üser', ' pä:ss \ufeff✓'])
    expect(credentialsIn(basic('\ufeff:'))).toEqual(['\ufeff', ''])
  })

  test('gives back whatever possible credentials were written', () => {
    const text = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(
        text.filter(isPossibleUsername),
        text.filter((password) => !/\p{Cc}/u.test(password)),
        (username, password) => {
          expect(credentialsIn(basic(`${username}:${password}`))).toEqual([username, password])
        },
      ),
    )
  })

  test('of any characters is read or refused, and never throws', () => {
    const word = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.constantFrom('Basic', 'basic', '=', ':'))
    fc.assert(
      fc.property(fc.array(word), fc.constantFrom(' ', '\t', '  ', ''), (words, blank) => {
        const header = words.join(blank)
        const credentials = parseBasicCredentials(header)
        // One spelling for each pair of credentials.
        if (credentials) expect(header).toContain(basic(`${credentials.username}:${credentials.password}`).slice(6))
      }),
    )
  })
})

test('a user name that no client can send is told apart', () => {
  expect(['', 'üser', 'a b', '✓'].every(isPossibleUsername)).toBe(true)
  expect(['a:b', 'a\0', 'a\n', '\ud800', 'a\u0085'].some(isPossibleUsername)).toBe(false)
})
