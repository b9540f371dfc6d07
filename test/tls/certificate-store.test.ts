import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { CertificateError } from '../../src/tls/certificate-error.js'
import { CertificateStore, type CertificateStoreOptions } from '../../src/tls/certificate-store.js'
import { CertificateWorkshop, needOpenssl } from '../support/certificates.js'

const workshop = new CertificateWorkshop()
afterAll(() => workshop.remove())
beforeEach(needOpenssl)

/** The store that these options make, or what it fails with. */
function attempt(options: CertificateStoreOptions): CertificateStore | CertificateError {
  try {
    return new CertificateStore(options)
  } catch (error) {
    if (error instanceof CertificateError) return error
    throw error
  }
}

function makeStore(ssl_version?: string): CertificateStore {
  const { certfile, keyfile } = workshop.selfSigned('default.example')
  return new CertificateStore({ ssl_certfile: certfile, ssl_keyfile: keyfile, ssl_version })
}

function addTo(store: CertificateStore, ...hostnames: string[]): void {
  const ssl_certfile = workshop.joined(workshop.selfSigned('other.example'), 'keyLast')
  for (const hostname of hostnames) store.add(hostname, { ssl_certfile })
}

describe('what a certificate can be loaded from', () => {
  test('a certificate with its key in a file of its own', () => {
    const { certfile, keyfile } = workshop.selfSigned('a.example')
    expect(attempt({ ssl_certfile: certfile, ssl_keyfile: keyfile })).toBeInstanceOf(CertificateStore)
  })

  test.each(['keyFirst', 'keyLast'] as const)('one file with both: %s', (order) => {
    expect(attempt({ ssl_certfile: workshop.joined(workshop.selfSigned('a.example'), order) })).toBeInstanceOf(
      CertificateStore,
    )
  })

  test('what the documented openssl command makes', () => {
    const command = 'req -new -x509 -days 365 -nodes -out server.pem -keyout server.pem -subj /CN=localhost'
    workshop.openssl(...command.split(' '))
    expect(attempt({ ssl_certfile: workshop.path('server.pem') })).toBeInstanceOf(CertificateStore)
  })

  test.each(['pkcs8', 'traditional'] as const)('an encrypted key with its password (%s)', (format) => {
    const pair = workshop.selfSigned('a.example')
    const files = { ssl_certfile: pair.certfile, ssl_keyfile: workshop.encryptedKey(pair, 'sesame', format) }
    expect(attempt({ ...files, ssl_password: 'sesame' })).toBeInstanceOf(CertificateStore)
    expect(attempt({ ...files, ssl_password: 'wrong' })).toMatchObject({
      code: 'WRONG_PASSWORD',
      file: files.ssl_keyfile,
    })
    expect(attempt(files)).toMatchObject({ code: 'PASSWORD_REQUIRED', file: files.ssl_keyfile })
  })

  test('a chain whose last certificate has expired is the business of its author', () => {
    const { certfile, keyfile } = workshop.selfSigned('a.example')
    const old = workshop.dated('root', '20010101000000Z', '20020101000000Z')
    const chain = workshop.write([certfile, old.certfile].map((file) => workshop.read(file)).join(''))
    expect(attempt({ ssl_certfile: chain, ssl_keyfile: keyfile })).toBeInstanceOf(CertificateStore)
  })
})

