/** The contract of the package, name by name: what a program may import, and what it may call on what it imported. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as library from '../src/index.js'

const HANDLER_MEMBERS = [
  // Python's steps
  ...['on_init', 'setup', 'handle', 'handle_one_request', 'parse_request', 'handle_expect_100', 'finish'],
  ...['check_authorization', 'dispatch_handler', 'do_GET', 'do_HEAD', 'do_POST', 'do_OPTIONS', 'do_RPC'],
  // raw writes
  ...['send_response', 'send_response_only', 'send_header', 'end_headers', 'flush_headers', 'send_error'],
  ...['send_response_full', 'send_interim_response', 'chunked'],
  // ready answers
  ...['respond_file', 'respond_list_directory', 'respond_not_found', 'respond_redirect', 'respond_server_error'],
  ...['respond_unauthorized', 'stock_handler_respond_not_found', 'stock_handler_respond_unauthorized'],
  // helpers
  ...['cookie_get', 'cookie_set', 'get_query', 'get_content_type_charset', 'guess_mime_type', 'version_string'],
  ...['date_time_string', 'address_string', 'log_request', 'log_error', 'log_message', 'read_body', 'detach'],
]

const HANDLER_ATTRIBUTES = [
  ...['protocol_version', 'error_message_format', 'error_content_type', 'extensions_map', 'web_socket_handler'],
  ...['responses', 'implicit_keep_alive', 'require_host'],
]

const SERVER_MEMBERS = [
  ...['listen', 'serve_forever', 'handle_connection', 'shutdown', 'auth_set', 'auth_add_creds', 'auth_delete_creds'],
  ...['add_sni_cert', 'remove_sni_cert'],
]

const SERVER_PROPERTIES = [
  ...['server_started', 'serve_files', 'serve_files_root', 'serve_files_list_directories', 'serve_robots_txt'],
  ...['server_version', 'sni_certs'],
]

const EXPORTS = [
  ...['AdvancedHTTPServer', 'ServerNonThreaded', 'ServerThreaded', 'BaseHTTPRequestHandler', 'RequestHandler'],
  ...['RegisterPath', 'Headers', 'Query', 'HeaderError', 'RequestError', 'WebSocketHandler'],
  ...['RPCClient', 'RPCClientCached', 'RPCError', 'RPCConnectionError', 'kwargs', 'Serializer', 'g_serializer_drivers'],
  ...['build_server_from_argparser', 'build_server_from_config', 'resolve_ssl_protocol_version', 'random_string'],
  ...['g_ssl_has_server_sni', 'mimetypes_init', '__version__'],
]

describe('the public names', () => {
  it.each(EXPORTS)('%s can be imported', (name) => {
    expect(library).toHaveProperty(name)
  })

  it.each(HANDLER_MEMBERS)('a handler has %s()', (name) => {
    expect(typeof (library.RequestHandler.prototype as unknown as Record<string, unknown>)[name]).toBe('function')
  })

  it.each(HANDLER_ATTRIBUTES)('a handler class has the attribute %s', (name) => {
    expect(library.RequestHandler).toHaveProperty(name)
    expect(Object.keys(allDescriptors(library.RequestHandler.prototype))).toContain(name)
  })

  it.each(SERVER_MEMBERS)('a server has %s()', (name) => {
    const prototype = library.AdvancedHTTPServer.prototype as unknown as Record<string, unknown>
    expect(typeof prototype[name]).toBe('function')
  })

  it.each(SERVER_PROPERTIES)('a server has the property %s', (name) => {
    expect(Object.keys(allDescriptors(library.AdvancedHTTPServer.prototype))).toContain(name)
  })

  it('tell the version that package.json has', () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect(library.__version__).toBe(version)
  })
})

function allDescriptors(prototype: object): Record<string, PropertyDescriptor> {
  const parent = Object.getPrototypeOf(prototype) as object | null
  return { ...(parent === null ? {} : allDescriptors(parent)), ...Object.getOwnPropertyDescriptors(prototype) }
}
