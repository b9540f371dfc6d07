/**
 * Who may come in by basic authentication: user names with their stored passwords, and the check of what a client sends.
 * The time a refusal takes tells neither whether a user exists nor how the password is kept. Never logs: a refusal carries
 * the line that the handler may log.
 */
import { Buffer } from 'node:buffer'
import { isPossibleUsername, parseBasicCredentials } from './basic-auth.js'
import { type StoredPassword, storedPassword } from './stored-password.js'

export type CredentialCheck =
  | { readonly accepted: true; readonly username: string }
  /** `reason`: Python's log line; null when the field was no credentials at all, which Python does not log either. */
  | { readonly accepted: false; readonly reason: string | null }

export class CredentialStore {
  /** By user name. */
  readonly #passwords = new Map<string, StoredPassword>()
  /** One password that nobody knows for each scheme in use. */
  #decoys: StoredPassword[] = []

  /** Number of users. */
  get size(): number {
    return this.#passwords.size
  }

  /**
   * Lets a user in, with this password only.
   *
   * @throws RangeError when no client can send the user name (a colon or a control character in it), and, with
   *   TypeError, what {@link storedPassword} throws.
   */
  add(username: string, password: string | Uint8Array, pwtype = 'plain'): void {
    if (!isPossibleUsername(username)) {
      throw new RangeError(`a user name must hold neither colon nor control character: ${JSON.stringify(username)}`)
    }
    this.#passwords.set(username, storedPassword(password, pwtype))
    this.#renewDecoys()
  }

  /**
   * Forgets a user.
   *
   * @param username - null or undefined: all of them. The empty name is a name.
   * @throws RangeError when there is no such user.
   */
  delete(username?: string | null): void {
    if (username === undefined || username === null) this.#passwords.clear()
    else if (!this.#passwords.delete(username)) throw new RangeError(`no such user: ${JSON.stringify(username)}`)
    this.#renewDecoys()
  }

  /** Whether an `Authorization` field value lets in, and whom. A promise only while scrypt passwords are in use. */
  check(fieldValue: string): CredentialCheck | Promise<CredentialCheck> {
    const credentials = parseBasicCredentials(fieldValue)
    if (!credentials) return { accepted: false, reason: null }
    const { username } = credentials
    const matches = this.#matches(username, Buffer.from(credentials.password))
    return matches instanceof Promise
      ? matches.then((known) => this.#verdict(username, known))
      : this.#verdict(username, matches)
  }

  /** The right password is told at once. Before a refusal, the work of every scheme in use was done exactly once. */
  #matches(username: string, password: Buffer): boolean | Promise<boolean> {
    const stored = this.#passwords.get(username)
    const matches = stored?.matches(password) ?? false
    if (matches === true) return true
    const others = this.#decoys.filter((decoy) => decoy.scheme !== stored?.scheme)
    const wasted = others.map((decoy) => decoy.matches(password)).filter((result) => result instanceof Promise)
    if (matches === false && wasted.length === 0) return false
    return Promise.all([Promise.resolve(matches), ...wasted]).then(([known]) => known)
  }

  #verdict(username: string, matches: boolean): CredentialCheck {
    if (matches) return { accepted: true, username }
    const known = this.#passwords.has(username)
    const reason = known ? `received invalid password from user: ${username}` : `received invalid username: ${username}`
    return { accepted: false, reason }
  }

  #renewDecoys(): void {
    const byScheme = new Map(Array.from(this.#passwords.values(), (stored) => [stored.scheme, stored]))
    this.#decoys = Array.from(byScheme.values(), (stored) => stored.decoy())
  }
}
