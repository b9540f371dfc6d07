import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../src/handler/files/directory-entries.js'
import { readableSize, renderListing, renderOriginalListing } from '../../src/handler/listing.js'

function entry(name: string | Buffer, more: Partial<Entry> = {}): Entry {
  return { name: Buffer.from(name), isDirectory: false, isLink: false, size: 13, mtimeMs: 1_234_567_890_000, ...more }
}

function hrefs(page: string): string[] {
  return [...page.matchAll(/href="([^"]*)"/g)].map((match) => match[1] as string)
}

/** The octets that a link made of unreserved characters and escapes stands for. */
function octetsOf(href: string): Buffer {
  expect(href).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*\/?$/)
  const hex = href.replace(
    /%([0-9A-F]{2})|(.)/gs,
    (_, escape: string, plain: string) => escape ?? Buffer.from(plain).toString('hex'),
  )
  return Buffer.from(hex, 'hex')
}

/** The markup alone, without what links lead to. */
function tagsOf(page: string): string[] | undefined {
  return page.match(/<[^>]*>/g)?.map((tag) => tag.replace(/href="[^"]*"/, 'href'))
}

describe('renderOriginalListing', () => {
  test('is the page of the original', () => {
    const entries = [
      entry('docs', { isDirectory: true }),
      entry('link', { isLink: true, isDirectory: true }),
      entry('a"b'),
    ]
    expect(renderOriginalListing({ path: 'a & b', entries, hasParent: true })).toBe(
      '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n' +
        '<html>\n<title>Directory listing for a &amp; b</title>\n<body>\n<h2>Directory listing for a &amp; b</h2>\n' +
        '<hr>\n<ul>\n<li><a href="../">../</a>\n<li><a href="a%22b">a&quot;b</a>\n<li><a href="docs/">docs/</a>\n' +
        '<li><a href="link/">link@</a>\n</ul>\n<hr>\n</body>\n</html>\n',
    )
  })

  test('has no link upwards at the root', () => {
    expect(renderOriginalListing({ path: '', entries: [], hasParent: false })).not.toContain('..')
  })
})

describe('renderListing', () => {
  test('puts the parent first, then folders, then files', () => {
    const entries = [entry('a.txt'), entry('folder', { isDirectory: true }), entry('z.txt')]
    expect(hrefs(renderListing({ path: 'docs', entries, hasParent: true }))).toEqual([
      '../',
      'folder/',
      'a.txt',
      'z.txt',
    ])
  })

  test('shows path, size and time', () => {
    const page = renderListing({ path: 'docs/a<b', entries: [entry('a.txt', { size: 1_234_567 })], hasParent: false })
    expect(page).toContain('<h1>Index of /docs/a&lt;b/</h1>')
    expect(page).toContain('<data value="1234567">1.2 MiB</data>')
    expect(page).toContain('<time datetime="2009-02-13T23:31:30Z">2009-02-13<span> 23:31</span></time>')
    expect(renderListing({ path: '', entries: [], hasParent: false })).toContain('<h1>Index of /</h1>')
  })

  test('says so when there is nothing', () => {
    expect(renderListing({ path: '', entries: [], hasParent: false })).toContain('This folder is empty.')
    expect(renderListing({ path: '', entries: [entry('a')], hasParent: false })).not.toContain('This folder is empty.')
  })

  test('leaves out a time that no calendar has', () => {
    const page = renderListing({ path: '', entries: [entry('a', { mtimeMs: 1e300 })], hasParent: false })
    expect(page).not.toContain('<time')
  })

  test('links names that are no UTF-8 octet by octet', () => {
    const name = Buffer.from([0x62, 0xff, 0x2e, 0x74])
    const page = renderListing({ path: '', entries: [entry(name)], hasParent: false })
    expect(hrefs(page)).toEqual(['b%FF.t'])
    expect(page).toContain('<bdi>b\ufffd.t</bdi>')
  })

  test.each([
    'javascript:alert(1)',
    '//evil.example',
    '"><script>',
    "' onmouseover='x",
    '../up',
    '#x',
    '?x',
    '\n',
    '&amp;',
  ])('makes nothing but a name of %j', (name) => {
    const page = renderListing({ path: name, entries: [entry(name)], hasParent: false })
    expect(page).not.toContain('<script')
    expect(hrefs(page).every((href) => /^[A-Za-z0-9._~%/-]*$/.test(href))).toBe(true)
  })

  test('links every name to its own octets, and lets none into the markup', () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 12 })
      .filter((octets) => !octets.includes(0x2f) && !octets.includes(0))
    const empty = renderListing({ path: '', entries: [entry('x')], hasParent: false })
    fc.assert(
      fc.property(name, (octets) => {
        const page = renderListing({ path: '', entries: [entry(Buffer.from(octets))], hasParent: false })
        expect(octetsOf(hrefs(page)[0] as string).equals(octets)).toBe(true)
        expect(tagsOf(page)).toEqual(tagsOf(empty))
      }),
    )
  })
})

describe('readableSize', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1_048_575, '1 MiB'],
    [67_108_864, '64 MiB'],
    [2 ** 60, '1 EiB'],
    [2 ** 70, '1024 EiB'],
  ])('%d octets are %s', (octets, text) => {
    expect(readableSize(octets)).toBe(text)
  })
})
