/** `RegisterPath` as a decorator. This file is compiled twice: with standard decorators and with the older ones. */
import { type MaybePromise, type Query, RegisterPath, RequestHandler } from '../../src/index.js'

export class DecoratedHandler extends RequestHandler {
  @RegisterPath('^hello$')
  res_hello(_query: Query): MaybePromise<void> {
    return this.send_response_full('hello')
  }

  @RegisterPath('^later$')
  @RegisterPath(/^afterwards$/i)
  async res_later(): Promise<void> {
    await this.respond_redirect('/hello')
  }

  @RegisterPath('/add', null, true)
  rpc_add(a: number, b: number): number {
    return a + b
  }
}
