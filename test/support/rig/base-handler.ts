/** The base handler alone, without anything that RequestHandler adds: it shows where the two differ. */
import { BaseHTTPRequestHandler } from '../../../src/index.js'

export class BaseHandler extends BaseHTTPRequestHandler {
  static override readonly protocol_version = 'HTTP/1.1'

  override version_string(): string {
    return 'Rig/1.0'
  }

  override log_message(): void {}

  do_GET(): void {
    const body = `${this.command} ${this.path} ${this.request_version}\n`
    this.send_response(200)
    this.send_header('Content-Length', Buffer.byteLength(body))
    this.end_headers()
    this.wfile.write(body)
  }

  async do_POST(): Promise<void> {
    const body = await this.read_body()
    this.send_response(200, 'Posted')
    this.send_header('Content-Length', body.length)
    this.end_headers()
    this.wfile.write(body)
  }
}
