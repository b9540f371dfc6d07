import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeHandler, type FakeRequest } from './fake-handler.js'
import { MODIFIED_DATE, openDescriptors, SECRET, TemporaryTree } from './temporary-tree.js'

const tree = new TemporaryTree()
const BIG = Buffer.alloc(200_000, '0123456789')
tree.write('hello.txt', 'Hello, file!\n')
tree.write('big.bin', BIG)
tree.write('empty.txt')
tree.write('docs/guide.html', '<p>guide</p>\n')
tree.write('docs/sub/deep.txt', 'deep\n')
tree.write('both/index.htm', 'htm')
tree.write('both/index.html', 'html')
tree.write('withhtm/index.htm', 'htm')
tree.write('.secret/inside.txt', 'hidden\n')
tree.write('sp ace/a.txt', '')
tree.write('中文/a.txt', '')
tree.write(Buffer.from([0x62, 0xff, 0x2e, 0x74]), 'no UTF-8\n')
tree.makeDirectory('indexdir/index.html')
tree.link('out.txt', '../outside.txt')
tree.link('to-docs', 'docs')

function get(target: string, request: FakeRequest = {}): Promise<FakeHandler> {
  return new FakeHandler(tree.root, request).serve(target)
}

function ask(target: string, ...headers: [string, string][]): Promise<FakeHandler> {
  return get(target, { headers })
}