describe('what fails at construction, with the file and the reason', () => {
  test('a file that is not there, a directory', () => {
    const missing = workshop.path('missing.pem')
    const fault = { code: 'UNREADABLE', file: missing }
    expect(attempt({ ssl_certfile: missing })).toMatchObject({ ...fault, message: expect.stringContaining('ENOENT') })
    mkdirSync(workshop.path('folder'))
    expect(attempt({ ssl_certfile: workshop.path('folder') })).toMatchObject({ code: 'UNREADABLE' })
    const { certfile } = workshop.selfSigned('a.example')
    expect(attempt({ ssl_certfile: certfile, ssl_keyfile: missing })).toMatchObject(fault)
  })

  test('a file without a certificate, without a key', () => {
    const { certfile, keyfile } = workshop.selfSigned('a.example')
    const text = workshop.write('no PEM at all\n')
    expect(attempt({ ssl_certfile: text })).toMatchObject({ code: 'NO_CERTIFICATE', file: text })
    expect(attempt({ ssl_certfile: keyfile })).toMatchObject({ code: 'NO_CERTIFICATE', file: keyfile })
    expect(attempt({ ssl_certfile: certfile })).toMatchObject({ code: 'NO_KEY', file: certfile })
    expect(attempt({ ssl_certfile: certfile, ssl_keyfile: text })).toMatchObject({ code: 'NO_KEY', file: text })
  })

  test('the key of another certificate', () => {
    const { certfile } = workshop.selfSigned('a.example')
    const { keyfile } = workshop.selfSigned('b.example')
    const fault = attempt({ ssl_certfile: certfile, ssl_keyfile: keyfile })
    expect(fault).toMatchObject({ code: 'KEY_MISMATCH', file: keyfile, message: expect.stringContaining(certfile) })
  })

  test('a certificate that has expired, or is not valid yet', () => {
    const old = workshop.dated('a.example', '20010101000000Z', '20020101000000Z')
    const message = expect.stringContaining('expired on Jan  1 00:00:00 2002 GMT')
    const files = { ssl_certfile: old.certfile, ssl_keyfile: old.keyfile }
    expect(attempt(files)).toMatchObject({ code: 'EXPIRED', file: old.certfile, message })
    const early = workshop.dated('a.example', '20900101000000Z', '20910101000000Z')
    const fault = attempt({ ssl_certfile: early.certfile, ssl_keyfile: early.keyfile })
    expect(fault).toMatchObject({ code: 'NOT_YET_VALID', file: early.certfile })
  })

  test('a key that OpenSSL finds too short', () => {
    const command = 'req -new -x509 -days 2 -newkey rsa:512 -nodes -out short.pem -keyout short.pem -subj /CN=localhost'
    workshop.openssl(...command.split(' '))
    expect(attempt({ ssl_certfile: workshop.path('short.pem') })).toMatchObject({ code: 'REFUSED' })
  })

  test('authorities that are missing, unreadable, or none', () => {
    const files = { ssl_certfile: workshop.joined(workshop.selfSigned('a.example'), 'keyLast') }
    expect(attempt({ ...files, ssl_verify: 'required' })).toMatchObject({ code: 'CA_REQUIRED', file: null })
    expect(attempt({ ...files, ssl_ca: workshop.path('missing') })).toMatchObject({ code: 'UNREADABLE' })
    expect(attempt({ ...files, ssl_ca: workshop.write('x') })).toMatchObject({ code: 'NO_CERTIFICATE' })
  })

  test('an unknown version or verification', () => {
    const { certfile: ssl_certfile, keyfile: ssl_keyfile } = workshop.selfSigned('a.example')
    expect(() => new CertificateStore({ ssl_certfile, ssl_keyfile, ssl_version: 'SSLv3' })).toThrow(RangeError)
    const ssl_verify = 'maybe' as 'none'
    expect(() => new CertificateStore({ ssl_certfile, ssl_keyfile, ssl_verify })).toThrow(RangeError)
  })
})

