/**
 * One certificate with its key, read from PEM files and checked as far as a server can check itself: both readable,
 * of one pair, valid today, acceptable to OpenSSL. Knows nothing of host names or of who presents the certificate.
 */
import type { KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SecureContext, SecureContextOptions } from 'node:tls'
import { CertificateError, type CertificateFault } from './certificate-error.js'

/** Where a certificate is, as paths of PEM files. */
export interface CertificateFiles {
  /** The certificate, its intermediates behind it; the key may be in the same file. */
  readonly ssl_certfile: string
  /** The key, when it has a file of its own. */
  readonly ssl_keyfile?: string | null | undefined
  /** Password of an encrypted key. */
  readonly ssl_password?: string | undefined
}

export interface Certificate {
  readonly context: SecureContext
  /** What the context was made of, for those who have to make one of their own. */
  readonly contextOptions: SecureContextOptions
}

/**
 * Reads and checks a certificate.
 *
 * @param settings - What the context needs beside certificate and key: versions, client CAs.
 * @throws CertificateError naming the file and the reason.
 */
export function loadCertificate(files: CertificateFiles, settings: SecureContextOptions): Certificate {
  const { ssl_certfile: certfile, ssl_password: passphrase } = files
  const keyfile = files.ssl_keyfile ?? certfile
  const cert = readPem(certfile, 'certificate')
  const key = keyfile === certfile ? cert : readPem(keyfile, 'key')
  const certificate = parseCertificate(cert, certfile)
  if (!certificate.checkPrivateKey(parseKey(key, keyfile, passphrase))) {
    throw new CertificateError(
      'KEY_MISMATCH',
      `${keyfile}: the key does not belong to the certificate in ${certfile}`,
      keyfile,
    )
  }
  checkValidity(certificate, certfile)
  const contextOptions = { ...settings, cert, key, ...(passphrase === undefined ? {} : { passphrase }) }
  return { context: secureContext(contextOptions, certfile), contextOptions }
}

/**
 * The text of a PEM file.
 *
 * @throws CertificateError `UNREADABLE`.
 */
export function readPem(file: string, role: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    throw fault('UNREADABLE', file, `the ${role} can't be read`, error)
  }
}

/** OpenSSL takes the first certificate it finds and passes over what else is in the file, keys included. */
export function parseCertificate(pem: string, file: string): X509Certificate {
  try {
    const { X509Certificate } = process.getBuiltinModule('node:crypto')
    return new X509Certificate(pem)
  } catch (error) {
    throw fault('NO_CERTIFICATE', file, 'there is no PEM certificate in it', error)
  }
}

function parseKey(pem: string, file: string, passphrase: string | undefined): KeyObject {
  try {
    return process
      .getBuiltinModule('node:crypto')
      .createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase })
  } catch (error) {
    throw keyFault(pem, file, passphrase, error)
  }
}

function keyFault(pem: string, file: string, passphrase: string | undefined, cause: unknown): CertificateError {
  const encrypted = /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)
  if (!encrypted) return fault('NO_KEY', file, 'there is no PEM private key in it', cause)
  if (passphrase === undefined) return fault('PASSWORD_REQUIRED', file, 'its key is encrypted, ssl_password is missing')
  return fault('WRONG_PASSWORD', file, 'its key does not open with the given ssl_password')
}

/** The leaf only: a chain may carry an expired cross-signed root on purpose, for the sake of old clients. */
function checkValidity(certificate: X509Certificate, file: string): void {
  const now = Date.now()
  if (now > Date.parse(certificate.validTo)) throw fault('EXPIRED', file, `expired on ${certificate.validTo}`)
  if (now < Date.parse(certificate.validFrom)) {
    throw fault('NOT_YET_VALID', file, `not valid before ${certificate.validFrom}`)
  }
}

/** OpenSSL has a last word: keys too short, digests too weak for its security level. */
function secureContext(options: SecureContextOptions, file: string): SecureContext {
  try {
    return process.getBuiltinModule('node:tls').createSecureContext(options)
  } catch (error) {
    throw fault('REFUSED', file, 'OpenSSL refuses it', error)
  }
}

function fault(code: CertificateFault, file: string, reason: string, cause?: unknown): CertificateError {
  if (!(cause instanceof Error)) return new CertificateError(code, `${file}: ${reason}`, file)
  return new CertificateError(code, `${file}: ${reason} (${cause.message})`, file, { cause })
}
