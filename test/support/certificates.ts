/**
 * Certificates for tests, made with the `openssl` command when they are needed, in a directory that is removed at the
 * end. Keys are P-256, which OpenSSL makes in no time; none of them is worth anything.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** Skips a test, aloud, on a machine without the `openssl` command. */
export function needOpenssl(context: TestContext): void {
  if (hasOpenssl) return
  console.warn(`skipped, there is no openssl command: ${context.task.name}`)
  context.skip()
}

/** A certificate and its key, as paths. */
export interface CertificatePair {
  readonly certfile: string
  readonly keyfile: string
}

export class CertificateWorkshop {
  readonly directory = mkdtempSync(join(tmpdir(), 'certificates-'))
  #count = 0

  /** Runs the command in {@link directory}. @throws when it fails, with what it said. */
  openssl(...parameters: string[]): void {
    execFileSync('openssl', parameters, { cwd: this.directory, stdio: ['ignore', 'ignore', 'pipe'] })
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  /** A self-signed certificate for a name, valid from now. */
  selfSigned(commonName: string, ...more: string[]): CertificatePair {
    const pair = this.#nextPair()
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', pair.keyfile]
    const subject = ['-subj', `/CN=${commonName}`, '-addext', `subjectAltName=DNS:${commonName}`]
    this.openssl('req', '-new', '-x509', '-days', '2', ...key, ...subject, '-out', pair.certfile, ...more)
    return pair
  }

  /** A certificate that an authority made by {@link selfSigned} has signed. */
  signedBy(authority: CertificatePair, commonName: string): CertificatePair {
    const pair = this.selfSigned(commonName)
    const request = `${pair.certfile}.csr`
    this.openssl('req', '-new', '-key', pair.keyfile, '-subj', `/CN=${commonName}`, '-out', request)
    const signer = ['-CA', authority.certfile, '-CAkey', authority.keyfile, '-CAcreateserial']
    this.openssl('x509', '-req', '-days', '2', '-in', request, ...signer, '-out', pair.certfile)
    return pair
  }

  /** A self-signed certificate valid between two moments, written as `YYYYMMDDHHMMSSZ`. */
  dated(commonName: string, from: string, to: string): CertificatePair {
    const pair = this.selfSigned(commonName)
    const request = `${pair.certfile}.csr`
    this.openssl('req', '-new', '-key', pair.keyfile, '-subj', `/CN=${commonName}`, '-out', request)
    const dates = ['-startdate', from, '-enddate', to]
    const files = ['-config', this.#authorityConfig(), '-keyfile', pair.keyfile, '-in', request, '-out', pair.certfile]
    this.openssl('ca', '-batch', '-selfsign', '-notext', ...dates, ...files)
    return pair
  }

  /** Certificate and key in one file, the key first or last. */
  joined(pair: CertificatePair, order: 'keyFirst' | 'keyLast'): string {
    const [cert, key] = [this.read(pair.certfile), this.read(pair.keyfile)]
    return this.write(order === 'keyFirst' ? key + cert : cert + key)
  }

  read(file: string): string {
    return readFileSync(file, 'latin1')
  }

  /** The key of a pair again, encrypted: as PKCS #8 or in the format that OpenSSL had before. */
  encryptedKey(pair: CertificatePair, password: string, format: 'pkcs8' | 'traditional'): string {
    const file = this.path(`${this.#count++}.key`)
    const secret = ['-in', pair.keyfile, '-out', file, '-passout', `pass:${password}`]
    if (format === 'pkcs8') this.openssl('pkcs8', '-topk8', ...secret)
    else this.openssl('ec', '-aes128', ...secret)
    return file
  }

  /** A new file with this content; its path. */
  write(content: string, name = `${this.#count++}.pem`): string {
    writeFileSync(this.path(name), content, 'latin1')
    return this.path(name)
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }

  #nextPair(): CertificatePair {
    const number = this.#count++
    return { certfile: this.path(`${number}.crt`), keyfile: this.path(`${number}.key`) }
  }

  /** `openssl ca` is the one command whose every version takes dates in the past. */
  #authorityConfig(): string {
    this.write('', 'index.txt')
    this.write('01\n', 'serial')
    const settings = ['database=index.txt', 'serial=serial', 'new_certs_dir=.', 'default_md=sha256', 'policy=policy']
    const lines = ['[ca]', 'default_ca=authority', '[authority]', ...settings, '[policy]', 'commonName=supplied', '']
    return this.write(lines.join('\n'), 'authority.cnf')
  }
}