describe('the table of names', () => {
  test('an exact name wins over a wildcard, whatever was added first; a wildcard stands for one label', () => {
    const store = makeStore()
    const fallback = store.secureContextFor('unknown.example')
    addTo(store, '*.example.com', 'www.example.com')
    const exact = store.secureContextFor('www.example.com')
    const wildcard = store.secureContextFor('api.example.com')
    expect(new Set([fallback, exact, wildcard]).size).toBe(3)
    expect(store.secureContextFor('mail.example.com')).toBe(wildcard)
    for (const name of ['example.com', 'a.b.example.com', '.example.com.', 'com', '', '*', '__proto__']) {
      expect(store.secureContextFor(name), name).toBe(fallback)
    }
    store.remove('www.example.com')
    expect(store.secureContextFor('www.example.com')).toBe(wildcard)
  })

  test('names compare without case, however they were added', () => {
    const store = makeStore()
    addTo(store, 'Alt.Example')
    expect(store.secureContextFor('aLT.eXAMPLE')).toBe(store.secureContextFor('alt.example'))
    expect(store.secureContextFor('alt.example')).not.toBe(store.secureContextFor('unknown'))
    store.remove('ALT.EXAMPLE')
    expect(store.certs).toEqual([])
  })

  test('is listed as it was given; adding a name again replaces its certificate', () => {
    const store = makeStore()
    const { certfile, keyfile } = workshop.selfSigned('b.example')
    addTo(store, 'a.example')
    store.add('B.example', { ssl_certfile: certfile, ssl_keyfile: keyfile })
    expect(store.certs).toEqual([
      { hostname: 'a.example', certfile: expect.any(String), keyfile: null },
      { hostname: 'B.example', certfile, keyfile },
    ])
    const before = store.secureContextFor('a.example')
    store.add('a.example', { ssl_certfile: certfile, ssl_keyfile: keyfile })
    expect(store.secureContextFor('a.example')).not.toBe(before)
    expect(store.certs).toHaveLength(2)
  })

  test.each([
    '',
    '.',
    'a..b',
    'a.example.',
    'a\0.example',
    '*',
    '*.',
    'w*.example',
    'a.*.example',
    'a b',
    'ü.example',
    '*.*.a',
  ])('%j is no name for a certificate', (hostname) => {
    expect(() => addTo(makeStore(), hostname)).toThrow(expect.objectContaining({ code: 'BAD_HOSTNAME' }))
  })

  test('a name longer than DNS allows is refused', () => {
    const label = 'a'.repeat(63)
    for (const hostname of [`${label}a.example`, Array(5).fill(label).join('.')]) {
      expect(() => addTo(makeStore(), hostname)).toThrow(expect.objectContaining({ code: 'BAD_HOSTNAME' }))
    }
  })

  test('removing a name that is not there throws', () => {
    const store = makeStore()
    for (const hostname of ['nobody.example', 'a\0b', '__proto__']) {
      expect(() => store.remove(hostname)).toThrow(expect.objectContaining({ code: 'UNKNOWN_HOSTNAME' }))
    }
  })

  test('a certificate that fails to load leaves the table as it was', () => {
    const store = makeStore()
    addTo(store, 'a.example')
    const before = store.secureContextFor('a.example')
    expect(() => store.add('a.example', { ssl_certfile: workshop.path('missing.pem') })).toThrow(CertificateError)
    expect(store.secureContextFor('a.example')).toBe(before)
  })

  test('a version that the default certificate would not keep is refused', () => {
    const ssl_certfile = workshop.joined(workshop.selfSigned('a.example'), 'keyLast')
    const conflict = expect.objectContaining({ code: 'VERSION_CONFLICT' })
    expect(() => makeStore().add('a.example', { ssl_certfile, ssl_version: 'TLSv1_2' })).toThrow(conflict)
    const pinned = makeStore('TLSv1_2')
    expect(() => pinned.add('a.example', { ssl_certfile, ssl_version: 'TLSv1_3' })).toThrow(conflict)
    expect(() => pinned.add('a.example', { ssl_certfile, ssl_version: 'SSLv3' })).toThrow(RangeError)
    for (const ssl_version of ['TLSv1_2', 'TLS', undefined]) pinned.add('a.example', { ssl_certfile, ssl_version })
  })
})

describe('reloading', () => {
  test('takes all certificates or none', () => {
    const first = workshop.joined(workshop.selfSigned('default.example'), 'keyLast')
    const second = workshop.joined(workshop.selfSigned('other.example'), 'keyLast')
    const store = new CertificateStore({ ssl_certfile: first })
    store.add('other.example', { ssl_certfile: second })
    const contexts = () => [store.secureContextFor('x'), store.secureContextFor('other.example'), store.tlsOptions]
    const before = contexts()
    const content = workshop.read(first)
    writeFileSync(first, 'broken')
    expect(() => store.reload()).toThrow(CertificateError)
    expect(() => store.reloadAll()).toThrow(CertificateError)
    expect(contexts().every((context, index) => context === before[index])).toBe(true)
    writeFileSync(first, content)
    store.reloadAll()
    expect(contexts().some((context) => before.includes(context))).toBe(false)
  })
})

test('a lookup that throws fails the handshake, not the process', () => {
  class Faulty extends CertificateStore {
    override secureContextFor(): never {
      throw new Error('lookup failed')
    }
  }
  const store = new Faulty({ ssl_certfile: workshop.joined(workshop.selfSigned('a.example'), 'keyLast') })
  const told: unknown[] = []
  store.tlsOptions.SNICallback?.('a.example', (...parameters) => told.push(parameters))
  expect(told).toEqual([[new Error('lookup failed')]])
})
