/**
 * Who may be answered: AdvancedHTTPServer's check of basic credentials, in front of every verb, or the handler class's own.
 * What passwords there are, and how they are kept, is `credentials.ts`; what verbs do is not known here.
 */
import { escapeControlCharacters } from '../logging/escape-control-characters.js'
import type { MaybePromise } from './base-request-handler.js'
import { parseBasicCredentials } from './basic-auth.js'
import { readStaticsThroughInstances } from './class-attributes.js'
import type { CredentialCheck } from './credentials.js'
import type { HandlerServer } from './handler-server.js'
import { RespondingRequestHandler } from './responding-request-handler.js'
import { returned } from './returned.js'

export class AuthorizingRequestHandler<
  TServer extends HandlerServer = HandlerServer,
> extends RespondingRequestHandler<TServer> {
  /** Whether OPTIONS is answered without credentials; a cross-origin preflight can't carry any. */
  static open_options = false
  /** See the static member. */
  declare open_options: boolean

  /**
   * Decides instead of the server's credentials when a subclass has it. A failing one lets nobody in.
   *
   * @remarks It is asked even while the server requires no credentials, as in Python.
   */
  custom_authentication?(username: string, password: string): MaybePromise<boolean>

  /** Who has authenticated; null while nobody has to. */
  basic_auth_user: string | null = null

  /** Forgets who asked before. */
  protected override reset_request_state(): void {
    super.reset_request_state()
    this.basic_auth_user = null
  }

  /** Lets a verb run only for those who may come in. */
  override run_verb(method: () => MaybePromise<void>): MaybePromise<void> {
    const authorized = returned(this.check_authorization())
    if (authorized instanceof Promise) return authorized.then((allowed) => this.#runIf(allowed, method))
    return this.#runIf(authorized, method)
  }

  #runIf(allowed: boolean, method: () => MaybePromise<void>): MaybePromise<void> {
    return allowed ? super.run_verb(method) : this.respond_unauthorized({ request_authentication: true })
  }

  /**
   * Whether the request may be answered; sets {@link basic_auth_user}. Overridable.
   *
   * @remarks Source: AdvancedHTTPServer's `RequestHandler.check_authorization`.
   */
  check_authorization(): MaybePromise<boolean> {
    const { credentials } = this.server.get_config()
    const custom = this.custom_authentication
    if (credentials === null && custom === undefined) return true
    if (this.open_options && this.command === 'OPTIONS') return true
    const field = this.headers.get('authorization')
    if (field === null) return false
    if (custom !== undefined) return this.#checkCustom(field)
    const checked = credentials?.check(field) ?? { accepted: false, reason: null }
    return checked instanceof Promise ? checked.then((verdict) => this.#heed(verdict)) : this.#heed(checked)
  }

  #heed(verdict: CredentialCheck): boolean {
    if (verdict.accepted) this.basic_auth_user = verdict.username
    else if (verdict.reason !== null) this.server.logger.warn(escapeControlCharacters(verdict.reason))
    return verdict.accepted
  }

  async #checkCustom(field: string): Promise<boolean> {
    const credentials = parseBasicCredentials(field)
    if (credentials === null) return false
    const { username, password } = credentials
    try {
      if ((await this.custom_authentication?.(username, password)) !== true) return false
    } catch (error) {
      this.server.logger.error('custom_authentication failed', error)
      return false
    }
    this.basic_auth_user = username
    return true
  }
}

readStaticsThroughInstances(AuthorizingRequestHandler, {
  open_options: (handler) => handler.open_options,
})
