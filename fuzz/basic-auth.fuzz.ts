/**
 * Feeds the basic-authentication header parser and the credential store: field values near the valid form, mutated, and
 * plain noise. Nothing may throw, nobody may come in by anything but the one spelling of the right credentials.
 */
import * as fc from 'fast-check'
import { expect } from 'vitest'
import { parseBasicCredentials } from '../src/handler/basic-auth.js'
import { CredentialStore } from '../src/handler/credentials.js'
import { fuzz } from './support/settings.js'

const store = new CredentialStore()
store.add('admin', 'secret')
store.add('__proto__', 'se:cret')

const RIGHT = ['admin:secret', '__proto__:se:cret'].map((text) => Buffer.from(text).toString('base64'))

const noise = fc.string({ unit: 'binary', maxLength: 200 })
const octets = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64'))
const encoded = fc.oneof(octets, fc.base64String(), fc.constantFrom(...RIGHT))
const scheme = fc.constantFrom('Basic', 'basic', 'BASIC', 'Basi', 'Bearer', '')
const blanks = fc.constantFrom(' ', '  ', '\t', '', '\u00a0', '\v')

/** A text with one stretch replaced. */
const mutated = fc
  .tuple(scheme, blanks, encoded, noise, fc.nat(), fc.nat({ max: 4 }))
  .map(([name, blank, text, insert, position, removed]) => {
    const header = `${name}${blank}${text}`
    const at = position % (header.length + 1)
    return header.slice(0, at) + insert.slice(0, 3) + header.slice(at + removed)
  })
const wellFormed = fc.tuple(scheme, blanks, encoded, blanks).map((parts) => parts.join(''))

fuzz(
  'nobody comes in by anything but the one spelling of the right credentials',
  fc.property(fc.oneof(noise, mutated, wellFormed), (header) => {
    const credentials = parseBasicCredentials(header)
    const word = header.split(/[ \t]+/).filter(Boolean)[1] ?? ''
    if (credentials !== null) {
      const text = `${credentials.username}:${credentials.password}`
      expect(Buffer.from(text).toString('base64')).toBe(word)
      expect(text).not.toMatch(/\p{Cc}/u)
    }
    expect(store.check(header)).toMatchObject({ accepted: credentials !== null && RIGHT.includes(word) })
  }),
)
