/**
 * How a password is kept: as it is, as a digest, or as scrypt. Makes the stored form from what `auth_add_creds` is given,
 * and compares a password that a client sends with it in constant time.
 */
import { Buffer } from 'node:buffer'
import { crypto } from './crypto.js'
import { ScryptPassword } from './scrypt-password.js'

/** A password that can be compared with, not read. */
export interface StoredPassword {
  /** Names the work that {@link matches} does: equal schemes take equally long. */
  readonly scheme: string
  /** Whether this is the password; a promise where finding out takes a while. */
  matches(password: Buffer): boolean | Promise<boolean>
  /** One of the same scheme that nobody knows. */
  decoy(): StoredPassword
}

/** Octets of a digest, by type. */
const DIGEST_OCTETS: ReadonlyMap<string, number> = new Map([
  ['md5', 16],
  ['sha1', 20],
  ['sha256', 32],
  ['sha384', 48],
  ['sha512', 64],
])
const TYPES = ['plain', ...DIGEST_OCTETS.keys(), 'scrypt']

/**
 * @param password - Text (taken as UTF-8) or octets: the password itself for `plain`, the raw or hexadecimal digest of it
 *   for a digest, the text that `scrypt_hash` gives for `scrypt`.
 * @param pwtype - `plain`, `md5`, `sha1`, `sha256`, `sha384`, `sha512` or `scrypt`, in any case.
 * @throws TypeError when the password is neither; RangeError for an unknown type, or a value that is none of the type.
 * @remarks Differs from Python: hexadecimal is understood for every digest, and a plain password given as octets matches.
 */
export function storedPassword(password: string | Uint8Array, pwtype: string): StoredPassword {
  if (typeof password !== 'string' && !(password instanceof Uint8Array)) {
    throw new TypeError(`a password must be a string or bytes, not ${password === null ? 'null' : typeof password}`)
  }
  const octets = Buffer.from(password)
  const type = pwtype.toLowerCase()
  if (type === 'plain') return new DigestPassword('sha256', digest('sha256', octets), 'plain')
  if (type === 'scrypt') return ScryptPassword.parse(octets.toString('latin1'))
  const length = DIGEST_OCTETS.get(type)
  if (length === undefined) throw new RangeError(`invalid password type, must be one of ${TYPES.join(', ')}`)
  return new DigestPassword(type, digestOctets(octets, type, length))
}

/** A digest of the password. That of a plain one is made here, so that comparing takes equally long whatever its length. */
export class DigestPassword implements StoredPassword {
  readonly #algorithm: string
  readonly #value: Buffer

  constructor(
    algorithm: string,
    value: Buffer,
    readonly scheme = algorithm,
  ) {
    this.#algorithm = algorithm
    this.#value = value
  }

  matches(password: Buffer): boolean {
    return crypto().timingSafeEqual(digest(this.#algorithm, password), this.#value)
  }

  decoy(): DigestPassword {
    return new DigestPassword(this.#algorithm, crypto().randomBytes(this.#value.length), this.scheme)
  }
}

/** Told apart by length, as in Python: twice a digest's is hexadecimal, and nothing else is. */
function digestOctets(given: Buffer, type: string, length: number): Buffer {
  if (given.length === length) return given
  if (given.length !== 2 * length) {
    throw new RangeError(`the length of the password hash does not match the type ${type}: ${given.length} bytes`)
  }
  const text = given.toString('latin1')
  if (!/^[0-9A-Fa-f]+$/.test(text)) throw new RangeError(`the ${type} password hash is not hexadecimal`)
  return Buffer.from(text, 'hex')
}

function digest(algorithm: string, octets: Buffer): Buffer {
  return crypto().createHash(algorithm).update(octets).digest()
}
