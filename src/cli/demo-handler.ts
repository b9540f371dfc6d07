/** The handlers that the demonstration serves: one of each kind that the documentation shows. */
/* oxlint-disable typescript/unbound-method -- handler maps call an instance's own methods with the instance */
import { Buffer } from 'node:buffer'
import type { MaybePromise } from '../handler/base-request-handler.js'
import { RequestHandler } from '../handler/request-handler.js'
import type { Query } from '../handler/query.js'

export class DemoHandler extends RequestHandler {
  override on_init(): void {
    this.handler_map['^hello-world$'] = this.res_hello_world
    this.handler_map['^query$'] = this.res_query
    this.handler_map['^redirect$'] = this.res_redirect
    this.handler_map['^exception$'] = this.res_exception
    this.rpc_handler_map['/xor'] = this.rpc_xor
  }

  res_hello_world(_query: Query): void {
    this.#respondText('Hello World!\r\n\r\n')
  }

  res_query(query: Query): void {
    this.#respondText(`id value: ${query.get('id', [''])[0]}\n`)
  }

  res_redirect(_query: Query): MaybePromise<void> {
    return this.respond_redirect('/hello-world')
  }

  res_exception(_query: Query): void {
    throw new Error('this handler throws on purpose')
  }

  /** Every character of the text with its code XOR the key. */
  rpc_xor(key: number, data: string): string {
    return Array.from(data, (character) => String.fromCodePoint((character.codePointAt(0) ?? 0) ^ key)).join('')
  }

  do_PURGE(): void {
    this.#respondText(`purged ${this.path}\n`)
  }

  #respondText(text: string): void {
    const message = Buffer.from(text)
    this.send_response(200)
    this.send_header('Content-Type', 'text/plain')
    this.send_header('Content-Length', message.length)
    this.end_headers()
    this.wfile.write(message)
  }
}
