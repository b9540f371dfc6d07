/** Resources of the rig that answer in every way the library offers, and in some that a handler should not. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { MaybePromise, Query } from '../../../src/index.js'
import { firstText, RequestResources } from './request-resources.js'
import { RuntimeError } from './rpc-errors.js'

export class ResponseResources extends RequestResources {
  res_redirect(): MaybePromise<void> {
    return this.respond_redirect('http://www.example.com/')
  }

  res_redirect_default(): MaybePromise<void> {
    return this.respond_redirect()
  }

  res_redirect_to(query: Query): MaybePromise<void> {
    return this.respond_redirect(firstText(query, 'to'))
  }

  res_set_header(query: Query): void {
    this.send_response(200)
    this.send_header(firstText(query, 'name', 'X-Name'), firstText(query, 'value'))
    this.endWithoutBody()
  }

  res_exception(): never {
    throw new RuntimeError()
  }

  res_exception_late(): never {
    this.send_response(200)
    this.send_header('Content-Length', 10)
    this.end_headers()
    this.wfile.write('half')
    throw new RuntimeError()
  }

  res_exception_buffered(): never {
    this.send_response(200)
    this.send_header('X-Buffered', 'yes')
    throw new RuntimeError()
  }

  res_unauthorized_request(): MaybePromise<void> {
    return this.respond_unauthorized({ request_authentication: true })
  }

  res_server_error(): MaybePromise<void> {
    return this.respond_server_error(503, 'Custom Line', 'custom body')
  }

  res_server_error_default(): MaybePromise<void> {
    return this.respond_server_error()
  }

  res_server_error_code(): MaybePromise<void> {
    return this.respond_server_error(502)
  }

  res_server_error_bytes(): MaybePromise<void> {
    return this.respond_server_error(500, null, Buffer.from('\x00\x01\xfe\xff bytes', 'latin1'))
  }

  res_server_error_unicode(): MaybePromise<void> {
    return this.respond_server_error(500, null, 'caf\u00e9 \u2713')
  }

  async res_server_error_file(): Promise<void> {
    const file = await open(join(this.webRoot, 'page.html'))
    try {
      await this.respond_server_error(507, null, file)
    } finally {
      await file.close()
    }
  }

  res_server_error_strip(): MaybePromise<void> {
    return this.respond_server_error(500, '  Padded Line \t')
  }

  res_cookie_set(): void {
    this.send_response(200)
    this.cookie_set('session', 'abc123')
    this.endWithoutBody()
  }

  res_cookie_set_two(): void {
    this.send_response(200)
    this.cookie_set('first', '1')
    this.cookie_set('second', 'two words')
    this.endWithoutBody()
  }

  async res_cookie_set_late(): Promise<void> {
    await this.send_response_full('late\n')
    this.cookie_set('session', 'abc123')
  }

  res_full(): MaybePromise<void> {
    return this.send_response_full('full body\n')
  }

  res_full_empty(): MaybePromise<void> {
    return this.send_response_full('')
  }

  res_full_headers(): MaybePromise<void> {
    return this.send_response_full('x', 'application/x-thing', 202, { 'X-One': '1', 'X-Two': '2' })
  }

  res_raw(): void {
    this.wfile.write('HTTP/1.1 299 Raw Bytes\r\nx-lower: 1\r\nX-Dup: a\r\nX-Dup: b\r\nContent-Length: 3\r\n\r\nraw')
  }

  res_stream(): void {
    this.send_response(200)
    this.end_headers()
    for (const letter of 'abc') this.wfile.write(letter.repeat(1000))
    this.close_connection = true
  }

  res_big(): MaybePromise<void> {
    return this.send_response_full('0123456789'.repeat(1000))
  }

  res_error_explain(): MaybePromise<void> {
    return this.send_error(418, 'short', 'long explanation <b>')
  }

  res_error_404(): MaybePromise<void> {
    return this.send_error(404)
  }

  res_error_html(): MaybePromise<void> {
    return this.send_error(400, '<i>message</i> & "quotes" \'single\'', '1 < 2 & 3 > 2 "x"')
  }

  res_error_code(): MaybePromise<void> {
    return this.send_error(this.numberInPath())
  }

  res_status(): void {
    this.send_response(this.numberInPath())
    this.endWithoutBody()
  }

  res_response_only(): void {
    this.send_response_only(200, 'OK')
    this.send_header('Content-Length', 2)
    this.end_headers()
    this.wfile.write('ok')
  }

  async res_close(): Promise<void> {
    await this.send_response_full('bye\n')
    this.close_connection = true
  }

  res_force_keep_alive(): void {
    this.send_response(200)
    this.send_header('Connection', 'keep-alive')
    this.endWithoutBody()
  }

  res_no_end_headers(): void {
    this.send_response(200)
    this.send_header('Content-Length', 0)
  }

  res_no_response(): void {}

  res_latin_header(): void {
    this.send_response(200)
    this.send_header('X-Latin', 'caf\u00e9')
    this.endWithoutBody()
  }

  res_unicode_header(): void {
    this.send_response(200)
    this.send_header('X-Unicode', '\u2713')
    this.endWithoutBody()
  }

  res_dup_headers(): void {
    this.send_response(200, 'Fine')
    this.send_header('X-Same', 'one')
    this.send_header('x-same', 'two')
    this.send_header('X-SAME', '')
    this.send_header('X-Number', 5)
    this.send_header('Content-Length', '0')
    this.end_headers()
  }

  protected endWithoutBody(): void {
    this.send_header('Content-Length', 0)
    this.end_headers()
  }

  private numberInPath(): number {
    return Number(this.path.split('/')[1])
  }
}
