import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { CredentialStore } from '../../src/handler/credentials.js'
import { scrypt_hash, ScryptPassword } from '../../src/handler/scrypt-password.js'
import { DigestPassword, type StoredPassword, storedPassword } from '../../src/handler/stored-password.js'
import { pureVectors } from '../support/pure-vectors.js'
import { runPython } from '../support/python.js'

type Tagged = string | { readonly $bytes: string }

interface StoreCase {
  readonly password: Tagged | number | null
  readonly pwtype: string
  readonly stored?: { readonly type: string; readonly value: Tagged }
  readonly error?: string
}

const DIGESTS = ['md5', 'sha1', 'sha256', 'sha384', 'sha512']
/** As cheap as scrypt gets. */
const CHEAP = { ln: 1, r: 1, p: 1 }

function untag(value: Tagged | number | null): string | Uint8Array {
  const isBytes = typeof value === 'object' && value !== null
  return (isBytes ? Buffer.from(value.$bytes, 'hex') : value) as string | Uint8Array
}

function digest(type: string, text: string): Buffer {
  return createHash(type).update(text).digest()
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** A store with one user of every type, each with the password `type-pass`. */
async function fullStore(): Promise<CredentialStore> {
  const store = new CredentialStore()
  store.add('plain', 'plain-pass')
  for (const type of DIGESTS) store.add(type, digest(type, `${type}-pass`), type)
  store.add('scrypt', await scrypt_hash('scrypt-pass', CHEAP), 'scrypt')
  return store
}

describe('auth_add_creds as recorded', () => {
  const { cases } = pureVectors<StoreCase>('auth_add_creds')
  const hexadecimal = cases.filter(({ deviation_id }) => deviation_id === 'auth-hex-md5-sha1-only')

  test.each(cases.filter((vector) => vector.error !== undefined && !hexadecimal.includes(vector)))(
    '$password as $pwtype is refused',
    ({ password, pwtype, error }) => {
      const expected = error === 'TypeError' ? TypeError : RangeError
      expect(() => storedPassword(untag(password), pwtype)).toThrow(expected)
    },
  )

  test.each(cases.filter(({ stored }) => stored !== undefined))(
    '$password is taken as $pwtype',
    ({ password, pwtype, stored }) => {
      const taken = storedPassword(untag(password), pwtype)
      expect(taken.scheme).toBe(stored?.type)
      const value = Buffer.from(untag(stored?.value ?? null))
      const isDigestOfFoobar = stored?.type !== 'plain' && value.equals(digest(stored?.type ?? '', 'foobar'))
      expect(taken.matches(Buffer.from('foobar'))).toBe(isDigestOfFoobar)
      expect(taken.matches(value)).toBe(stored?.type === 'plain')
    },
  )

  test.each(hexadecimal)('hexadecimal digits are understood for $pwtype too', ({ password, pwtype }) => {
    expect(storedPassword(untag(password), pwtype).matches(Buffer.from('foobar'))).toBe(true)
  })
})

describe('a stored password', () => {
  test.each(DIGESTS)('%s matches as octets, as digits in either case, and as octets that are digits', (type) => {
    const raw = digest(type, 'pass')
    const hex = raw.toString('hex')
    for (const given of [raw, hex, hex.toUpperCase(), Buffer.from(hex)]) {
      const stored = storedPassword(given, type.toUpperCase())
      expect(stored.matches(Buffer.from('pass'))).toBe(true)
      expect(stored.matches(Buffer.from('Pass'))).toBe(false)
    }
  })

  test.each(DIGESTS)('%s of another length is refused', (type) => {
    const length = digest(type, '').length
    for (const wrong of [0, length - 1, length + 1, 2 * length - 1, 2 * length + 1, 4 * length]) {
      expect(() => storedPassword('0'.repeat(wrong), type)).toThrow(/length of the password hash/)
    }
  })

  test('plain text given as octets matches the text', () => {
    expect(storedPassword(Buffer.from('päss'), 'plain').matches(Buffer.from('päss'))).toBe(true)
  })

  test('is not shown by a decoy, nor does its digest pass for it', () => {
    const stored = storedPassword(digest('md5', 'pass'), 'md5')
    expect(stored.decoy().matches(Buffer.from('pass'))).toBe(false)
    expect(stored.decoy().scheme).toBe(stored.scheme)
    expect(stored.matches(digest('md5', 'pass'))).toBe(false)
  })
})

describe('scrypt', () => {
  test('verifies what scrypt_hash wrote, again and again, and nothing else', async () => {
    const stored = storedPassword(await scrypt_hash('päss', CHEAP), 'SCRYPT')
    expect(await stored.matches(Buffer.from('Päss'))).toBe(false)
    expect(await stored.matches(Buffer.from('päss'))).toBe(true)
    expect(await stored.matches(Buffer.from('päss'))).toBe(true)
    expect(await stored.matches(Buffer.from('Päss'))).toBe(false)
    expect(await stored.decoy().matches(Buffer.from('päss'))).toBe(false)
  })

  test('remembers a password that was right: it is told again without a promise', async () => {
    const stored = storedPassword(await scrypt_hash('pass', CHEAP), 'scrypt')
    expect(stored.matches(Buffer.from('pass'))).toBeInstanceOf(Promise)
    await stored.matches(Buffer.from('pass'))
    expect(stored.matches(Buffer.from('pass'))).toBe(true)
    expect(stored.matches(Buffer.from('other'))).toBeInstanceOf(Promise)
  })

  test('writes a salt of its own and the default cost', async () => {
    const [first, second] = await Promise.all([scrypt_hash('pass'), scrypt_hash('pass')])
    expect(first).toMatch(/^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(first).not.toBe(second)
    expect(await storedPassword(first, 'scrypt').matches(Buffer.from('pass'))).toBe(true)
  })

  test('goes on after it could not be computed', async () => {
    await expect(scrypt_hash('pass', { ln: 20, r: 9, p: 1 })).rejects.toThrow(RangeError)
    expect(await scrypt_hash('pass', CHEAP)).toContain('$scrypt$')
  })

  test('agrees with Python', async (context) => {
    const program = `
import base64, hashlib, json, sys
def b64(octets): return base64.b64encode(octets).decode().rstrip('=')
password, salt = 'päss ✓'.encode(), bytes(range(16))
hash = hashlib.scrypt(password, salt=salt, n=2**4, r=8, p=2, dklen=32)
print(json.dumps('$scrypt$ln=4,r=8,p=2$%s$%s' % (b64(salt), b64(hash))))`
    const text = runPython(context, program, null)
    expect(await storedPassword(String(text), 'scrypt').matches(Buffer.from('päss ✓'))).toBe(true)
  })

  const salt = 'c2FsdHNhbHRzYWx0'
  const hash = 'aGFzaGhhc2hoYXNoaGFzaGhhc2g'
  test.each([
    '',
    'secret',
    `$scrypt$ln=4,r=8$${salt}$${hash}`,
    `$scrypt$ln=4,r=8,p=1$${salt}`,
    `$scrypt$ln=4,r=8,p=1$${salt}$short`,
    `$scrypt$ln=4,r=8,p=1$${salt}$${hash}=`,
    `$scrypt$ln=0,r=8,p=1$${salt}$${hash}`,
    `$scrypt$ln=21,r=8,p=1$${salt}$${hash}`,
    `$scrypt$ln=4,r=0,p=1$${salt}$${hash}`,
    `$scrypt$ln=4,r=8,p=17$${salt}$${hash}`,
    `$scrypt$ln=20,r=32,p=1$${salt}$${hash}`,
  ])('%j is refused', (text) => {
    expect(() => storedPassword(text, 'scrypt')).toThrow(RangeError)
  })
})

describe('a credential store', () => {
  test('lets in whoever knows the password, whatever its type', async () => {
    const store = await fullStore()
    for (const type of ['plain', ...DIGESTS, 'scrypt']) {
      expect(await store.check(basic(type, `${type}-pass`))).toEqual({ accepted: true, username: type })
      const reason = `received invalid password from user: ${type}`
      for (const wrong of ['', `${type}-Pass`, 'plain-pas']) {
        expect(await store.check(basic(type, wrong))).toEqual({ accepted: false, reason })
      }
    }
  })

  test('gives the line to log, as Python words it, and none for what is no credentials', () => {
    const store = new CredentialStore()
    store.add('admin', 'secret')
    const reason = 'received invalid username: nobody'
    expect(store.check(basic('nobody', 'secret'))).toEqual({ accepted: false, reason })
    expect(JSON.stringify(store.check(basic('admin', 'hunter2')))).not.toContain('hunter2')
    expect(store.check(basic('Admin', 'secret'))).toMatchObject({ reason: 'received invalid username: Admin' })
    for (const header of ['', 'Basic', 'Bearer x', 'Basic YWRtaW4=', 'Basic ====']) {
      expect(store.check(header)).toEqual({ accepted: false, reason: null })
    }
  })

  test('answers without a promise as long as nothing takes a while', async () => {
    const store = new CredentialStore()
    store.add('admin', 'secret')
    expect(store.check(basic('admin', 'secret'))).not.toBeInstanceOf(Promise)
    store.add('slow', await scrypt_hash('pass', CHEAP), 'scrypt')
    expect(store.check(basic('admin', 'secret'))).not.toBeInstanceOf(Promise)
    expect(store.check(basic('admin', 'wrong'))).toBeInstanceOf(Promise)
    expect(store.check(basic('nobody', 'wrong'))).toBeInstanceOf(Promise)
    store.delete('slow')
    expect(store.check(basic('nobody', 'wrong'))).not.toBeInstanceOf(Promise)
  })

  test('does the work of every scheme once before it refuses, whether the user exists or not', async () => {
    const store = await fullStore()
    store.add('second', 'plain-pass')
    const schemes = ['plain', ...DIGESTS, 'scrypt 1 1 1'].sort()
    for (const username of ['nobody', 'plain', 'second', 'sha512', 'scrypt']) {
      const work = await workOf(() => store.check(basic(username, 'wrong')))
      expect(work.sort(), username).toEqual(schemes)
    }
  })

  test('takes names that objects have, the empty one, and those beyond ASCII', () => {
    const store = new CredentialStore()
    const names = ['', '__proto__', 'constructor', 'toString', 'üser', '✓']
    expect(store.check(basic('__proto__', ''))).toMatchObject({ accepted: false })
    for (const name of names) store.add(name, 'x')
    for (const name of names) expect(store.check(basic(name, 'x'))).toEqual({ accepted: true, username: name })
    expect(store.size).toBe(names.length)
    store.delete('')
    expect(store.check(basic('', 'x'))).toMatchObject({ accepted: false })
    expect(store.size).toBe(names.length - 1)
  })

  test('replaces a password, and forgets one user or all', () => {
    const store = new CredentialStore()
    store.add('admin', 'old')
    store.add('admin', 'new')
    expect(store.check(basic('admin', 'old'))).toMatchObject({ accepted: false })
    expect(store.check(basic('admin', 'new'))).toMatchObject({ accepted: true })
    expect(() => store.delete('nobody')).toThrow(RangeError)
    store.delete()
    expect(store.size).toBe(0)
    expect(store.check(basic('admin', 'new'))).toMatchObject({ accepted: false })
  })

  test('refuses user names that no client can send, and then keeps what it had', () => {
    const store = new CredentialStore()
    for (const name of ['a:b', 'a\0b', 'a\r\nb']) expect(() => store.add(name, 'x')).toThrow(RangeError)
    expect(() => store.add('admin', 'x', 'md4')).toThrow(/^invalid password type, must be one of plain, md5, /)
    expect(store.size).toBe(0)
  })

  test('answers every field value, and lets in by the right one only', () => {
    const store = new CredentialStore()
    store.add('admin', 'secret')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.base64String().map((text) => `Basic ${text}`),
        ),
        (header) => {
          expect(store.check(header)).toMatchObject({ accepted: false })
        },
      ),
    )
  })
})

/** The schemes whose work a check did, seen at the method that does it. */
async function workOf(check: () => unknown): Promise<string[]> {
  const digests = vi.spyOn(DigestPassword.prototype, 'matches')
  const scrypts = vi.spyOn(ScryptPassword.prototype, 'matches')
  await check()
  const contexts = [...digests.mock.contexts, ...scrypts.mock.contexts] as StoredPassword[]
  const work = contexts.map(({ scheme }) => scheme)
  vi.restoreAllMocks()
  return work
}
