/**
 * Passwords kept as scrypt (RFC 7914), written in the PHC string format that passlib and others read and write:
 * `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`, with ln the binary logarithm of N, salt and hash in base64 without padding.
 */
import { Buffer } from 'node:buffer'
import { crypto } from './crypto.js'
import type { StoredPassword } from './stored-password.js'

/** Cost of scrypt: 2^ln rounds over blocks of r times 128 octets, p times; it takes 128 · r · 2^ln octets of memory. */
export interface ScryptCost {
  /** Binary logarithm of the cost N. */
  readonly ln: number
  /** Block size. */
  readonly r: number
  /** Parallelism. */
  readonly p: number
}

/** 32 MiB and some 60 ms: wrong credentials cost as much at every request, so the server pays as well. */
const DEFAULT_COST: ScryptCost = { ln: 15, r: 8, p: 1 }
/** Beyond these a typing error in a stored password would exhaust memory at the first login. */
const LARGEST_COST: ScryptCost = { ln: 20, r: 32, p: 16 }
const LARGEST_MEMORY = 1_073_741_824

const SALT_OCTETS = 16
const HASH_OCTETS = 32
const FORMAT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** Key of this process, under which a password that was right is remembered; made for the first one. */
let memoryKey: Buffer | null = null

/**
 * A password as `auth_add_creds(…, 'scrypt')` takes it, with a salt of its own.
 *
 * @throws RangeError when the cost is no cost, or more than a login may take.
 */
export async function scrypt_hash(password: string | Uint8Array, cost: Partial<ScryptCost> = {}): Promise<string> {
  const chosen = { ...DEFAULT_COST, ...cost }
  checkCost(chosen)
  const salt = crypto().randomBytes(SALT_OCTETS)
  const hash = await derive(Buffer.from(password), salt, HASH_OCTETS, chosen)
  const { ln, r, p } = chosen
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`
}

/** A stored scrypt password. Checking one runs on a thread of the pool, not on the event loop. */
export class ScryptPassword implements StoredPassword {
  readonly scheme: string
  readonly #cost: ScryptCost
  readonly #salt: Buffer
  readonly #hash: Buffer
  /** Keyed digest of the right password once it was given: clients send it with every request of a page. */
  #remembered: Buffer | null = null

  constructor(cost: ScryptCost, salt: Buffer, hash: Buffer) {
    this.scheme = `scrypt ${cost.ln} ${cost.r} ${cost.p}`
    this.#cost = cost
    this.#salt = salt
    this.#hash = hash
  }

  /** @throws RangeError when the text is not in the format above, or its cost is too high. */
  static parse(text: string): ScryptPassword {
    const [, ln, r, p, salt, hash] = FORMAT.exec(text) ?? []
    if (salt === undefined || hash === undefined) {
      throw new RangeError('a scrypt password is written $scrypt$ln=…,r=…,p=…$salt$hash')
    }
    const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
    checkCost(cost)
    return new ScryptPassword(cost, Buffer.from(salt, 'base64'), Buffer.from(hash, 'base64'))
  }

  matches(password: Buffer): boolean | Promise<boolean> {
    const { createHmac, randomBytes, timingSafeEqual } = crypto()
    memoryKey ??= randomBytes(32)
    const tag = createHmac('sha256', memoryKey).update(password).digest()
    if (this.#remembered !== null && timingSafeEqual(tag, this.#remembered)) return true
    return this.#verify(password, tag)
  }

  decoy(): ScryptPassword {
    const { randomBytes } = crypto()
    return new ScryptPassword(this.#cost, randomBytes(this.#salt.length), randomBytes(this.#hash.length))
  }

  async #verify(password: Buffer, tag: Buffer): Promise<boolean> {
    const hash = await derive(password, this.#salt, this.#hash.length, this.#cost)
    const matches = crypto().timingSafeEqual(hash, this.#hash)
    if (matches) this.#remembered = tag
    return matches
  }
}

/** Ends of the two derivations that may run at once: of Node's four pool threads two stay free for files. */
const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()]
let nextLane = 0

/** Derives in turn with others: a flood of wrong passwords waits for itself, not the files of everybody else. */
function derive(password: Buffer, salt: Buffer, length: number, cost: ScryptCost): Promise<Buffer> {
  const lane = nextLane
  nextLane = (nextLane + 1) % lanes.length
  const derived = (lanes[lane] ?? Promise.resolve()).then(() => runScrypt(password, salt, length, cost))
  lanes[lane] = derived.catch(() => undefined)
  return derived
}

function runScrypt(password: Buffer, salt: Buffer, length: number, { ln, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** ln
  const options = { N, r, p, maxmem: 128 * r * (N + p + 2) }
  return new Promise((resolve, reject) => {
    crypto().scrypt(password, salt, length, options, (error, hash) => (error ? reject(error) : resolve(hash)))
  })
}

function checkCost(cost: ScryptCost): void {
  for (const name of ['ln', 'r', 'p'] as const) {
    const value = cost[name]
    if (Number.isInteger(value) && value >= 1 && value <= LARGEST_COST[name]) continue
    throw new RangeError(`scrypt: ${name} must be a whole number from 1 to ${LARGEST_COST[name]}; got ${value}`)
  }
  if (128 * cost.r * 2 ** cost.ln > LARGEST_MEMORY)
    throw new RangeError('scrypt: more than 1 GiB of memory is asked for')
}

function unpadded(octets: Buffer): string {
  return octets.toString('base64').replace(/=+$/, '')
}
