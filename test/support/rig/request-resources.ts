/** Resources of the rig that show what the library made of a request: its line, fields, query, body and cookies. */
import type { Query } from '../../../src/index.js'
import { loggedLines } from './connection-log.js'
import { pythonJson, pythonRepr } from './python-text.js'
import { RigConnection } from './rig-connection.js'

export class RequestResources extends RigConnection {
  res_hello_world(): void {
    this.text('Hello World!\r\n\r\n')
  }

  res_accept(): void {
    this.text(`Accept Header: ${this.headers.get('Accept', '')}`)
  }

  res_query(query: Query): void {
    this.text(`id value: ${requireText(query.get('id', [''])[0])}`)
  }

  res_query_json(query: Query): void {
    this.text(pythonJson(query))
  }

  res_get_query(): void {
    this.text(`get_query: ${requireText(this.get_query('id', 'default'))}`)
  }

  res_cookie_get(): void {
    this.text(this.cookie_get('session') || 'none')
  }

  res_cookie_all(): void {
    this.text(Array.from(this.cookies, ([name, { value }]) => `${name}=${value}\n`).join(''))
  }

  res_method(): void {
    this.text(`${this.command} ${this.path} ${this.request_version}`)
  }

  res_echo(): void {
    const octets = this.raw_query_data ?? Buffer.alloc(0)
    this.send_response(200)
    this.send_header('Content-Type', 'application/octet-stream')
    this.send_header('Content-Length', octets.length)
    this.end_headers()
    this.wfile.write(octets)
  }

  res_headers(): void {
    const lines = this.headers.items().map(([name, value]) => `${name}: ${value}\n`)
    this.text(Buffer.from(lines.join(''), 'latin1'))
  }

  res_charset(): void {
    this.text(this.get_content_type_charset())
  }

  res_whoami(): void {
    this.text(`user: ${pythonRepr(this.basic_auth_user)}`)
  }

  res_mime(query: Query): void {
    this.text(this.guess_mime_type(firstText(query, 'path')))
  }

  res_log(): void {
    this.text(
      loggedLines()
        .map((line) => `${line}\n`)
        .join(''),
    )
  }
}

/** First value of a query field, or `fallback`. @throws TypeError when a JSON body gave it another type. */
export function firstText(query: Query, name: string, fallback = ''): string {
  return requireText(query.get(name, [fallback])[0])
}

function requireText(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('the value is no text')
  return value
}
