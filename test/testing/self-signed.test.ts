import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { selfSigned, startServer } from '../../src/testing/index.js'
import { needOpenssl, CertificateWorkshop } from '../support/certificates.js'

describe('a certificate made on the spot', () => {
  it('is for the names of this machine, valid now, and of its own making', () => {
    const { certificate, key } = selfSigned()
    const parsed = new X509Certificate(certificate)
    expect(parsed.subject).toBe('CN=localhost')
    expect(parsed.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
    expect([parsed.ca, parsed.verify(parsed.publicKey)]).toEqual([true, true])
    expect(new Date(parsed.validFrom) < new Date()).toBe(true)
    expect(new Date(parsed.validTo) > new Date()).toBe(true)
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect(selfSigned().certificate).not.toBe(certificate)
  })

  it('is trusted by a client that trusts it and nothing else', async () => {
    await using server = await startServer(RequestHandler, { tls: true })
    const status = await new Promise((resolve, reject) => {
      const options = { ca: server.certificate ?? '', agent: false as const }
      request(`${server.url}/robots.txt`, options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
  })

  it('holds before openssl', (context) => {
    needOpenssl(context)
    const workshop = new CertificateWorkshop()
    try {
      const file = workshop.write(selfSigned().certificate)
      workshop.openssl('verify', '-x509_strict', '-CAfile', file, '-verify_hostname', 'localhost', file)
    } finally {
      workshop.remove()
    }
  })
})
