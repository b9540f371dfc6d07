/**
 * A handler as the file service sees one, without a connection: what it is told to send is kept for the test to look at.
 */
import { Writable } from 'node:stream'
import type {
  FileHandler,
  FileSettings,
  RespondFileOptions,
  RespondListOptions,
} from '../../../src/handler/files/file-handler.js'
import { servePath } from '../../../src/handler/files/file-service.js'
import { respondFile } from '../../../src/handler/files/respond-file.js'
import { respondListDirectory } from '../../../src/handler/files/respond-list-directory.js'
import { parse_qs, type Query } from '../../../src/handler/query.js'
import { resourcePath } from '../../../src/handler/resource-path.js'
import { httpDate } from '../../../src/http/date.js'
import { Headers } from '../../../src/http/headers.js'

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', htm: 'text/html', txt: 'text/plain' }

export interface FakeRequest {
  readonly command?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly settings?: Partial<FileSettings>
  readonly extended_file_fields?: boolean
  readonly modern_listing?: boolean
  readonly signal?: AbortSignal
}

export class FakeHandler implements FileHandler {
  readonly command: string
  readonly headers: Headers
  readonly signal: AbortSignal
  readonly server: { get_config(): FileSettings }
  readonly extended_file_fields: boolean
  readonly modern_listing: boolean
  path = ''
  query_data: Query = parse_qs('')

  status = 0
  readonly fields: [name: string, value: string][] = []
  readonly logged: string[] = []
  #body: Buffer[] = []
  #headEnded = false

  readonly wfile = new Writable({
    write: (octets: Buffer, _encoding, done) => {
      this.#body.push(octets)
      done()
    },
  })

  constructor(root: string, request: FakeRequest = {}) {
    this.command = request.command ?? 'GET'
    this.headers = new Headers(request.headers ?? [])
    this.signal = request.signal ?? new AbortController().signal
    this.extended_file_fields = request.extended_file_fields ?? true
    this.modern_listing = request.modern_listing ?? true
    const settings: FileSettings = {
      serve_files_root: root,
      serve_files_list_directories: true,
      serve_files_follow_symlinks: false,
      serve_files_hide_dotfiles: false,
      serve_files_precompressed: false,
      ...request.settings,
    }
    this.server = { get_config: () => settings }
  }

  /** What `dispatch_handler` does when no pattern matches. */
  async serve(target: string): Promise<this> {
    this.path = resourcePath(target)
    this.query_data = parse_qs(target.split('?')[1] ?? '')
    await servePath(this, target)
    return this
  }

  get body(): Buffer {
    return Buffer.concat(this.#body)
  }

  get text(): string {
    return this.body.toString('utf8')
  }

  field(name: string): string | undefined {
    return this.fields.find(([known]) => known === name)?.[1]
  }

  get fieldNames(): string[] {
    return this.fields.map(([name]) => name)
  }

  guess_mime_type(path: string): string {
    return TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream'
  }

  date_time_string(seconds: number): string {
    return httpDate(seconds)
  }

  log_error(format: string, ...args: unknown[]): void {
    this.logged.push(args.reduce<string>((text, arg) => text.replace('%s', String(arg)), format))
  }

  send_response(code: number): void {
    if (this.status !== 0) throw new Error('a second response')
    this.status = code
  }

  send_header(keyword: string, value: string | number): void {
    this.fields.push([keyword, String(value)])
  }

  end_headers(): void {
    if (this.#headEnded) throw new Error('a second head')
    this.#headEnded = true
  }

  respond_file(path: string | Buffer, options?: RespondFileOptions): Promise<void> {
    return respondFile(this, path, options)
  }

  respond_list_directory(path: string | Buffer, options?: RespondListOptions): Promise<void> {
    return respondListDirectory(this, path, options)
  }

  respond_redirect(location: string): void {
    this.send_response(301)
    this.send_header('Content-Length', 0)
    this.send_header('Location', location)
    this.end_headers()
  }

  respond_not_found(): void {
    this.#respondText(404, 'Resource Not Found\n')
  }

  respond_server_error(status: number): void {
    this.#respondText(status, 'error')
  }

  #respondText(status: number, text: string): void {
    this.send_response(status)
    this.send_header('Content-Type', 'text/plain; charset=UTF-8')
    this.send_header('Content-Length', text.length)
    this.end_headers()
    this.wfile.write(text)
  }
}
