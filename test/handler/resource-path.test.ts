import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse_qs } from '../../src/handler/query.js'
import { collapseLeadingSlashes, resourcePath, splitTarget } from '../../src/handler/resource-path.js'
import { RequestError } from '../../src/http/errors.js'
import { pureVectors } from '../support/pure-vectors.js'
import { runPython } from '../support/python.js'

interface PathCase {
  method: 'GET' | 'POST'
  target: string
  path?: string
  query?: [name: string, values: string[]][]
}

/** What a handler for this verb sees of a target. */
function seenBy(method: 'GET' | 'POST', target: string): { path: string; query: unknown } {
  const { path, params, query } = splitTarget(collapseLeadingSlashes(target))
  if (method === 'GET') return { path: resourcePath(path), query: [...parse_qs(query)] }
  return { path: resourcePath(path + params), query: [] }
}

const { cases } = pureVectors<PathCase>('path')

describe('the path that patterns are matched against', () => {
  const matched = cases.filter(({ deviation_id }) => deviation_id === undefined || deviation_id === 'raw-8bit-target')
  test.each(matched)('$method $target is $path', ({ method, target, path, query }) => {
    expect(seenBy(method, target)).toEqual({ path, query })
  })

  const segment = fc.constantFrom('a', 'b', '.', '..', '...', '', '%2e', '%2F', ';p', 'x;y', '%', '%00', '?', '#', '+')
  const originForm = fc.array(segment, { maxLength: 8 }).map((segments) => `/${segments.join('/')}`)

  test('is the one that Python finds, by its own functions', (context) => {
    const targets = fc.sample(fc.tuple(originForm, fc.constantFrom('GET' as const, 'POST' as const)), {
      numRuns: 2_000,
      seed: 1,
    })
    const program = `
import json, posixpath, sys, urllib.parse
def seen(target, method):
    path, query = '/' + target.lstrip('/') if target.startswith('//') else target, {}
    if method == 'GET':
        uri = urllib.parse.urlparse(path)
        path, query = uri.path, urllib.parse.parse_qs(uri.query)
    path = posixpath.normpath(urllib.parse.unquote(path.split('?', 1)[0].split('#', 1)[0]))
    words = [word for word in path.split('/') if word not in ('', '.', '..')]
    return {'path': '/'.join(words), 'query': list(query.items())}
print(json.dumps([seen(target, method) for target, method in json.load(sys.stdin)]))`
    expect(targets.map(([target, method]) => seenBy(method, target))).toEqual(runPython(context, program, targets))
  })

  test('never has an empty segment, a dot segment or a slash at either end', () => {
    fc.assert(
      fc.property(fc.oneof(originForm, fc.string({ unit: 'binary' })), (path) => {
        const segments = resourcePath(path).split('/')
        if (segments.length === 1 && segments[0] === '') return
        for (const part of segments) expect(['', '.', '..']).not.toContain(part)
      }),
    )
  })
})

describe('the absolute-form', () => {
  test.each(['GET', 'POST'] as const)('means the same resource as its path, for %s', (method) => {
    expect(seenBy(method, 'http://user@host:8080/a/../b?q=1#f').path).toBe('b')
    expect(seenBy(method, 'HTTPS://[::1]:8443/b')).toEqual({ path: 'b', query: [] })
    expect(seenBy(method, 'http://[v1.x]/b').path).toBe('b')
    expect(seenBy(method, 'http://host').path).toBe('')
    expect(seenBy(method, 'http://host?q=http://h/a').path).toBe('')
  })

  test('has parameters only in the schemes that Python lists', () => {
    expect(splitTarget('http://h/a;p?q')).toEqual({ path: '/a', params: ';p', query: 'q' })
    expect(splitTarget('urn://h/a;p?q')).toEqual({ path: '/a;p', params: '', query: 'q' })
  })

  test.each([
    'http://[x/a',
    'http://h]/a',
    'http://[1.2.3.4]/a',
    'http://h[::1]/',
    'http://[::1]x/',
    'http://[u]@h/',
    'http://[]/',
  ])('%s is a bad request: its brackets are no IP literal', (target) => {
    expect(() => splitTarget(target)).toThrow(RequestError)
    expect(() => splitTarget(target)).toThrow(expect.objectContaining({ code: 'BAD_TARGET', status: 400 }))
  })
})

test('any number of leading slashes counts as one', () => {
  expect(collapseLeadingSlashes('///a//b')).toBe('/a//b')
  expect(collapseLeadingSlashes('//')).toBe('/')
  expect(collapseLeadingSlashes('*')).toBe('*')
})
