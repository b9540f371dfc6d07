/**
 * A certificate for this machine's own loopback names and its key, made on the spot: tests over TLS need no files and no
 * `openssl`. X.509 (RFC 5280) by hand, in DER, as small as clients accept it. Worth nothing outside of tests.
 */
import { Buffer } from 'node:buffer'
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

/** A certificate with its key. */
export interface SelfSigned {
  /** PEM; also what a client is to trust. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly key: string
}

const DAY_MS = 86_400_000
/** Apple's clients take no certificate that lives longer than 825 days. */
const LIFETIME_MS = 365 * DAY_MS

const OID = {
  commonName: [0x55, 0x04, 0x03],
  basicConstraints: [0x55, 0x1d, 0x13],
  subjectAltName: [0x55, 0x1d, 0x11],
  extendedKeyUsage: [0x55, 0x1d, 0x25],
  serverAuth: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
} as const

/** For `localhost`, 127.0.0.1 and ::1, valid for a year from yesterday on. */
export function selfSigned(): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const toBeSigned = certificateBody(publicKey, Date.now())
  const signature = sign('sha256', toBeSigned, privateKey)
  const der = sequence(toBeSigned, sequence(oid(OID.ecdsaWithSha256)), bitString(signature))
  return { certificate: pem('CERTIFICATE', der), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
}

function certificateBody(publicKey: KeyObject, now: number): Buffer {
  const name = sequence(tagged(0x31, sequence(oid(OID.commonName), tagged(0x0c, Buffer.from('localhost')))))
  const version3 = tagged(0xa0, integer(Buffer.from([2])))
  const validity = sequence(time(now - DAY_MS), time(now - DAY_MS + LIFETIME_MS))
  const algorithm = sequence(oid(OID.ecdsaWithSha256))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const serial = integer(Buffer.concat([Buffer.from([1]), randomBytes(8)]))
  return sequence(version3, serial, algorithm, name, validity, name, spki, tagged(0xa3, extensions()))
}

function extensions(): Buffer {
  const names = sequence(
    tagged(0x82, Buffer.from('localhost')),
    tagged(0x87, Buffer.from([127, 0, 0, 1])),
    tagged(0x87, Buffer.from([...Array<number>(15).fill(0), 1])),
  )
  return sequence(
    // Its own authority, so that a client can trust it and nothing else.
    extension(OID.basicConstraints, sequence(tagged(0x01, Buffer.from([0xff])))),
    extension(OID.subjectAltName, names),
    extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth))),
  )
}

function extension(identifier: readonly number[], value: Buffer): Buffer {
  return sequence(oid(identifier), tagged(0x04, value))
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

function oid(octets: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from(octets))
}

function integer(octets: Buffer): Buffer {
  return tagged(0x02, octets)
}

function bitString(octets: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), octets]))
}

/** UTCTime, as RFC 5280 4.1.2.5 wants it for years before 2050. */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return tagged(0x17, Buffer.from(digits.slice(2), 'latin1'))
}

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), derLength(content.length), content])
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  return length < 0x100 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff])
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replaceAll(/.{1,64}/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`
}