describe('servePath', () => {
  test('answers with the file, its fields in the original’s order and ours behind them', async () => {
    const answer = await get('/hello.txt')
    expect(answer.status).toBe(200)
    expect(answer.fields.slice(0, 3)).toEqual([
      ['Content-Type', 'text/plain'],
      ['Content-Length', '13'],
      ['Last-Modified', MODIFIED_DATE],
    ])
    expect(answer.fieldNames.slice(3)).toEqual(['ETag', 'Accept-Ranges'])
    expect(answer.text).toBe('Hello, file!\n')
  })

  test('answers exactly as the original when told to, whatever the request says', async () => {
    const headers: [string, string][] = [
      ['Range', 'bytes=0-3'],
      ['If-Modified-Since', MODIFIED_DATE],
      ['If-None-Match', '*'],
    ]
    const answer = await get('/hello.txt', { headers, extended_file_fields: false })
    expect(answer.status).toBe(200)
    expect(answer.fieldNames).toEqual(['Content-Type', 'Content-Length', 'Last-Modified'])
    expect(answer.text).toBe('Hello, file!\n')
  })

  test('sends a file too large to be read at once', async () => {
    const answer = await get('/big.bin')
    expect(answer.field('Content-Length')).toBe(String(BIG.length))
    expect(answer.body.equals(BIG)).toBe(true)
  })

  test('sends no octets for HEAD and for an empty file', async () => {
    const head = await get('/big.bin', { command: 'HEAD' })
    expect(head.field('Content-Length')).toBe(String(BIG.length))
    expect(head.body).toHaveLength(0)
    expect((await get('/empty.txt')).field('Content-Length')).toBe('0')
  })

  test('sends one range, several, and none', async () => {
    expect((await ask('/hello.txt', ['Range', 'bytes=7-10'])).text).toBe('file')
    const several = await ask('/big.bin', ['Range', 'bytes=0-9,100000-199999'])
    expect(several.status).toBe(206)
    expect(several.field('Content-Length')).toBe(String(several.body.length))
    const boundary = several.field('Content-Type')?.split('boundary=')[1]
    const parts = several.text.split(`--${boundary}`)
    expect(parts).toHaveLength(4)
    expect(parts[1]).toMatch(/\r\n\r\n0123456789\r\n$/)
    expect((await ask('/hello.txt', ['Range', 'bytes=99-'])).status).toBe(416)
  })

  test('answers a known tag with 304', async () => {
    const etag = (await get('/hello.txt')).field('ETag') as string
    const answer = await ask('/hello.txt', ['If-None-Match', etag])
    expect(answer.status).toBe(304)
    expect(answer.body).toHaveLength(0)
    expect((await ask('/hello.txt', ['Range', 'bytes=0-4'], ['If-Range', etag])).text).toBe('Hello')
  })

  test('dates no file in the future', async () => {
    tree.write('future.txt', '', 4_000_000_000)
    const dated = Date.parse((await get('/future.txt')).field('Last-Modified') as string)
    expect(dated).toBeLessThanOrEqual(Date.now())
    expect((await get('/future.txt', { extended_file_fields: false })).field('Last-Modified')).toContain('2096')
  })

  test.each([
    '/missing',
    '/hello.txt/',
    '/hello.txt/x',
    '/hello.txt%00',
    '/out.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/indexdir/index.html/x',
  ])('answers %s with 404', async (target) => {
    expect((await get(target)).status).toBe(404)
  })

  test('serves names that are no UTF-8', async () => {
    expect((await get('/b%FF.t')).text).toBe('no UTF-8\n')
    const listing = await get('/')
    expect(listing.text).toContain('href="b%FF.t"')
  })

  test('serves dotfiles, and hides them when told to', async () => {
    const hidden: FakeRequest = { settings: { serve_files_hide_dotfiles: true } }
    expect((await get('/.secret/inside.txt')).text).toBe('hidden\n')
    expect((await get('/.secret/inside.txt', hidden)).status).toBe(404)
    expect((await get('/', hidden)).text).not.toContain('.secret')
    expect((await get('/', { ...hidden, modern_listing: false })).text).not.toContain('.secret')
  })

  test('follows links out of the root when told to', async () => {
    expect((await get('/out.txt', { settings: { serve_files_follow_symlinks: true } })).text).toBe(SECRET)
  })

  test.each([
    ['/both/', 'html'],
    ['/withhtm/', 'htm'],
  ])('answers %s with its index file', async (target, content) => {
    const answer = await get(target)
    expect(answer.text).toBe(content)
    expect(answer.field('Content-Type')).toBe('text/html')
  })

  test('lists a directory whose index.html is none', async () => {
    expect((await get('/indexdir/')).text).toContain('href="index.html/"')
  })

  test.each([
    ['/docs', '/docs/'],
    ['//docs', '/docs/'],
    ['/docs/sub', '/docs/sub/'],
    ['/docs/.', '/docs/'],
    ['/docs/..', '/'],
    ['/sp%20ace', '/sp%20ace/'],
    ['/%E4%B8%AD%E6%96%87', '/%E4%B8%AD%E6%96%87/'],
    ['/docs?b=2&a=1&a=x+y&empty=', '/docs/?b=2&a=1&a=x+y'],
    ['/docs#x', '/docs/'],
  ])('redirects %s to %s', async (target, location) => {
    const answer = await get(target)
    expect(answer.status).toBe(301)
    expect(answer.field('Location')).toBe(location)
  })

  test('keeps the query for GET alone', async () => {
    expect((await get('/docs?a=1', { command: 'HEAD' })).field('Location')).toBe('/docs/')
  })

  test('never redirects to another host, and never answers with what lies outside', async () => {
    const piece = fc.constantFrom(
      '/',
      '//',
      '\\',
      '%2f',
      '%5c',
      '..',
      '.',
      'docs',
      'sub',
      'sp%20ace',
      'to-docs',
      'out.txt',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const answer = await get(`/${pieces.join('')}`)
        expect(answer.text).not.toBe(SECRET)
        const location = answer.field('Location')
        if (location !== undefined) expect(location).toMatch(/^\/(?![/\\])/)
      }),
    )
  })

  test('lists a directory, nosniff and without script', async () => {
    const answer = await get('/docs/')
    expect(answer.status).toBe(200)
    expect(answer.fieldNames).toEqual([
      'Content-Type',
      'Content-Length',
      'X-Content-Type-Options',
      'Content-Security-Policy',
    ])
    expect(answer.field('Content-Length')).toBe(String(answer.body.length))
    expect(answer.text).toContain('<h1>Index of /docs/</h1>')
    expect(answer.text).toContain('href="../"')
    expect((await get('/')).text).not.toContain('href="../"')
  })

  test('lists as the original does when told to', async () => {
    const answer = await get('/docs/', { modern_listing: false })
    expect(answer.fieldNames).toEqual(['Content-Type', 'Content-Length'])
    expect(answer.text).toContain('<li><a href="../">../</a>\n<li><a href="guide.html">guide.html</a>\n')
    expect((await get('/', { modern_listing: false })).text).toContain('out.txt@')
  })

  test('lists no directory when told not to, but its index file', async () => {
    const settings = { serve_files_list_directories: false }
    expect((await get('/docs/', { settings })).status).toBe(404)
    expect((await get('/both/', { settings })).text).toBe('html')
  })

  test('leaves no descriptor open, whatever the answer', async () => {
    const before = openDescriptors(tree.base)
    const targets = [
      '/hello.txt',
      '/big.bin',
      '/docs',
      '/docs/',
      '/both/',
      '/out.txt',
      '/missing',
      '/hello.txt/',
      '/indexdir/',
    ]
    for (const target of targets) {
      await get(target)
      await get(target, { command: 'HEAD', extended_file_fields: false, modern_listing: false })
    }
    await ask('/big.bin', ['Range', 'bytes=0-70000,100000-190000'])
    expect(openDescriptors(tree.base)).toBe(before)
  })
})
