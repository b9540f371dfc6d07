import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { FakeHandler, type FakeRequest } from './fake-handler.js'
import { MODIFIED, openDescriptors, TemporaryTree } from './temporary-tree.js'

const tree = new TemporaryTree()
tree.write('hello.txt', 'Hello, file!\n')

function get(target: string, request: FakeRequest = {}): Promise<FakeHandler> {
  return new FakeHandler(tree.root, request).serve(target)
}

describe('precompressed neighbours', () => {
  const settings = { serve_files_precompressed: true }
  const packed = gzipSync('console.log(1)\n')
  tree.write('app.js', 'console.log(1)\n')
  tree.write('app.js.gz', packed)
  tree.write('app.js.br', 'not really brotli', MODIFIED + 1)
  tree.write('stale.txt', 'new\n', MODIFIED + 1)
  tree.write('stale.txt.gz', 'of the old', MODIFIED)
  tree.write('linked.txt', 'plain\n')
  tree.link('linked.txt.gz', '../outside.txt')
  tree.makeDirectory('folder.txt.gz')
  tree.write('folder.txt', 'plain\n')

  function accepting(target: string, accept: string, more: FakeRequest = {}): Promise<FakeHandler> {
    return get(target, { settings, headers: [['Accept-Encoding', accept]], ...more })
  }

  test('are sent to clients that accept them, under the type and name of the file', async () => {
    const answer = await accepting('/app.js', 'gzip')
    expect(answer.body.equals(packed)).toBe(true)
    expect(answer.field('Content-Encoding')).toBe('gzip')
    expect(answer.field('Vary')).toBe('Accept-Encoding')
    expect(answer.field('ETag')).toMatch(/-gzip"$/)
    expect((await accepting('/app.js', 'gzip, br')).field('Content-Encoding')).toBe('br')
  })

  test('are not sent to others, who are told that there is a choice', async () => {
    const answer = await get('/app.js', { settings })
    expect(answer.text).toBe('console.log(1)\n')
    expect(answer.field('Content-Encoding')).toBeUndefined()
    expect(answer.field('Vary')).toBe('Accept-Encoding')
  })

  test('are off by default and in the original’s field set', async () => {
    const headers: [string, string][] = [['Accept-Encoding', 'gzip']]
    expect((await get('/app.js', { headers })).fieldNames).not.toContain('Vary')
    const original = await accepting('/app.js', 'gzip', { extended_file_fields: false })
    expect(original.text).toBe('console.log(1)\n')
  })

  test.each(['/stale.txt', '/linked.txt', '/folder.txt', '/hello.txt'])(
    'are passed over when they are older, elsewhere, no files or missing: %s',
    async (target) => {
      expect((await accepting(target, 'gzip')).field('Content-Encoding')).toBeUndefined()
    },
  )

  test('have ranges and tags of their own', async () => {
    const etag = (await accepting('/app.js', 'gzip')).field('ETag') as string
    const headers: [string, string][] = [
      ['Accept-Encoding', 'gzip'],
      ['Range', 'bytes=0-1'],
      ['If-Range', etag],
    ]
    const part = await get('/app.js', { settings, headers })
    expect(part.body).toEqual(packed.subarray(0, 2))
    expect((await get('/app.js', { headers: [['If-None-Match', etag]] })).status).toBe(200)
  })

  test('leave no descriptor open', async () => {
    const before = openDescriptors(tree.base)
    for (const target of ['/app.js', '/stale.txt', '/linked.txt', '/folder.txt']) await accepting(target, 'gzip, br')
    expect(openDescriptors(tree.base)).toBe(before)
  })

  test('compare by time, to the fraction of a second', async () => {
    utimesSync(join(tree.root, 'app.js.br'), MODIFIED - 0.5, MODIFIED - 0.5)
    expect((await accepting('/app.js', 'br')).field('Content-Encoding')).toBeUndefined()
  })
})
