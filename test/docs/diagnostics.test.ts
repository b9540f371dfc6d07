/** The programs of the page about diagnostics, the recipe for OpenTelemetry with a tracer that writes down what it hears. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as library from '../../src/index.js'
import { OCTETS_CHANNEL } from '../../src/testing/index.js'
import { readDocument } from './support/documents.js'
import { PackageFolder } from './support/package-folder.js'
import { talk } from './support/talk.js'

const packages = new PackageFolder()
afterAll(() => packages.remove())

/** The names of `@opentelemetry/api` that the recipe uses; each span is printed as a line of JSON when it ends. */
const FAKE_API = `
import { AsyncLocalStorage } from 'node:async_hooks'
const storage = new AsyncLocalStorage()
const ROOT = {}
export const SpanKind = { SERVER: 1 }
export const SpanStatusCode = { ERROR: 2 }
export const context = { active: () => storage.getStore() ?? ROOT, with: (given, run) => storage.run(given, run) }
export const propagation = {
  extract: (given, carrier, { keys, get }) =>
    keys(carrier).includes('traceparent') ? { parent: get(carrier, 'traceparent') } : given,
}
class Span {
  constructor(name, options, { parent = null }) {
    Object.assign(this, { name, parent, kind: options.kind, attributes: { ...options.attributes } })
  }
  setAttribute(name, value) { this.attributes[name] = value }
  recordException(error) { this.exception = error.message }
  setStatus({ code }) { this.status = code }
  end() { console.log(JSON.stringify(this)) }
}
const tracer = {
  startSpan: (name, options, given) => new Span(name, options, given),
  startActiveSpan: (name, run) => run(new Span(name, {}, context.active())),
}
export const trace = { getTracer: () => tracer, setSpan: (given, span) => ({ ...given, parent: span.name }) }
`

beforeAll(() => {
  const folder = join(packages.path, 'node_modules', '@opentelemetry', 'api')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "@opentelemetry/api", "type": "module", "exports": "./api.js" }',
  )
  writeFileSync(join(folder, 'api.js'), FAKE_API)
})

describe('the recipes', () => {
  it('tell of each request what became of it', async () => {
    await using program = packages.run('diagnostics-count')
    await talk(await program.port(), 'GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    await program.says(/^GET \/a 404 in \d+\.\d ms\n$/)
  })

  it('tell all octets of a connection, both ways', async () => {
    await using program = packages.run('diagnostics-octets')
    await talk(await program.port(), 'GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    await program.says(/^127\.0\.0\.1 received "GET \/a HTTP\/1\.1\\r\\n.*"\n127\.0\.0\.1 sent "HTTP\/1\.1 404 .*"\n$/)
  })

  it('give OpenTelemetry a span for each request, under its parent and above what the handler does', async () => {
    await using program = packages.run('diagnostics-open-telemetry')
    const traced = 'GET /a?b=c HTTP/1.1\r\nHost: localhost\r\ntraceparent: 00-1-2-01\r\nConnection: close\r\n\r\n'
    await talk(await program.port(), traced)
    await program.says(/"name":"GET".*\n/)
    const [work, request] = program.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(work).toMatchObject({ name: 'work', parent: 'GET' })
    expect(request).toEqual({
      name: 'GET',
      parent: '00-1-2-01',
      kind: 1,
      attributes: {
        'http.request.method': 'GET',
        'url.path': '/a',
        'url.query': 'b=c',
        'url.scheme': 'http',
        'network.protocol.version': '1.1',
        'client.address': '127.0.0.1',
        'http.response.status_code': 200,
      },
    })
  })
})

describe('the table of channels', () => {
  it('has every channel that the sources name', () => {
    const sources = ['src/handler/diagnostics.ts', 'src/net/tap.ts'].map((path) => readDocument(path)).join('\n')
    const named = Array.from(sources.matchAll(/'(advancedhttpserver[.:][\w.]+)'/g), ([, name]) => name)
    const rows = readDocument('docs/diagnostics.md').matchAll(/^\| `(advancedhttpserver[.:][\w.]+)` \|/gm)
    expect(Array.from(rows, ([, name]) => name)).toEqual(named)
    expect(named).toContain(OCTETS_CHANNEL)
  })
})

describe('the table of errors', () => {
  it('has every class of errors that can be imported', () => {
    const classes = Object.entries(library).filter(
      ([, value]) => typeof value === 'function' && value.prototype instanceof Error,
    )
    const rows = Array.from(
      readDocument('docs/diagnostics.md').matchAll(/^\| `(\w+Error)` \|/gm),
      ([, name]) => name ?? '',
    )
    expect(rows.toSorted()).toEqual(classes.map(([name]) => name).toSorted())
  })
})
